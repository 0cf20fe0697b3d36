"""Connected CRM accounts, and what opens them."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Field, SQLModel, select
from sqlmodel.sql.expression import SelectOfScalar

from connectors import ErrorKind
from kam_sync.base.db import Session, is_limited, table_of
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.model import Access, NewSource, Source, SourceState


class SourceRow(Source, Access, table=True):
    """A source with what opens it."""

    __tablename__ = "source"

    id: int = Field(default=None, primary_key=True)


class RemovedSourceRow(SQLModel, table=True):
    """A source that was removed: what people said of its records is kept under its id."""

    __tablename__ = "removed_source"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    name: str
    remote_account: str


class SourceStore:
    """Reads and writes sources."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, new: NewSource, access: Access, now: datetime, *, remote_account: str = ""
    ) -> Source:
        """Add a source; refuse a name that is taken.

        One that was removed and is the same CRM account comes back under its id. Where not both are
        known, it is the same when kind and name are.
        """
        if self._session.scalar(select(SourceRow).where(SourceRow.name == new.name)) is not None:
            raise WrongUse(f"source {new.name}: this name is taken", kind=ErrorKind.NAME_TAKEN)
        row = SourceRow(**new.model_dump(), **access.model_dump(), created_at=now)
        removed = self._take_removed(new, remote_account)
        if removed is not None:
            row.id = removed
        self._session.add(row)
        self._session.flush()
        return row

    def all(self) -> list[Source]:
        """Every source, by name."""
        return list(self._session.scalars(self._query().order_by(SourceRow.name)))

    def names(self) -> dict[int, str]:
        """The name of each source by its id."""
        return {source.id: source.name for source in self.all()}

    def by_name(self, name: str) -> Source:
        """The source of that name, or NotHere with the names there are."""
        found = self._session.scalar(self._query().where(SourceRow.name == name))
        if found is None:
            names = ", ".join(source.name for source in self.all()) or "none yet"
            raise NotHere(f"source {name}: no such source; there are: {names}")
        return found

    def by_id(self, source_id: int) -> Source:
        """The source of that id, or NotHere."""
        return self._row(source_id)

    def access(self, source_id: int) -> Access:
        """What opens a source."""
        return self._row(source_id)

    def change_access(self, source_id: int, *, base_url: str, access: Access) -> None:
        """Set another address, token and options."""
        row = self._row(source_id)
        row.base_url, row.sealed_token, row.options = base_url, access.sealed_token, access.options

    def set_option(self, source_id: int, name: str, value: str) -> None:
        """Set one option and leave the others."""
        row = self._row(source_id)
        row.options = {**row.options, name: value}

    def set_end(self, source_id: int, ends_at: datetime | None) -> None:
        """Keep when the token of a source ends."""
        self._row(source_id).token_ends_at = ends_at

    def move(self, source_id: int, base_url: str) -> None:
        """Follow an account to another address; do not wait long, a caller may hold the row."""
        self._session.execute(sa.text("SET LOCAL lock_timeout = '5s'"))
        row = table_of(SourceRow).c
        self._session.execute(
            sa.update(SourceRow).where(row.id == source_id).values(base_url=base_url)
        )

    def learn(self, source_id: int, *, account: str, name: str, facts: Mapping[str, str]) -> bool:
        """Keep what the CRM account said of itself; True when the facts have changed."""
        row = self._row(source_id)
        changed = row.facts != dict(facts)
        row.remote_account, row.remote_name, row.facts = account, name, dict(facts)
        return changed

    def set_field_map(
        self,
        source_id: int,
        field_map: Mapping[str, str],
        confirmed: Iterable[str] = (),
        *,
        is_whole: bool = False,
    ) -> None:
        """Set which custom field is which, and of which targets a person has said so."""
        row = self._row(source_id)
        row.field_map, row.is_map_confirmed = dict(field_map), is_whole
        row.confirmed_targets = sorted(confirmed)

    def set_state(self, source_id: int, state: SourceState, reason: str = "") -> None:
        """Pause, resume or stop a source for a person, with the reason that people will read."""
        self.refuse_removing(source_id)
        row = self._row(source_id)
        row.state, row.state_reason, row.error_kind = state, reason, ErrorKind.OTHER

    def judge(
        self,
        source_id: int,
        token: str,
        state: SourceState,
        reason: str = "",
        kind: ErrorKind = ErrorKind.OTHER,
    ) -> None:
        """Set what a sync found, unless a person paused the source or gave another token since."""
        row = table_of(SourceRow).c
        self._session.execute(
            sa.update(SourceRow)
            .where(row.id == source_id, row.sealed_token == token)
            .where(row.state.not_in([SourceState.PAUSED, SourceState.REMOVING]))
            .values(state=state, state_reason=reason, error_kind=kind)
        )

    def refuse_removing(self, source_id: int) -> None:
        """WrongUse when a source is being removed: nothing else can be done with it."""
        row = self._row(source_id)
        if row.state is SourceState.REMOVING:
            raise WrongUse(f"source {row.name}: it is being removed")

    def of_account(self, kind: str, remote_account: str) -> Source | None:
        """The source that is connected to a CRM account, if there is one."""
        query = select(SourceRow).where(SourceRow.kind == kind)
        return self._session.scalar(query.where(SourceRow.remote_account == remote_account))

    def write_alone(self, source_id: int) -> None:
        """Let nobody else write for this source until the commit, even if its lock was lost."""
        query = select(SourceRow.id).where(SourceRow.id == source_id)
        self._session.execute(query.with_for_update(key_share=True))

    def remove(self, source_id: int) -> None:
        """Forget a source and, by foreign keys, all that came from it; but not which one it was."""
        row = self._row(source_id)
        told = row.model_dump(include={"id", "kind", "name", "remote_account"})
        self._session.add(RemovedSourceRow(**told))
        self._session.flush()
        self._session.execute(sa.delete(SourceRow).where(sa.column("id") == source_id))

    def _take_removed(self, new: NewSource, remote_account: str) -> int | None:
        """The id of the same source as it was before, the last one if there are more."""
        row = table_of(RemovedSourceRow).c
        is_known = sa.and_(row.remote_account != "", sa.literal(remote_account != ""))
        is_same = sa.case(
            (is_known, row.remote_account == remote_account), else_=row.name == new.name
        )
        last = sa.select(sa.func.max(row.id)).where(row.kind == new.kind, is_same)
        taken = sa.delete(RemovedSourceRow).where(row.id == last.scalar_subquery())
        return self._session.scalar(taken.returning(row.id))

    def _query(self) -> SelectOfScalar[SourceRow]:
        """Sources; who sees own accounts only may know them, but not what opens them."""
        query = select(SourceRow)
        secret: Any = SourceRow.sealed_token
        return query.options(defer(secret)) if is_limited(self._session) else query

    def _row(self, source_id: int) -> SourceRow:
        if is_limited(self._session):  # in place of `get`, which reads all columns
            found = self._session.scalar(self._query().where(SourceRow.id == source_id))
        else:
            found = self._session.get(SourceRow, source_id)
        if found is None:
            raise NotHere(f"source {source_id}: no such source")
        return found
