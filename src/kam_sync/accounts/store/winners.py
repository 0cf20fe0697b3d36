"""Keeps which source is believed of which field, and which accounts wait to follow it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.accounts.merge import Choice
from kam_sync.accounts.store.tables import WinnerChoiceRow
from kam_sync.base.db import Session

_MERGED_ARE_DUE = """
    INSERT INTO account_due
    SELECT account_id FROM account_link GROUP BY account_id HAVING count(*) > 1
    ON CONFLICT DO NOTHING
"""


class WinnerStore:
    """Choices of people."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def winners(self) -> dict[str, tuple[int, ...]]:
        """The sources of each field that somebody has chosen for."""
        return {choice.field: choice.source_ids for choice in self.latest()}

    def latest(self) -> list[Choice]:
        """The choice that holds of each field that has one."""
        number = col(WinnerChoiceRow.id)
        newest = sa.select(sa.func.max(number)).group_by(col(WinnerChoiceRow.field))
        query = select(WinnerChoiceRow).where(number.in_(newest))
        return _choices(self._session.scalars(query))

    def history(self, *, limit: int) -> list[Choice]:
        """All choices, the latest first."""
        latest = col(WinnerChoiceRow.id).desc()
        query = select(WinnerChoiceRow).order_by(latest).limit(limit)
        return _choices(self._session.scalars(query))

    def choose(self, field: str, source_ids: Sequence[int], *, by: str, now: datetime) -> bool:
        """Keep a choice; False when it says nothing new."""
        if self.winners().get(field, ()) == tuple(source_ids):
            return False
        self._session.add(WinnerChoiceRow(field=field, source_ids=list(source_ids), by=by, at=now))
        self._session.flush()
        return True

    def merged_are_due(self) -> None:
        """Let all accounts of several companies be written anew."""
        self._session.execute(sa.text(_MERGED_ARE_DUE))


def _choices(rows: Iterable[WinnerChoiceRow]) -> list[Choice]:
    return [Choice(row.field, tuple(row.source_ids), row.by, row.at) for row in rows]
