"""The ledger of what we write into CRMs: asked for once, sent until it is known to be there."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from connectors import (
    AddTag,
    DoneTask,
    NewNote,
    NewTask,
    NotWritten,
    Noun,
    Ref,
    SetField,
    Write,
    Written,
)
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.writes import CrmWrite, WriteState

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
NEEDLESS = "called off: nobody needs the task any more, and it is not in the CRM"
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

    def oldest_sent(self) -> dict[str, datetime | None]:
        """Of each kind that has unfinished ones: when the first of these was sent."""
        query = select(WriteRow.kind, sa.func.min(WriteRow.sent_at)).where(
            WriteRow.source_id == self._source_id, col(WriteRow.state).in_(_UNFINISHED)
        )
        rows = self._session.execute(query.group_by(WriteRow.kind))
        return {row[0]: row[1] for row in rows}

    def has_unfinished(self) -> bool:
        """Whether something is still to be sent, or to be looked for."""
        unfinished = sa.exists().where(
            col(WriteRow.source_id) == self._source_id, col(WriteRow.state).in_(_UNFINISHED)
        )
        return bool(self._session.scalar(select(unfinished)))

    def due(self, *, after: int, sent_before: Mapping[str, datetime], limit: int) -> list[CrmWrite]:
        """The next ones to be sent, or to be looked for where they are "sending" already.

        Args:
            sent_before: for each kind; what was sent later is left: the CRM may not show it yet.
        """
        is_settled = sa.or_(
            col(WriteRow.sent_at).is_(None),
            *(
                sa.and_(col(WriteRow.kind) == kind, col(WriteRow.sent_at) <= at)
                for kind, at in sent_before.items()
            ),
        )
        is_due = sa.or_(
            col(WriteRow.state) == WriteState.WAITING,
            sa.and_(col(WriteRow.state) == WriteState.SENDING, is_settled),
        )
        query = select(WriteRow).where(
            WriteRow.source_id == self._source_id, col(WriteRow.id) > after, is_due
        )
        found = self._session.scalars(query.order_by(col(WriteRow.id)).limit(limit))
        return [CrmWrite(**row.model_dump()) for row in found]

    def sending(self, keys: Collection[str], now: datetime) -> set[str]:
        """They are about to be sent; to be committed before they are.

        Returns:
            those that still are to be sent; the others were called off meanwhile, or are now.
        """
        is_meant = self._are(keys) & col(WriteRow.state).in_(_UNFINISHED)
        is_needless = is_meant & col(WriteRow.finish_with).is_not(None)
        off = {"state": WriteState.CALLED_OFF, "reason": NEEDLESS, "sent_at": None}
        self._session.execute(sa.update(WriteRow).where(is_needless).values(**off))
        sent = sa.update(WriteRow).where(is_meant).returning(col(WriteRow.key))
        attempts = col(WriteRow.attempts) + 1
        values = {"state": WriteState.SENDING, "sent_at": now, "attempts": attempts}
        return set(self._session.scalars(sent.values(**values)))

    def stamp(self, keys: Collection[str], sent_at: datetime | None) -> None:
        """When they were sent, as far as is known; None when surely nothing was done."""
        self._set(keys, sent_at=sent_at)

    def keep(self, outcome: Written | NotWritten, now: datetime) -> None:
        """Keep what came of a write; what was surely not done has not been sent."""
        values: dict[str, Any] = {"state": WriteState.FAILED}
        if isinstance(outcome, NotWritten) and not outcome.is_unsure:
            values["sent_at"] = None
        if isinstance(outcome, Written):
            values = {
                "state": WriteState.DONE,
                "external_id": outcome.external_id,
                "echo_updated_at": outcome.updated_at,
                "done_at": now,
                "ending": outcome.ending,
            }
        reason = outcome.remark if isinstance(outcome, Written) else outcome.reason
        self._set([outcome.key], **values, reason=reason)
        self._settle(outcome.key, now)

    def finish(self, key: str, result: str, *, by: str, now: datetime) -> bool:
        """Nobody needs the task of this key any more: finish it, or call it off.

        It is called off where it surely is not in the CRM. Where that is not known, it is finished
        once it is found, and never sent again. Once finished it stays so.

        Returns:
            whether something is to be sent.
        """
        query = select(WriteRow).where(self._are([key])).with_for_update()
        row = self._session.scalar(query.execution_options(populate_existing=True))
        if row is None or row.kind != "task" or row.finish_with is not None:
            return False
        row.finish_with = result
        self._session.flush()
        return self._settle(key, now, by=by)

    def _settle(self, key: str, now: datetime, *, by: str = "") -> bool:
        """Of a task that nobody needs: do what can be done now that more is known of it."""
        query = select(WriteRow).where(self._are([key]), col(WriteRow.finish_with).is_not(None))
        row = self._session.scalar(query.execution_options(populate_existing=True))
        if row is None or row.finish_with is None:
            return False
        if row.state is WriteState.DONE and row.external_id:
            about = Ref(Noun(row.about_noun), row.about_external_id)
            text = str(row.payload.get("text", ""))
            done = DoneTask(finishing(key), row.external_id, row.finish_with, about, text)
            self.ask([done], by=by or row.asked_by, now=now)
            return True
        is_fresh = row.state in {WriteState.WAITING, WriteState.FAILED} and row.sent_at is None
        if is_fresh:
            self._set([key], state=WriteState.CALLED_OFF, reason=NEEDLESS)
        return False

    def retry(self, write_ids: Sequence[int] = ()) -> int:
        """Try failed ones again, all or some; each is looked for first, as soon as it can be."""
        statement = sa.update(WriteRow).where(
            col(WriteRow.source_id) == self._source_id, col(WriteRow.state) == WriteState.FAILED
        )
        if write_ids:
            statement = statement.where(col(WriteRow.id).in_(write_ids))
        values = {"state": WriteState.SENDING, "reason": ""}
        again = statement.values(**values).returning(col(WriteRow.id))
        return len(self._session.execute(again).all())

    def _set(self, keys: Collection[str], **values: Any) -> None:
        self._session.execute(sa.update(WriteRow).where(self._are(keys)).values(**values))

    def _are(self, keys: Collection[str]) -> sa.ColumnElement[bool]:
        return (col(WriteRow.source_id) == self._source_id) & col(WriteRow.key).in_(keys)

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


def mark_of_writes(session: Session) -> str:
    """Another text whenever a write begins to wait, or ends."""
    query = select(sa.func.count(), sa.func.sum(WriteRow.id))
    number, of_ids = session.execute(query.where(col(WriteRow.state).in_(_UNFINISHED))).one()
    return f"{number}/{of_ids or 0}"


def sources_with_waiting(session: Session) -> list[int]:
    """The sources into which something is to be written."""
    query = select(WriteRow.source_id).where(WriteRow.state == WriteState.WAITING)
    return sorted(session.scalars(query.distinct()))


def finishing(key: str) -> str:
    """The key of the write that finishes the task of a key: there is never another one."""
    return f"{key}/done"


def asks_for(row: CrmWrite, write: Write) -> bool:
    """Whether a row of the ledger asks for this very write."""
    return row.kind == _NAMES[type(write)] and write_of(row) == write


def write_of(row: CrmWrite) -> Write:
    """The write as the CRM's connector takes it."""
    found: Write = _KINDS[row.kind].validate_python(row.payload)
    return found
