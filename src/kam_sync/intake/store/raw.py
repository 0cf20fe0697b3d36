"""Raw records as the CRM sent them, and how far each noun was read."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from connectors import NAMELESS, Noun, RawRecord
from kam_sync.base import fields
from kam_sync.base.db import Merged, Session, is_among, merge, stage_rows, table_of
from kam_sync.intake.kept import Kept
from kam_sync.intake.model import Gone, Waiting
from kam_sync.privacy.model import Cut

change_no = sa.Sequence("raw_change_no", metadata=SQLModel.metadata)


class RawRow(SQLModel, table=True):
    """One object of a CRM. `json` and not `jsonb`: it keeps what came to the letter."""

    __tablename__ = "raw_record"
    __table_args__ = (
        sa.Index("raw_record_waiting", "source_id", "noun", "change_no"),
        sa.Index(
            "raw_record_gone", "source_id", "noun", "external_id",
            postgresql_where=sa.text("gone_at IS NOT NULL"),
        ),
        sa.Index(
            "raw_record_merged", "source_id", "noun", "merged_into",
            postgresql_where=sa.text("merged_into IS NOT NULL"),
        ),
        sa.Index(
            "raw_record_cut", "source_id", "noun", "external_id",
            postgresql_where=sa.text("cut_why IN ('erased', 'masked')"),
        ),
    )  # fmt: skip

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    body: dict[str, Any] = fields.mapping()
    digest: bytes
    change_no: int = Field(sa_type=sa.BigInteger)
    changed_at: datetime = fields.moment()
    gone_at: datetime | None = fields.moment(default=None)
    """When we learnt that the CRM no longer has it."""
    gone_why: str = Field(default="", sa_column_kwargs={"server_default": ""})
    merged_into: str | None = None
    cut_why: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Why its body is not as the CRM sent it: a `Cut`."""


_BODY = sa.cast(RawRow.body, sa.Text)
"""Read as text: orjson decodes it several times faster than the driver does."""
_IS_SCREENED = sa.text("raw_record.cut_why IN ('erased', 'masked')")
"""In these words, as the index has it."""


class CursorRow(SQLModel, table=True):
    """How far a noun of a source was read."""

    __tablename__ = "cursor"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    cursor: str | None = None
    """None where every pull gives all that there are, and where all is to be read anew."""
    moved_at: datetime = fields.moment()
    loaded_at: datetime | None = fields.moment(default=None)
    """When the first load was done."""


