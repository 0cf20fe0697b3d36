"""Targets of webhooks, and what they are signed with."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.notify.model import Target, TargetState

_STAYS = {"key_share": True}
"""A lock for who changes a row and does not remove it."""


class TargetRow(Target, table=True):
    """A target with its secrets, which no answer ever shows."""

    __tablename__ = "target"

    id: int = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    delivered: int = Field(default=0, sa_type=sa.BigInteger)
    refused: int = Field(default=0, sa_type=sa.BigInteger)
    sealed_secret: str = Field(exclude=True)
    sealed_former: str = Field(default="", exclude=True)


class TargetStore:
    """Reads and writes targets."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Target]:
        """Every target, by name."""
        return list(self._session.scalars(select(TargetRow).order_by(col(TargetRow.name))))

    def held(self) -> list[Target]:
        """Every target; none is removed until the commit."""
        query = select(TargetRow).order_by(col(TargetRow.id))
        return list(self._session.scalars(query.with_for_update(read=True, key_share=True)))

    def by_name(self, name: str) -> Target:
        """The target of a name, or NotHere with the names there are."""
        found = self.all()
        for target in found:
            if target.name == name:
                return target
        names = ", ".join(target.name for target in found) or "none yet"
        raise NotHere(f"target {name}: no such target; there are: {names}")

    def name_of(self, target_id: int) -> str:
        """The name of a target; empty when it was removed."""
        query = select(TargetRow.name).where(TargetRow.id == target_id)
        return self._session.scalar(query) or ""

    def by_id(self, target_id: int) -> Target | None:
        """One target, locked until the commit."""
        return self._session.get(TargetRow, target_id, with_for_update=_STAYS)

    def add(
        self, name: str, url: str, events: Sequence[str], sealed_secret: str, now: datetime
    ) -> Target:
        """Make a target."""
        row = TargetRow(
            name=name, url=url, events=list(events), sealed_secret=sealed_secret, made_at=now
        )
        self._session.add(row)
        self._session.flush()
        return row

    def change(self, target_id: int, **values: Any) -> None:
        """Change some of its fields."""
        row = self._session.get_one(TargetRow, target_id, with_for_update=_STAYS)
        row.sqlmodel_update(values)
        self._session.flush()

    def go_on(self, target_id: int) -> None:
        """Let it be sent to again, as if it had never failed."""
        self.change(
            target_id, state=TargetState.ACTIVE, failures=0, failing_since=None, rests_until=None
        )

    def rotate(self, target_id: int, sealed_secret: str, former_until: datetime) -> None:
        """Give it another secret; the one before signs beside it for a while."""
        row = self._session.get_one(TargetRow, target_id, with_for_update=_STAYS)
        row.sealed_former, row.sealed_secret = row.sealed_secret, sealed_secret
        row.former_until = former_until
        self._session.flush()

    def sealed_secrets(self, target_id: int, now: datetime) -> tuple[str, ...]:
        """What its messages are signed with now, the current one first."""
        row = self._session.get_one(TargetRow, target_id)
        has_former = row.former_until is not None and row.former_until > now
        return (row.sealed_secret, row.sealed_former) if has_former else (row.sealed_secret,)

    def seal_again(self, target_id: int, seal: Callable[[str], str]) -> None:
        """Seal its secrets anew, each by what `seal` makes of it."""
        row = self._session.get_one(TargetRow, target_id, with_for_update=_STAYS)
        row.sealed_secret = seal(row.sealed_secret)
        row.sealed_former = row.sealed_former and seal(row.sealed_former)
        self._session.flush()

    def remove(self, target_id: int) -> None:
        """Forget a target and its deliveries."""
        self._session.execute(sa.delete(TargetRow).where(col(TargetRow.id) == target_id))
