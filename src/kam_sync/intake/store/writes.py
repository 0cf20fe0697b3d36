"""The ledger of what we write into CRMs: asked for once, sent until it is known to be there."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from connectors import AddTag, DoneTask, NewNote, NewTask, NotWritten, SetField, Write, Written
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import CrmWrite, WriteState

_KINDS: dict[str, TypeAdapter[Any]] = {
    "task": TypeAdapter(NewTask),
    "done": TypeAdapter(DoneTask),
    "note": TypeAdapter(NewNote),
    "field": TypeAdapter(SetField),
    "tag": TypeAdapter(AddTag),
}
_NAMES: dict[type[Any], str] = {
    NewTask: "task", DoneTask: "done", NewNote: "note", SetField: "field", AddTag: "tag"
}  # fmt: skip
_UNFINISHED = (WriteState.WAITING, WriteState.SENDING)


class WriteRow(CrmWrite, table=True):
    """Writes."""

    __tablename__ = "crm_write"
    __table_args__ = (
        sa.UniqueConstraint("source_id", "key"),
        sa.Index("crm_write_key", "key"),
        sa.Index("crm_write_about", "source_id", "about_noun", "about_external_id"),
        sa.Index(
            "crm_write_unfinished", "source_id", "id",
            postgresql_where=sa.text("state IN ('waiting', 'sending')"),
        ),
    )  # fmt: skip

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")


class WriteStore:
    """Reads and writes the ledger of one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def ask(self, writes: Iterable[Write], *, by: str, now: datetime) -> list[CrmWrite]:
        """Ask for writes; of one that was asked for before, by its key, the first stays."""
        asked = {write.key: self._row(write, by, now) for write in writes}
        if asked:
            statement = insert(WriteRow).values(list(asked.values()))
            self._session.execute(statement.on_conflict_do_nothing())
        found = self.by_keys(asked)
        return [found[key] for key in asked]

    def by_keys(self, keys: Collection[str]) -> dict[str, CrmWrite]:
        """The writes of these keys."""
        query = select(WriteRow).where(
            WriteRow.source_id == self._source_id, col(WriteRow.key).in_(keys)
        )
        return {row.key: row for row in self._session.scalars(query)}

    def one(self, write_id: int) -> CrmWrite:
        """One write, or NotHere."""
        found = self._session.get(WriteRow, write_id)
        if found is None or found.source_id != self._source_id:
            raise NotHere(f"write {write_id}: no such write")
        return found

    def latest(
        self, *, state: WriteState | None = None, before: int | None = None, limit: int
    ) -> list[CrmWrite]:
        """Writes, newest first."""
        query = select(WriteRow).where(WriteRow.source_id == self._source_id)
        if state is not None:
            query = query.where(WriteRow.state == state)
        if before is not None:
            query = query.where(col(WriteRow.id) < before)
        return list(self._session.scalars(query.order_by(col(WriteRow.id).desc()).limit(limit)))

    def has_unfinished(self) -> bool:
        """Whether something is still to be sent, or to be looked for."""
        unfinished = sa.exists().where(
            col(WriteRow.source_id) == self._source_id, col(WriteRow.state).in_(_UNFINISHED)
        )
        return bool(self._session.scalar(select(unfinished)))

    def take(
        self, *, after: int, sent_before: datetime, now: datetime, limit: int
    ) -> list[tuple[CrmWrite, bool]]:
        """Mark the next ones as being sent; with each, whether it may have been sent before.

        Args:
            sent_before: those that were sent later are left: the CRM may not show them yet.
        """
        is_due = sa.or_(
            col(WriteRow.state) == WriteState.WAITING,
            sa.and_(
                col(WriteRow.state) == WriteState.SENDING,
                col(WriteRow.sent_at).is_(None) | (col(WriteRow.sent_at) <= sent_before),
            ),
        )
        query = select(WriteRow).where(
            WriteRow.source_id == self._source_id, col(WriteRow.id) > after, is_due
        )
        found = list(self._session.scalars(query.order_by(col(WriteRow.id)).limit(limit)))
        taken = [(row, row.state is WriteState.SENDING) for row in found]
        for row in found:
            row.state, row.sent_at, row.attempts = WriteState.SENDING, now, row.attempts + 1
        self._session.flush()
        return [(CrmWrite(**row.model_dump()), was_sent) for row, was_sent in taken]

    def keep(self, outcome: Written | NotWritten, now: datetime) -> None:
        """Keep what came of a write."""
        values: dict[str, Any] = {"state": WriteState.FAILED}
        if isinstance(outcome, Written):
            values = {
                "state": WriteState.DONE,
                "external_id": outcome.external_id,
                "echo_updated_at": outcome.updated_at,
                "done_at": now,
            }
        reason = outcome.remark if isinstance(outcome, Written) else outcome.reason
        self._session.execute(
            sa.update(WriteRow)
            .where(col(WriteRow.source_id) == self._source_id, col(WriteRow.key) == outcome.key)
            .values(**values, reason=reason)
        )

    def retry(self, write_ids: Sequence[int] = ()) -> int:
        """Try failed ones again, all or some; what may have been sent is looked for first."""
        statement = sa.update(WriteRow).where(
            col(WriteRow.source_id) == self._source_id, col(WriteRow.state) == WriteState.FAILED
        )
        if write_ids:
            statement = statement.where(col(WriteRow.id).in_(write_ids))
        values = {"state": WriteState.SENDING, "sent_at": None, "reason": ""}
        again = statement.values(**values).returning(col(WriteRow.id))
        return len(self._session.execute(again).all())

    def _row(self, write: Write, by: str, now: datetime) -> dict[str, Any]:
        kind = _NAMES[type(write)]
        return {
            "source_id": self._source_id,
            "key": write.key,
            "kind": kind,
            "about_noun": write.about.noun.value,
            "about_external_id": write.about.external_id,
            "payload": _KINDS[kind].dump_python(write, mode="json"),
            "state": WriteState.WAITING,
            "attempts": 0,
            "asked_by": by,
            "asked_at": now,
            "reason": "",
        }


def writes_of_keys(session: Session, keys: Collection[str]) -> dict[str, CrmWrite]:
    """The writes of these keys, whatever their source."""
    query = select(WriteRow).where(col(WriteRow.key).in_(keys)).order_by(col(WriteRow.id))
    return {row.key: row for row in session.scalars(query)}


def write_of(row: CrmWrite) -> Write:
    """The write as the CRM's connector takes it."""
    found: Write = _KINDS[row.kind].validate_python(row.payload)
    return found
