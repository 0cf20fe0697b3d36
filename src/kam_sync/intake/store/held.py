"""Deletions that are held until a person decides, and the records that they are about."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlmodel import Field, SQLModel, col, select

from connectors import Noun
from kam_sync.base.db import Session, is_among, merge, table_of
from kam_sync.base.errors import Busy, NotHere, WrongUse
from kam_sync.intake.model import Held, HeldState, HeldWhy


class HeldRow(Held, table=True):
    """A held deletion."""

    __tablename__ = "held_deletion"
    __table_args__ = (sa.Index("held_deletion_source", "source_id", "state"),)

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")


class HeldRecordRow(SQLModel, table=True):
    """A record that is left alone: its deletion waits for a person, or was rejected by one."""

    __tablename__ = "held_record"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    held_id: int = Field(
        sa_type=sa.BigInteger, foreign_key="held_deletion.id", ondelete="CASCADE", index=True
    )
    merged_into: str | None = None


class HeldStore:
    """Reads and writes the held deletions of one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def hold(
        self, noun: Noun, merged: Mapping[str, str | None], *, live: int, why: HeldWhy,
        now: datetime,
    ) -> None:  # fmt: skip
        """Let records wait for a person, together with those of the noun that wait already.

        Args:
            merged: for each record the one that it was merged into, if it was.
        """
        row = next((row for row in self._waiting() if row.noun == noun.value), None)
        if row is None:
            row = HeldRow(source_id=self._source_id, noun=noun.value, count=0, live=live, why=why,
                          found_at=now)  # fmt: skip
            self._session.add(row)
            self._session.flush()
        row.live, row.why = live, why
        rows = ((self._source_id, noun.value, key, row.id, into) for key, into in merged.items())
        names = ("source_id", "noun", "external_id", "held_id", "merged_into")
        merge(self._session, table_of(HeldRecordRow), names, rows)
        row.count = self._count(row.id)

    def left_alone(self, noun: Noun, external_ids: Iterable[str]) -> set[str]:
        """Those of the records that wait for a person, or that a person wants to keep."""
        query = select(HeldRecordRow.external_id).where(*self._among(noun, external_ids))
        return set(self._session.scalars(query))

    def tell_merged(self, noun: Noun, merged: Mapping[str, str]) -> None:
        """Say of records that are left alone what they were merged into."""
        for key, into in merged.items():
            statement = sa.update(HeldRecordRow).where(*self._among(noun, [key]))
            self._session.execute(statement.values(merged_into=into))

    def came(self, noun: Noun, external_ids: Iterable[str], now: datetime) -> None:
        """Let records that the CRM has given again leave; a deletion without any is over."""
        statement = sa.delete(HeldRecordRow).where(*self._among(noun, external_ids))
        left = self._session.scalars(statement.returning(col(HeldRecordRow.held_id)))
        for held_id in set(left):
            row = self._session.get_one(HeldRow, held_id)
            if row.state is HeldState.WAITING:
                row.count = self._count(held_id)
                if row.count == 0:
                    row.state, row.decided_at = HeldState.CAME_BACK, now

    def waiting(self) -> list[Held]:
        """The deletions that wait for a person, by noun."""
        return list(self._waiting())

    def one(self, held_id: int) -> Held:
        """One held deletion, or NotHere."""
        row = self._session.get(HeldRow, held_id)
        if row is None or row.source_id != self._source_id:
            raise NotHere(f"held deletion {held_id}: this source has no such one")
        return row

    def records(self, held_id: int, *, limit: int | None = None) -> list[str]:
        """The ids of the records of a held deletion."""
        query = select(HeldRecordRow.external_id).where(HeldRecordRow.held_id == held_id)
        ordered = query.order_by(col(HeldRecordRow.external_id)).limit(limit)
        return list(self._session.scalars(ordered))

    def token(self, held_id: int) -> str:
        """Short for exactly those records: another one for any other set of them."""
        ids = sa.func.string_agg(
            col(HeldRecordRow.external_id),
            postgresql.aggregate_order_by(sa.literal(" "), col(HeldRecordRow.external_id)),
        )
        digest = sa.func.encode(sa.func.sha256(sa.func.convert_to(ids, "UTF8")), "hex")
        query = select(sa.func.left(digest, 12)).where(HeldRecordRow.held_id == held_id)
        return self._session.scalar(query) or ""

    def decide(
        self, held_id: int, state: HeldState, *, seen: str, by: str, now: datetime
    ) -> dict[str, str | None]:
        """Write down what a person decided; returns its records, and what they were merged into.

        Those of a rejected one stay listed: they are not held again until the CRM gives them.
        Busy when its token is not the one that the person saw.
        """
        row = self._session.get_one(
            HeldRow, self.one(held_id).id, populate_existing=True, with_for_update=True
        )
        if row.state is not HeldState.WAITING:
            raise WrongUse(f"held deletion {held_id}: it is {row.state.value} already")
        if self.token(held_id) != seen:
            raise Busy(f"held deletion {held_id}: changed since, {row.count} now; look again")
        row.state, row.decided_at, row.decided_by = state, now, by
        query = select(HeldRecordRow.external_id, HeldRecordRow.merged_into)
        query = query.where(HeldRecordRow.held_id == held_id)
        found = {row.external_id: row.merged_into for row in self._session.execute(query)}
        if state is HeldState.APPROVED:
            which = col(HeldRecordRow.held_id) == held_id
            self._session.execute(sa.delete(HeldRecordRow).where(which))
        return found

    def _waiting(self) -> Sequence[HeldRow]:
        query = select(HeldRow).where(
            HeldRow.source_id == self._source_id, HeldRow.state == HeldState.WAITING
        )
        return self._session.scalars(query.order_by(HeldRow.noun)).all()

    def _count(self, held_id: int) -> int:
        query = select(sa.func.count()).select_from(HeldRecordRow)
        return self._session.scalar(query.where(HeldRecordRow.held_id == held_id)) or 0

    def _among(self, noun: Noun, external_ids: Iterable[str]) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            col(HeldRecordRow.source_id) == self._source_id,
            col(HeldRecordRow.noun) == noun.value,
            is_among(HeldRecordRow.external_id, external_ids),
        )
