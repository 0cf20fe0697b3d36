"""Walks through a whole list: which records came, so that at its end the absent ones are known."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from connectors import NAMELESS, Cursor, Noun
from kam_sync.base.db import Session, merge, table_of
from kam_sync.intake.store.raw import RawRow


class WalkRow(SQLModel, table=True):
    """A walk that is under way, or was stopped and may be continued."""

    __tablename__ = "walk"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    change_no: int = Field(sa_type=sa.BigInteger)
    """The noun's last change when the walk began: what changed later is no older than the walk.
    0 in a first load, where nothing can be absent."""
    cursor: str | None = None
    """Where it was left: whoever goes on from elsewhere is not on this walk."""


class SeenRow(SQLModel, table=True):
    """A record that the walk brought."""

    __tablename__ = "seen_record"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)


class WalkStore:
    """Keeps the walk of one noun of a source."""

    def __init__(self, session: Session, source_id: int, noun: Noun) -> None:
        self._session = session
        self._source_id = source_id
        self._noun = noun.value

    def goes_on(self, cursor: Cursor | None) -> bool:
        """Whether a pull from the cursor goes on with the walk; if not, the walk is over."""
        walk = self._session.get(WalkRow, (self._source_id, self._noun))
        goes_on = walk is not None and cursor is not None and walk.cursor == cursor
        if walk is not None and not goes_on:
            self.end()
        return goes_on

    def begin(self) -> None:
        """Begin a walk; to be called before its first records are stored."""
        self.end()
        last = sa.select(sa.func.coalesce(sa.func.max(RawRow.change_no), 0)).where(*self._raw())
        began = self._session.execute(last).scalar_one()
        self._session.add(WalkRow(source_id=self._source_id, noun=self._noun, change_no=began))
        self._session.flush()

    def see(self, external_ids: Sequence[str], cursor: Cursor | None) -> None:
        """Remember who came, and the cursor that is true now."""
        walk = self._session.get_one(WalkRow, (self._source_id, self._noun))
        walk.cursor = cursor or walk.cursor
        if walk.change_no:
            rows = ((self._source_id, self._noun, key) for key in set(external_ids))
            names = ("source_id", "noun", "external_id")
            merge(self._session, table_of(SeenRow), names, rows)

    def absent(self) -> list[str]:
        """The live records that did not come and have not changed since the walk began."""
        seen = sa.exists().where(
            *self._of(SeenRow), col(SeenRow.external_id) == col(RawRow.external_id)
        )
        began = sa.select(col(WalkRow.change_no)).where(*self._of(WalkRow)).scalar_subquery()
        query = sa.select(col(RawRow.external_id)).where(
            *self._raw(),
            col(RawRow.gone_at).is_(None),
            col(RawRow.change_no) <= began,
            ~col(RawRow.external_id).startswith(NAMELESS),
            ~seen,
        )
        return list(self._session.scalars(query.order_by(col(RawRow.external_id))))

    def end(self) -> None:
        """Forget the walk and who came."""
        for row in (SeenRow, WalkRow):
            self._session.execute(sa.delete(row).where(*self._of(row)))
        self._session.expire_all()

    def _of(self, row: type[WalkRow] | type[SeenRow]) -> tuple[sa.ColumnElement[bool], ...]:
        return col(row.source_id) == self._source_id, col(row.noun) == self._noun

    def _raw(self) -> tuple[sa.ColumnElement[bool], ...]:
        return col(RawRow.source_id) == self._source_id, col(RawRow.noun) == self._noun
