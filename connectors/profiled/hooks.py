"""What a call of the CRM says, by the places that the profile names."""

from collections.abc import Mapping
from typing import Any

from connectors.kit import forms, values
from connectors.kit.contract import Hint, Hook
from connectors.kit.errors import BadHook, BadRecord
from connectors.kit.readers import found, place_of
from connectors.profiled.parts import HookIn

_ANY = "*"


def read(hook_in: HookIn | None, headers: Mapping[str, str], body: bytes) -> Hook:
    """A hint for each record that a call names. Raises BadHook where it cannot be read."""
    if hook_in is None:
        raise BadHook("the profile does not say how calls are read (hook_in)")
    told = forms.read_body(headers, body)
    word = _text(told, hook_in.entity_at) or _ANY
    noun = hook_in.entities.get(word, hook_in.entities.get(_ANY))
    account = _text(told, hook_in.account_at)
    if noun is None:
        return Hook(account, unknown=(word[:80],))
    ids = [one for one in map(_id, forms.items(found(told, hook_in.id_at))) if one]
    if not ids:
        return Hook(account, unknown=(f"{noun}: no id at {hook_in.id_at}",))
    return Hook(account, hints=tuple(Hint(noun, one) for one in dict.fromkeys(ids)))


def _text(told: Mapping[str, Any], place: str | None) -> str | None:
    if place is None:
        return None
    value = place_of(place)(told)
    return value if isinstance(value, str) and value else None


def _id(value: Any) -> str | None:
    try:
        return values.reference(value)
    except BadRecord:
        return None
