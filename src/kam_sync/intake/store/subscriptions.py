"""How the CRM was asked to call us, source by source."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col

from kam_sync.base.db import Session, table_of
from kam_sync.intake.subscription import HooksState, Subscription


class SubscriptionRow(Subscription, table=True):
    """A subscription; none while nobody has looked."""

    __tablename__ = "subscription"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")


class SubscriptionStore:
    """Reads and writes subscriptions."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, source_id: int) -> Subscription | None:
        """The subscription of a source."""
        return self._session.get(SubscriptionRow, source_id, populate_existing=True)

    def begin(self, source_id: int, now: datetime) -> Subscription:
        """Note that we look now; makes it when it is not there."""
        new = insert(SubscriptionRow).values(
            source_id=source_id, state=HooksState.UNKNOWN, since=now, asked_at=now,
            message="", error_kind="", sealed_address="", sealed_leftovers=[], mended_at=[],
            lost=0, changes=0,
        )  # fmt: skip
        self._session.execute(
            new.on_conflict_do_update(index_elements=["source_id"], set_={"asked_at": now})
        )
        found = self.of(source_id)
        if found is None:
            raise AssertionError("unreachable: it was just made")
        return found

    def note(self, source_id: int, **values: Any) -> None:
        """Set some values."""
        row = col(SubscriptionRow.source_id)
        self._session.execute(sa.update(SubscriptionRow).where(row == source_id).values(**values))

    def ask_soon(self, source_id: int) -> None:
        """Let it be looked at as soon as somebody can."""
        self.note(source_id, asked_at=None)

    def unasked(self, source_ids: Collection[int]) -> list[int]:
        """Those of the sources that are to be looked at at once."""
        row = table_of(SubscriptionRow).c
        asked = sa.select(row.source_id).where(row.asked_at.is_not(None))
        return sorted(set(source_ids) - set(self._session.scalars(asked)))
