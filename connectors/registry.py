"""Kind -> class, imported when used."""

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from connectors.kit.contract import Connector, Credentials, Turns
from connectors.kit.door import Door
from connectors.kit.hosts import Hosts
from connectors.kit.oauth import Grants

_CLASSES = {
    "1c": "connectors.onec:OneC",
    "amocrm": "connectors.amocrm:AmoCrm",
    "bitrix24": "connectors.bitrix24:Bitrix24",
    "generic": "connectors.profiled:Generic",
    "kommo": "connectors.amocrm.kommo:Kommo",
    "megaplan": "connectors.megaplan:Megaplan",
    "sbercrm": "connectors.profiled:SberCrm",
    "tables": "connectors.tables:Tables",
}
_GIVEN = frozenset({"tables"})
"""Nobody connects these: they are there as soon as rows are given."""
_GRANTS = {
    "amocrm": "connectors.amocrm.oauth:AmoGrants",
    "bitrix24": "connectors.bitrix24.oauth:BitrixGrants",
    "kommo": "connectors.amocrm.oauth:AmoGrants",
    "megaplan": "connectors.megaplan.grants:MegaplanGrants",
}


def kinds() -> list[str]:
    """All kinds of CRM that can be connected."""
    return sorted(_CLASSES.keys() - _GIVEN)


def is_given(kind: str) -> bool:
    """Whether a source of the kind is given rows, and nobody is asked for them."""
    return kind in _GIVEN


def connector_class(kind: str) -> Callable[[Credentials], Connector]:
    """The class for a kind. Raises KeyError for an unknown one."""
    found: Callable[[Credentials], Connector] = _imported(_CLASSES[kind])
    return found


def grants(
    kind: str, added: tuple[str, ...], turns: Callable[[float], Turns] | None = None
) -> Grants:
    """How a kind gives access by OAuth, to its own hosts and the added ones. Raises KeyError."""
    found = _imported(_GRANTS[kind])
    asked: Grants = found(hosts(kind, added), turns)
    return asked


def door(kind: str) -> Door:
    """What a person has to know who connects an account of a kind. Raises KeyError."""
    found: Door = getattr(_imported(_CLASSES[kind]), "door", None) or Door.plain(kind)
    return found


def shipped_profile(kind: str) -> str | None:
    """The profile that comes with a kind which is read by one. Raises KeyError."""
    found = getattr(_imported(_CLASSES[kind]), "shipped_profile", None)
    return found() if found else None


def needs_token(kind: str, options: Mapping[str, str]) -> bool:
    """Whether a source with these options is opened by a secret. Raises KeyError."""
    found = getattr(_imported(_CLASSES[kind]), "needs_token", None)
    return found is None or bool(found(options))


def reads_files(kind: str, options: Mapping[str, str]) -> bool:
    """Whether a source with these options reads files that people drop for it."""
    found = getattr(_imported(_CLASSES[kind]), "reads_files", None) if kind in _CLASSES else None
    return found is not None and bool(found(options))


def grants_access(kind: str) -> bool:
    """Whether a kind gives access by OAuth, on a page of its own."""
    return kind in _GRANTS and not takes_password(kind)


def takes_password(kind: str) -> bool:
    """Whether a kind gives access for a user name and a password."""
    return kind in _GRANTS and getattr(_imported(_GRANTS[kind]), "by_password", False)


def subscribes(kind: str) -> bool:
    """Whether a kind of CRM can be asked to call us."""
    return kind in _CLASSES and hasattr(_imported(_CLASSES[kind]), "subscribe")


def hosts(kind: str, added: tuple[str, ...]) -> Hosts:
    """Which hosts may be told the secrets of a kind. Raises KeyError.

    A kind whose maker has no domain of its own is at home on those alone that an admin adds.
    """
    found = _imported(_CLASSES[kind])
    return Hosts(getattr(found, "hosts", ()), added, getattr(found, "has_path", False))


def card(
    kind: str,
    base_url: str,
    noun: str,
    external_id: str,
    options: Mapping[str, str] = MappingProxyType({}),
) -> str | None:
    """The address at which people see a record in the CRM, where there is one."""
    if kind not in _CLASSES:
        return None
    found = _imported(_CLASSES[kind])
    cards = found.cards_by(options) if hasattr(found, "cards_by") else getattr(found, "cards", {})
    kept_in, _, number = external_id.rpartition("/")
    path = cards.get(f"{noun}/{kept_in}/")
    path, id_ = (path, number) if path else (cards.get(noun), external_id)
    return f"{base_url.rstrip('/')}/{path}/{quote(id_, safe='')}" if path else None


def _imported(where: str) -> Any:
    module, _, name = where.partition(":")
    return getattr(import_module(module), name)
