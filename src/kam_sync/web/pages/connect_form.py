"""The form that connects a CRM account: what was typed, and what is wrong at which field."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Self
from urllib.parse import urlsplit

from connectors import Asked, ErrorKind
from kam_sync import connecting
from kam_sync.base.errors import WrongUse
from kam_sync.web.wording import troubles
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services, doors, wants_token

BY_TOKEN, BY_OAUTH = "token", "oauth"
FIRST = "amocrm"
"""The kind whose form is shown before one is chosen."""
_OPTION = "option-"


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed into the form; secrets are never shown again."""

    name: str = ""
    kind: str = FIRST
    base_url: str = ""
    way: str = BY_TOKEN
    client_id: str = ""
    redirect_uri: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    """What the kind asks for beside address and token."""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> Self:
        """What a browser sent; who sent no way had no choice, so what is filled in speaks."""
        typed = {one.name: given.get(one.name, "") for one in fields(cls) if one.type is str}
        known = doors()
        if typed["kind"] not in known:
            typed["kind"] = FIRST
        asked = [(one, given.get(f"{_OPTION}{one.name}")) for one in known[typed["kind"]].asks]
        if typed["way"] not in {BY_TOKEN, BY_OAUTH}:
            typed["way"] = BY_TOKEN if given.get("token") else BY_OAUTH
        return cls(**typed, options=_filled_in(asked))

    @property
    def address(self) -> str:
        """People type the name of their account with or without the scheme."""
        typed = self.base_url.rstrip("/")
        return typed if "://" in typed or not typed else f"https://{typed}"


def _filled_in(asked: Iterable[tuple[Asked, str | None]]) -> dict[str, str]:
    """What was given. A long text that was emptied is empty, and not what is usual."""
    return {one.name: text for one, text in asked if text or (text is not None and one.is_long)}


def wrongs(
    services: Services, language: Language, typed: Typed, given: Mapping[str, str]
) -> dict[str, str]:
    """What is wrong, by field; nothing has been sent anywhere yet."""
    found = {
        "name": _of_name(services, language, typed.name),
        "base_url": _of_address(services, language, typed),
    }
    if typed.way == BY_TOKEN:
        missing = language.gettext("Paste the token here.")
        is_open = not wants_token(typed.kind, typed.options)
        found["token"] = "" if is_open or given.get("token") else missing
    else:
        missing = language.gettext("Copy it from the card of the integration.")
        found |= {name: missing for name in ("client_id", "client_secret") if not given.get(name)}
        found["redirect_uri"] = _of_redirect(language, typed.redirect_uri)
    return {field: said for field, said in found.items() if said}


def _of_name(services: Services, language: Language, name: str) -> str:
    try:
        connecting.check_new(services, name)
    except WrongUse as error:
        return troubles.trouble(language, error.kind)
    return ""


def _of_address(services: Services, language: Language, typed: Typed) -> str:
    if not typed.address:
        return language.gettext("Copy it from the browser in which your CRM is open.")
    try:
        services.admit(typed.kind, typed.address)
    except WrongUse:
        return troubles.trouble(language, ErrorKind.STRANGE_HOST)
    return ""


def _of_redirect(language: Language, uri: str) -> str:
    parts = urlsplit(uri) if re.fullmatch(r"\S+", uri) else None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        return language.gettext("Give the whole address, from http:// or https:// on.")
    return ""
