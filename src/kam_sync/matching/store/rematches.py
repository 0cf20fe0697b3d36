"""Which comparisons of everything were asked for, and how far the latest is."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

from kam_sync.base.db import Session
from kam_sync.matching.model import Progress, Rematch, RematchState
from kam_sync.matching.store.tables import RematchRow

_OPEN = (RematchState.WAITING, RematchState.RUNNING)


_SILENCE = timedelta(minutes=15)
"""What has not said how far it is for so long died, and was given up."""


class RematchStore:
    """The latest one is the one that counts: one at a time is open."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def last(self) -> Rematch | None:
        """The one that was asked for last."""
        row: Any = RematchRow
        last = self._session.scalar(select(row).order_by(row.id.desc()).limit(1))
        return None if last is None else Rematch.model_validate(last, from_attributes=True)

    def alone(self) -> None:
        """Let nobody else ask or begin until the transaction ends."""
        self._session.execute(sa.text("LOCK TABLE rematch IN SHARE ROW EXCLUSIVE MODE"))

    def ask(self, by: str, now: datetime) -> Rematch:
        """The one that waits or runs, or else a new one that waits; a silent one has failed."""
        self.alone()
        last = self.last()
        if last is not None and last.is_open and not _is_silent(last, now):
            return last
        self.give_up(RematchState.FAILED, now)
        asked = Rematch(by=by, asked_at=now)
        self._session.add(RematchRow.model_validate(asked, from_attributes=True))
        self._session.flush()
        return asked

    def give_up(self, state: RematchState, now: datetime) -> None:
        """End what waits or runs, if anything does."""
        row: Any = RematchRow
        self._write(row.state.in_(_OPEN), {"state": state, "ended_at": now})

    def begin(self, by: str, progress: Progress, now: datetime) -> int:
        """The one that is open runs from now on, also when it did before; a new one if none is.

        Returns:
            Its id.
        """
        self.ask(by, now)
        found: int = self._session.execute(select(sa.func.max(RematchRow.id))).scalar_one()
        self._write(RematchRow.id == found, {"state": RematchState.RUNNING, "began_at": now})
        self.note(found, progress, now)
        return found

    def note(self, rematch_id: int, progress: Progress, now: datetime) -> None:
        """How far one that runs is."""
        told = {"phase": progress.phase, "done": progress.done, "total": progress.total}
        self._write(RematchRow.id == rematch_id, told | {"seen_at": now})

    def end(
        self, rematch_id: int, state: RematchState, now: datetime, counts: Mapping[str, int]
    ) -> None:
        """One is over, also if it was given up meanwhile, and came to this."""
        values = {"state": state, "ended_at": now, **counts}
        self._write(RematchRow.id == rematch_id, values)

    def _write(self, which: Any, values: dict[str, Any]) -> None:
        self._session.execute(sa.update(RematchRow).where(which).values(values))


def _is_silent(one: Rematch, now: datetime) -> bool:
    return one.seen_at is not None and now - one.seen_at > _SILENCE
