"""What stays of a raw record that was cut: its record in our words, so that it reads the same.

A record is bared of what may be personal; its id, links, times and sums stay, and so do the KPIs.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from typing import Any

import orjson
from pydantic import TypeAdapter, ValidationError

from connectors import (
    Activity,
    BadRecord,
    Contact,
    Happening,
    NpsAnswer,
    Purchase,
    RawRecord,
    Record,
    Task,
)

MARK = "kam_sync_cut"
"""The one key of the body of a raw record that was cut."""
PERSONAL: Mapping[type[Any], Mapping[str, Any]] = {
    Contact: {
        "name": "", "position": None, "phones": (), "emails": (), "tags": (), "custom": {},
        "consent": None, "do_not_contact": None,
    },
    Activity: {"text": None, "details": {}},
    Task: {"text": "", "result": None},
    NpsAnswer: {"comment": None},
    Purchase: {"comment": None},
}  # fmt: skip
"""The fields of each kind of record that may be personal, and what they are without it."""

_ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {}

Translate = Callable[[RawRecord], Record]


def is_cut(body: Mapping[str, Any]) -> bool:
    """Whether the body of a raw record was cut."""
    return MARK in body


def bare(record: Record) -> Record:
    """A record without what may be personal; the stages that a deal went through are not."""
    without = dict(PERSONAL.get(type(record), {}))
    if isinstance(record, Activity) and _tells_a_stage(record):
        without.pop("details")
    return replace(record, **without)


def _tells_a_stage(record: Activity) -> bool:
    """Some CRMs tell the first stage of a deal as its creation."""
    to = record.details.get("to")
    is_told = isinstance(to, Mapping) and to.get("stage") is not None
    return record.happening is Happening.STAGE or is_told


def body_of(record: Record) -> dict[str, Any]:
    """The body of a raw record that says no more than a record in our words."""
    said: dict[str, Any] = orjson.loads(orjson.dumps(asdict(record), default=str))
    return {MARK: said}


def without_any(external_id: str) -> dict[str, Any]:
    """The body of one that nobody could read: its id alone."""
    return {MARK: {"external_id": external_id}}


def reading(kind: type[Any] | None, translate: Translate) -> Translate:
    """Translates what the CRM sent, and what was cut of it."""

    def translated(raw: RawRecord) -> Record:
        if kind is None or not is_cut(raw.body):
            return translate(raw)
        try:
            record: Record = _adapter(kind).validate_python(raw.body[MARK])
        except ValidationError as error:
            raise BadRecord("it was erased, and could not be read before") from error
        return record

    return translated


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    """What reads a kind of record; it takes long to make."""
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
