"""Reads the ledger for who looks at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from connectors import Noun
from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import Source
from kam_sync.ledger.model import AccountLine, Check, LedgerState, PartedRecord
from kam_sync.ledger.store.tables import AccountLineRow, CheckRow, PartedRecordRow

_ORDER = {noun.value: place for place, noun in enumerate(Noun)}


@dataclass(frozen=True, slots=True)
class NamedLine:
    """What a check says of an account, with the name of the account that it is by now."""

    id: int
    line: AccountLine
    name: str | None


class LedgerBook:
    """Reads checks of all sources."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def newest(self, source_id: int | None = None) -> list[Check]:
        """The newest check of each noun, of one source or of all."""
        newest = select(sa.func.max(CheckRow.id)).group_by(
            col(CheckRow.source_id), col(CheckRow.noun)
        )
        if source_id is not None:
            newest = newest.where(CheckRow.source_id == source_id)
        query = select(CheckRow).where(col(CheckRow.id).in_(newest))
        found = self._session.scalars(query).all()
        return sorted(found, key=lambda check: (check.source_id, _ORDER.get(check.noun, 99)))

    def check(self, source_id: int, noun: str, day: date | None = None) -> Check | None:
        """The newest check of a noun; of a day the last one that found a difference, else any."""
        query = select(CheckRow).where(CheckRow.source_id == source_id, CheckRow.noun == noun)
        newest_first = col(CheckRow.id).desc()
        if day is None:
            return self._session.scalar(query.order_by(newest_first).limit(1))
        has_found = col(CheckRow.state).in_([LedgerState.PARTED, LedgerState.REPAIRED])
        of_day = query.where(CheckRow.day == day).order_by(has_found.desc(), newest_first)
        return self._session.scalar(of_day.limit(1))

    def one(self, source: Source, noun: str, day: date | None = None) -> Check:
        """The same, or NotHere with the nouns and the days that there are."""
        found = self.check(source.id, noun, day)
        if found is not None:
            return found
        days = [str(one.day) for one in self.history(source.id, noun, limit=5)]
        if days:
            said = f"no check on {day}; the newest are of {', '.join(dict.fromkeys(days))}"
            raise NotHere(f"source {source.name}: {noun}: {said}")
        nouns = ", ".join(one.noun for one in self.newest(source.id)) or "nothing yet"
        raise NotHere(f"source {source.name}: {noun} was never compared; compared: {nouns}")

    def history(self, source_id: int, noun: str, *, limit: int) -> list[Check]:
        """The checks of a noun, newest first."""
        query = select(CheckRow).where(CheckRow.source_id == source_id, CheckRow.noun == noun)
        return list(self._session.scalars(query.order_by(col(CheckRow.id).desc()).limit(limit)))

    def accounts(
        self, check_id: int, *, account_id: UUID | None = None, after: int = 0, limit: int,
        is_parted: bool = False,
    ) -> list[NamedLine]:  # fmt: skip
        """What a check says of accounts, those that differ first."""
        row = AccountLineRow
        query = select(row).where(row.check_id == check_id, col(row.id) > after)
        if account_id is not None:
            query = query.where(row.account_id == account_id)
        if is_parted:
            query = query.where(row.found > 0)
        found = self._session.scalars(query.order_by(col(row.id)).limit(limit)).all()
        known = [one.account_id for one in found if one.account_id is not None]
        accounts = AccountStore(self._session).standing(known)
        names: dict[UUID | None, str] = {key: account.name for key, account in accounts.items()}
        return [NamedLine(one.id, one, names.get(one.account_id)) for one in found]

    def records(
        self, check_id: int, *, account_id: UUID | None = None, limit: int
    ) -> Sequence[PartedRecord]:
        """The records that differed, those that are left first."""
        row = PartedRecordRow
        query = select(row).where(row.check_id == check_id)
        if account_id is not None:
            query = query.where(row.account_id == account_id)
        order = (col(row.is_left).desc(), col(row.kind), sa.func.length(row.external_id))
        return self._session.scalars(
            query.order_by(*order, col(row.external_id)).limit(limit)
        ).all()
