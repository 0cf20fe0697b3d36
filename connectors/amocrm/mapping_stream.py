"""Notes and events of amoCRM as one stream of activities; what is not known passes through."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.amocrm.fields import Words
from connectors.amocrm.naming import NOUNS, PLURALS, SINGULARS
from connectors.kit import custom, pick
from connectors.kit.errors import BadRecord
from connectors.kit.marks import is_marked
from connectors.kit.records import Activity, Happening, RawRecord

_NOTES: Mapping[str, Happening] = {
    "common": Happening.NOTE,
    "geolocation": Happening.NOTE,
    "call_in": Happening.CALL,
    "call_out": Happening.CALL,
    "sms_in": Happening.MESSAGE,
    "sms_out": Happening.MESSAGE,
    "chat": Happening.MESSAGE,
    "amomail_message": Happening.EMAIL,
    "attachment": Happening.FILE,
    "dropbox_attachment": Happening.FILE,
    "transaction": Happening.PURCHASE,
}
_EVENTS: tuple[tuple[re.Pattern[str], Happening], ...] = tuple(
    (re.compile(pattern), happening)
    for pattern, happening in (
        (r"entity_merged", Happening.MERGED),
        (r"common_note_deleted", Happening.CHANGE),
        (r"(common|geo)_note_added", Happening.NOTE),
        (r"attachment_note_added", Happening.FILE),
        (r"(incoming|outgoing)_call", Happening.CALL),
        (r"(incoming|outgoing)_(chat_message|sms)|entity_direct_message", Happening.MESSAGE),
        (r"task_\w+", Happening.TASK),
        (r"transaction_added", Happening.PURCHASE),
        (r"(lead|customer)_status_changed", Happening.STAGE),
        (r"\w+_(linked|unlinked)", Happening.LINK),
        (r"(lead|contact|company|customer)_added", Happening.CREATED),
        (r"(lead|contact|company|customer)_deleted", Happening.DELETED),
        (r"(lead|contact|company|customer)_restored", Happening.RESTORED),
        (r"entity_tag_\w+|\w+_changed", Happening.CHANGE),
    )
)
"""The first that fits a whole type."""
_WAYS = {"in": True, "incoming": True, "out": False, "outgoing": False}
_STAGES = ("lead_status", "customer_status")


def note(raw: RawRecord, _words: Words) -> Activity:
    """A note; whose it is stands before its number in our id of it, for notes do not tell."""
    body, whose = raw.body, raw.external_id.partition("/")[0]
    if whose not in NOUNS:
        raise BadRecord("id: it is not known whose note this is")
    params, kind = pick.one(body, "params"), pick.text(body, "note_type") or ""
    text = pick.text(params, "text")
    return Activity(
        external_id=f"{whose}/{pick.external_id(body)}",
        happening=_NOTES.get(kind, Happening.OTHER),
        kind=kind,
        at=pick.moment(body, "created_at"),
        about_noun=NOUNS[whose],
        about_external_id=pick.maybe_id(body, "entity_id"),
        author_external_id=pick.maybe_id(body, "created_by"),
        is_incoming=_WAYS.get(kind.rpartition("_")[2]),
        text=text,
        seconds=_seconds(params),
        details={key: custom.plain(part) for key, part in _details(params).items()},
        is_ours=is_marked(text),
        updated_at=pick.moment(body, "updated_at"),
        is_deleted=pick.flag(body, "is_deleted"),
    )


def event(raw: RawRecord, _words: Words) -> Activity:
    """An entry of the event log."""
    body, kind = raw.body, pick.text(raw.body, "type") or ""
    noun = SINGULARS.get(str(body.get("entity_type")))
    happening = next((found for type_, found in _EVENTS if type_.fullmatch(kind)), Happening.OTHER)
    before, after = values(body, "value_before"), values(body, "value_after")
    texts = [pick.text(value, "text") for value in (_part(after, "task"), _part(before, "task"))]
    text = next((said for said in texts if said), None)
    return Activity(
        external_id=pick.external_id(body),
        happening=happening,
        kind=kind,
        at=pick.moment(body, "created_at"),
        about_noun=noun,
        about_external_id=pick.maybe_id(body, "entity_id") if noun else None,
        author_external_id=pick.maybe_id(body, "created_by"),
        is_incoming=_WAYS.get(kind.partition("_")[0]),
        text=text,
        details=_changed(before, after) if happening is Happening.STAGE else _sides(before, after),
        mirrors=note_of(body, after),
        is_ours=is_marked(text),
    )


def values(body: pick.Body, key: str) -> list[pick.Body]:
    """The values of an event before or after; empty for `[]`, and for what is no list."""
    found = body.get(key)
    listed = found if isinstance(found, list) else [found]
    return [value for value in listed if isinstance(value, Mapping) and value]


def note_of(body: pick.Body, side: list[pick.Body]) -> str | None:
    """Our id of the note that one side of an event names, such as "leads/123"."""
    noun = SINGULARS.get(str(body.get("entity_type")))
    number = pick.maybe_id(_part(side, "note"), "id")
    plural = PLURALS.get(noun) if noun else None
    return f"{plural}/{number}" if plural and number else None


def _part(side: list[pick.Body], *names: str) -> pick.Body:
    return next((pick.one(value, name) for value in side for name in names if name in value), {})


def _sides(before: list[pick.Body], after: list[pick.Body]) -> dict[str, Any]:
    sides = {"before": custom.plain(before), "after": custom.plain(after)}
    return {name: side for name, side in sides.items() if side}


def _changed(before: list[pick.Body], after: list[pick.Body]) -> dict[str, Any]:
    """From which stage to which."""
    stages = {"from": _part(before, *_STAGES), "to": _part(after, *_STAGES)}
    return {
        name: {"stage": pick.maybe_id(stage, "id"), "pipeline": pick.maybe_id(stage, "pipeline_id")}
        for name, stage in stages.items()
        if stage
    }


def _details(params: pick.Body) -> dict[str, Any]:
    """What else a note holds; who took a call is a name or a number of a user."""
    found = {custom.text(key) or "": part for key, part in params.items() if key != "text"}
    if "call_responsible" in found:
        found["call_responsible"] = custom.text(found["call_responsible"])
    return found


def _seconds(params: pick.Body) -> int | None:
    """How long a call took; numbers may come as texts."""
    said = custom.text(params.get("duration")) or ""
    return int(said) if said.isdecimal() and said.isascii() and len(said) < 8 else None
