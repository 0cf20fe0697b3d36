"""What was last known of accounts and deals, and up to which change they were looked at.

An event is the difference between what is known and what is there, so that translating everything
anew, or looking twice, tells nothing that has not changed.
"""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.accounts.model import Translated
from kam_sync.base.db import Session, is_among, merge, table_of
from kam_sync.notify.model import Known

_ALERTS = "alerts"
_MOVES = "moves"


class _KnownRow(SQLModel):
    digest: bytes
    outcome: str = ""
    is_gone: bool = False


class KnownDealRow(_KnownRow, table=True):
    """A deal as it was last looked at."""

    __tablename__ = "known_deal"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)


class KnownAccountRow(_KnownRow, table=True):
    """An account as it was last looked at."""

    __tablename__ = "known_account"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")


class PositionRow(SQLModel, table=True):
    """Up to which change something was looked at: alerts, moves, a noun of a source ("3/deal")."""

    __tablename__ = "known_position"

    name: str = Field(primary_key=True)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", index=True
    )
    round: int = 0
    change_no: int = Field(sa_type=sa.BigInteger)


class KnownStore:
    """Reads and writes what is known."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def position(self, source_id: int, noun: str) -> Translated | None:
        """Up to where a noun was looked at; None: not yet."""
        return self._position(f"{source_id}/{noun}")

    def move(self, source_id: int, noun: str, to: Translated) -> None:
        """Remember up to where a noun was looked at."""
        self._session.merge(
            PositionRow(name=f"{source_id}/{noun}", source_id=source_id,
                        round=to.round, change_no=to.change_no)
        )  # fmt: skip

    def alerts(self) -> int | None:
        """The last change of an alert that was looked at; None: none yet."""
        found = self._position(_ALERTS)
        return None if found is None else found.change_no

    def move_alerts(self, change_id: int) -> None:
        """Remember the last change of an alert that was looked at."""
        self._session.merge(PositionRow(name=_ALERTS, change_no=change_id))

    def moves(self) -> int | None:
        """The last move of a company among accounts that was looked at; None: none yet."""
        found = self._position(_MOVES)
        return None if found is None else found.change_no

    def pass_moves(self, move_id: int) -> None:
        """Remember the last move of a company that was looked at."""
        self._session.merge(PositionRow(name=_MOVES, change_no=move_id))

    def deals(self, source_id: int, external_ids: Collection[str]) -> dict[str, Known]:
        """What is known of deals."""
        row = table_of(KnownDealRow).c
        query = sa.select(row.external_id, row.digest, row.outcome, row.is_gone)
        query = query.where(row.source_id == source_id, is_among(row.external_id, external_ids))
        return {key: Known(*rest) for key, *rest in self._session.execute(query)}

    def accounts(self, account_ids: Collection[UUID]) -> dict[UUID, Known]:
        """What is known of accounts."""
        row = table_of(KnownAccountRow).c
        query = sa.select(row.account_id, row.digest, row.outcome, row.is_gone)
        found = self._session.execute(query.where(row.account_id.in_(account_ids)))
        return {key: Known(*rest) for key, *rest in found}

    def keep_deals(self, source_id: int, now: Mapping[str, Known]) -> None:
        """Know deals as they are now."""
        self._keep(KnownDealRow, {(source_id, key): one for key, one in now.items()})

    def keep_accounts(self, now: Mapping[UUID, Known]) -> None:
        """Know accounts as they are now."""
        self._keep(KnownAccountRow, {(key,): one for key, one in now.items()})

    def forget(self) -> None:
        """Know nothing: what is there when somebody looks next is no news."""
        for row in (KnownDealRow, KnownAccountRow, PositionRow):
            self._session.execute(sa.delete(row))

    def _position(self, name: str) -> Translated | None:
        row = self._session.get(PositionRow, name, populate_existing=True)
        return None if row is None else Translated(row.round, row.change_no)

    def _keep(self, row: type[_KnownRow], now: Mapping[tuple[Any, ...], Known]) -> None:
        keys = [column.name for column in table_of(row).primary_key]
        rows = ((*key, one.digest, one.outcome, one.is_gone) for key, one in now.items())
        merge(self._session, table_of(row), (*keys, "digest", "outcome", "is_gone"), rows)