class RawStore:
    """Reads and writes raw records and cursors of one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def cursor(self, noun: Noun) -> str | None:
        """How far the noun was read, None before the first page was stored."""
        row = self._session.get(CursorRow, (self._source_id, noun.value))
        return None if row is None else row.cursor

    def move_cursor(self, noun: Noun, cursor: str, now: datetime) -> None:
        """Remember how far the noun was read."""
        new = insert(CursorRow).values(source_id=self._source_id, noun=noun.value)
        moved = {"cursor": cursor, "moved_at": now}
        self._session.execute(
            new.values(moved).on_conflict_do_update(
                index_elements=["source_id", "noun"], set_=moved
            )
        )

    def is_loaded(self, noun: Noun) -> bool:
        """Whether the first load was done."""
        row = self._session.get(CursorRow, (self._source_id, noun.value))
        return row is not None and row.loaded_at is not None

    def note_loaded(self, noun: Noun, now: datetime) -> None:
        """Remember when the first load was done; what is known already stays."""
        done = insert(CursorRow).values(
            source_id=self._source_id, noun=noun.value, moved_at=now, loaded_at=now
        )
        self._session.execute(
            done.on_conflict_do_update(
                index_elements=["source_id", "noun"],
                set_={"loaded_at": sa.func.coalesce(CursorRow.loaded_at, now)},
            )
        )

    def forget_cursor(self, noun: Noun) -> None:
        """Let the next pull read the whole noun."""
        self._forget(col(CursorRow.noun) == noun.value)

    def forget_cursors(self) -> None:
        """Let the next pull read all that there is."""
        self._forget()

    def _forget(self, *which: sa.ColumnElement[bool]) -> None:
        mine = sa.update(CursorRow).where(col(CursorRow.source_id) == self._source_id, *which)
        self._session.execute(mine.values(cursor=None))

    def keep(
        self,
        noun: Noun,
        records: Sequence[RawRecord],
        now: datetime,
        cut: Mapping[str, Cut] | None = None,
    ) -> Merged:
        """Store raw records; one that has not changed since it last came is left alone.

        Args:
            cut: those that are not as the CRM sent them, and why.
        """
        latest = {record.external_id: record for record in records}
        merged = merge(
            self._session,
            table_of(RawRow),
            ("source_id", "noun", "external_id", "body", "digest"),
            (self._row(noun, record) for record in latest.values()),
            touch={"change_no": change_no.next_value(), "changed_at": now, "cut_why": ""},
            compare=("digest",),
        )
        for why in set((cut or {}).values()):
            self._note_cut(noun, [key for key, one in (cut or {}).items() if one is why], why)
        return merged

    def cuts(self, noun: Noun, external_ids: Iterable[str]) -> dict[str, Cut]:
        """Those of the records that an erased person was taken out of, and how."""
        query = sa.select(col(RawRow.external_id), col(RawRow.cut_why)).where(
            *self._of(noun), is_among(RawRow.external_id, external_ids), _IS_SCREENED
        )
        return {key: Cut(why) for key, why in self._session.execute(query)}

    def cut(
        self, noun: Noun, bodies: Mapping[str, Mapping[str, Any]], why: Cut, *, is_final: bool
    ) -> None:
        """Put others in the place of the bodies of records.

        Args:
            is_final: the same must not come back from the CRM as it was; else what it sends next
                is told by the digest of what it sent, so that what has not changed stays cut.
        """
        if not bodies:
            return
        table = table_of(RawRow)
        rows = (self._row(noun, RawRecord(noun, key, body)) for key, body in bodies.items())
        columns = ("source_id", "noun", "external_id", "body", "digest")
        stage = stage_rows(self._session, table, columns, rows)
        same = [table.c[name] == stage.c[name] for name in columns[:3]]
        values: dict[str, Any] = {"body": stage.c.body, "cut_why": why}
        if is_final:
            values["digest"] = stage.c.digest
        self._session.execute(sa.update(table).where(*same).values(values))

    def _note_cut(self, noun: Noun, external_ids: Iterable[str], why: Cut) -> None:
        is_other = col(RawRow.cut_why) != why.value
        which = sa.update(RawRow).where(
            *self._of(noun), is_other, is_among(RawRow.external_id, external_ids)
        )
        self._session.execute(which.values(cut_why=why))

    def _of(self, noun: Noun) -> tuple[sa.ColumnElement[bool], ...]:
        return col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value

    def digests(self, noun: Noun, external_ids: Iterable[str]) -> dict[str, bytes]:
        """What those of the records that we have, and that are not gone, are known by."""
        query = sa.select(col(RawRow.external_id), col(RawRow.digest)).where(
            col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value,
            col(RawRow.gone_at).is_(None), is_among(RawRow.external_id, external_ids),
        )  # fmt: skip
        return dict(self._session.execute(query).all())

    def live_ids(self, noun: Noun, *, limit: int | None = None) -> list[str]:
        """The records that are not gone and have an id, by it; the first ones alone by a limit."""
        query = sa.select(col(RawRow.external_id)).where(
            col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value,
            col(RawRow.gone_at).is_(None), ~col(RawRow.external_id).startswith(NAMELESS),
        )  # fmt: skip
        return list(self._session.scalars(query.order_by(col(RawRow.external_id)).limit(limit)))

    def bodies(self, noun: Noun, external_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
        """Those of the records that we have, as they came."""
        query = sa.select(col(RawRow.external_id), _BODY).where(
            col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value,
            is_among(RawRow.external_id, external_ids),
        )  # fmt: skip
        return {key: orjson.loads(body) for key, body in self._session.execute(query)}

    def kept(self, noun: Noun, external_id: str) -> Kept | None:
        """A record as it came, with when it did; None where it did not come as one."""
        row = self._session.get(RawRow, (self._source_id, noun.value, external_id))
        if row is None:
            return None
        return Kept(noun, external_id, row.body, row.changed_at, row.gone_at, row.merged_into)

    def let_translate(self, noun: Noun, external_ids: Iterable[str], now: datetime) -> None:
        """Have records translated anew that did not change."""
        self._session.execute(
            sa.update(RawRow)
            .where(col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value)
            .where(is_among(RawRow.external_id, external_ids))
            .values(change_no=change_no.next_value(), changed_at=now)
        )

    def forget_nameless(self, noun: Noun) -> None:
        """Drop records that came without an id, before all are read again and come back."""
        self._session.execute(
            sa.delete(RawRow).where(
                col(RawRow.source_id) == self._source_id,
                col(RawRow.noun) == noun.value,
                col(RawRow.external_id).startswith(NAMELESS),
            )
        )

    def waiting(self, noun: Noun, *, after: int, limit: int) -> list[Waiting]:
        """The records that changed after a change number, oldest change first."""
        row = table_of(RawRow).c
        query = (
            sa.select(
                row.change_no, row.external_id, _BODY, row.gone_at, row.gone_why, row.merged_into
            )
            .where(row.source_id == self._source_id, row.noun == noun.value, row.change_no > after)
            .order_by(row.change_no)
            .limit(limit)
        )
        return [
            Waiting(number, key, body, Gone(why, into) if gone_at else None)
            for number, key, body, gone_at, why, into in self._session.execute(query)
        ]

    def changed(self, noun: Noun, *, after: int, limit: int) -> list[tuple[int, str]]:
        """Change number and id of the records that changed after one, oldest change first."""
        row = table_of(RawRow).c
        query = sa.select(row.change_no, row.external_id).where(
            row.source_id == self._source_id, row.noun == noun.value, row.change_no > after
        )
        found = self._session.execute(query.order_by(row.change_no).limit(limit))
        return [(number, key) for number, key in found]

    def _row(self, noun: Noun, record: RawRecord) -> tuple[int, str, str, str, bytes]:
        body = _written(record)
        key = (self._source_id, noun.value, record.external_id)
        return (*key, body.decode(), _digest(body))


def digest_of(record: RawRecord) -> bytes:
    """What a raw record is known by: another one when anything in its body is other."""
    return _digest(_written(record))


def _written(record: RawRecord) -> bytes:
    return orjson.dumps(record.body, option=orjson.OPT_SORT_KEYS)


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=16).digest()
