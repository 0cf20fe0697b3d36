"""What may be written into a CRM, and what comes of it: few things, each with a key of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.kit.records import Noun

Value = str | list[str] | None
"""Of a field: text (a number, a date as 2026-12-31, a choice by its name), several, or nothing."""


@dataclass(frozen=True, slots=True)
class Ref:
    """A record of the CRM."""

    noun: Noun
    external_id: str


@dataclass(frozen=True, slots=True)
class NewTask:
    """A to-do about a record, due at a moment or by the end of a day."""

    key: str
    about: Ref
    text: str
    due_at: datetime | None = None
    due_on: date | None = None
    owner_external_id: str | None = None
    type_external_id: str | None = None
    link: str | None = None
    """An address that the text ends with."""


@dataclass(frozen=True, slots=True)
class DoneTask:
    """A to-do that is done, with what came of it; one that is done or gone already is no error."""

    key: str
    external_id: str
    result: str = ""
    on: Ref | None = None
    """The record that the to-do is about, where that is known: some CRMs keep the result there."""
    task_text: str = ""
    """What the to-do says, where that is known: some CRMs want it again with each change."""

    @property
    def about(self) -> Ref:
        """The task itself."""
        return Ref(Noun.TASK, self.external_id)


@dataclass(frozen=True, slots=True)
class NewNote:
    """A note on a record."""

    key: str
    about: Ref
    text: str
    link: str | None = None


@dataclass(frozen=True, slots=True)
class SetField:
    """A custom field of a record: a target of the field map, a field's id, or its code."""

    key: str
    about: Ref
    field: str
    value: Value
    """One more of a phone or an e-mail; the others of the record are kept."""


@dataclass(frozen=True, slots=True)
class AddTag:
    """One tag more on a record."""

    key: str
    about: Ref
    tag: str


Write = NewTask | DoneTask | NewNote | SetField | AddTag


class Ending(StrEnum):
    """What came of a to-do that was to be finished."""

    FINISHED = "finished"
    COMMENTED = "commented"
    """The CRM does not let us finish it: what came of it is written beside it, for people."""
    WAS_DONE = "was_done"
    """Somebody had done it before, so that it was left as it is."""
    GONE = "gone"
    """The CRM has no such to-do any more, or hides it from us."""


@dataclass(frozen=True, slots=True)
class Written:
    """It stands in the CRM."""

    key: str
    external_id: str
    """Of the new record, or of the one that was changed."""
    updated_at: datetime | None = None
    """When the CRM says that it changed, so that our own change is not taken for news."""
    remark: str = ""
    """What was left out to get it in, in words."""
    ending: Ending | None = None
    """Of a DoneTask: what became of the to-do."""


@dataclass(frozen=True, slots=True)
class NotWritten:
    """The CRM refuses it, in words; a person may change something and try again."""

    key: str
    reason: str
    is_unsure: bool = False
    """True when it may stand there all the same."""


@runtime_checkable
class Writes(Protocol):
    """Capability: something can be written into the CRM account."""

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known.

        Of what was not told of it is not known whether it was done: `find_written` says. Raises
        RetryLater and NeedsPerson.
        """

    def find_written(
        self, write: Write, sent_ago: timedelta | None = None
    ) -> Written | NotWritten | None:
        """Look for a write that may have been done; None when it is to be sent again.

        NotWritten where nobody can be asked, so that a person has to look.

        What is new is known by its mark. A change is left, with a remark, when the record has
        changed since it was sent: the repeat might undo what a person did. When that was is told as
        `sent_ago`, for the CRM's clock and ours may differ.
        """


class WritesBy:
    """A connector that leaves all writing to a part of its own."""

    _writer: Writes

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known."""
        return self._writer.write(batch)

    def find_written(
        self, write: Write, sent_ago: timedelta | None = None
    ) -> Written | NotWritten | None:
        """Look for a write that may have been done."""
        return self._writer.find_written(write, sent_ago)
