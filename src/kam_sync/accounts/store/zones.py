"""Accounts that live in a time zone of their own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from kam_sync.accounts.store.reading import AccountStore
from kam_sync.base import fields
from kam_sync.base.clock import known_zone
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse

_OWN = 'SELECT account_id, zone, "by", at FROM own_zone'


@dataclass(frozen=True, slots=True)
class OwnZone:
    """The time zone that an account lives in, as somebody said."""

    account_id: UUID
    zone: str
    """Its IANA name."""
    by: str
    at: datetime


class ZoneRow(SQLModel, table=True):
    """What was said of an account; the view `own_zone` knows which account that is by now."""

    __tablename__ = "account_zone"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    zone: str
    by: str
    at: datetime = fields.moment()


class ZoneStore:
    """Keeps time zones; the KPIs of an account follow its own with the next measuring."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, account_id: UUID) -> OwnZone | None:
        """The time zone of an account, where it has its own."""
        found = self._session.execute(sa.text(f"{_OWN} WHERE account_id = :id"), {"id": account_id})
        return next((OwnZone(*row) for row in found), None)

    def zone(self, account_id: UUID, house: ZoneInfo) -> ZoneInfo:
        """The time zone that an account is measured in: its own, else that of the house."""
        own = self.of(account_id)
        return ZoneInfo(own.zone) if own else house

    def all(self) -> list[OwnZone]:
        """All accounts that have their own, by zone."""
        found = self._session.execute(sa.text(f"{_OWN} ORDER BY zone, account_id"))
        return [OwnZone(*row) for row in found]

    def place(self, account_id: UUID, zone: str | None, *, by: str, now: datetime) -> None:
        """Say in which time zone an account lives; in that of the house where it is None.

        Raises:
            NotHere: there is no such account.
            WrongUse: there is no such zone, or the account was merged into another.
        """
        account = AccountStore(self._session).account(account_id)
        if account.merged_into is not None:
            into = account.merged_into
            raise WrongUse(f"account {account_id} was merged into {into}: name that one")
        if zone is None:
            merged = sa.text("SELECT id FROM account WHERE id = :id OR merged_into = :id")
            ids = self._session.scalars(merged, {"id": account_id}).all()
            self._session.execute(sa.delete(ZoneRow).where(col(ZoneRow.account_id).in_(ids)))
            return
        try:
            name = known_zone(zone).key
        except ValueError as error:
            raise WrongUse(f"time zone {zone!r}: {error}") from error
        self._session.merge(ZoneRow(account_id=account_id, zone=name, by=by, at=now))
        self._session.flush()
