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

    def ask(self, by: str, now: datetime) -> Rematch:
        """The one that waits or runs, or else a new one that waits; one that died has failed."""
        self._session.execute(sa.text("LOCK TABLE rematch IN SHARE ROW EXCLUSIVE MODE"))
        last = self.last()
        if last is not None and last.is_open:
            if not _is_silent(last, now):
                return last
            self.end(RematchState.FAILED, now, {})
        asked = Rematch(by=by, asked_at=now)
        self._session.add(RematchRow.model_validate(asked, from_attributes=True))
        self._session.flush()
        return asked

    def begin(self, by: str, progress: Progress, now: datetime) -> None:
        """The one that is open runs from now on, also when it did before; a new one if none is."""
        self.ask(by, now)
        self._write({"state": RematchState.RUNNING, "began_at": now})
        self.note(progress, now)

    def note(self, progress: Progress, now: datetime) -> None:
        """How far the one that runs is."""
        told = {"phase": progress.phase, "done": progress.done, "total": progress.total}
        self._write(told | {"seen_at": now})

    def end(self, state: RematchState, now: datetime, counts: Mapping[str, int]) -> None:
        """It is over, and came to this."""
        self._write({"state": state, "ended_at": now, **counts})

    def _write(self, values: dict[str, Any]) -> None:
        row: Any = RematchRow
        self._session.execute(sa.update(row).where(row.state.in_(_OPEN)).values(values))


def _is_silent(one: Rematch, now: datetime) -> bool:
    return one.seen_at is not None and now - one.seen_at > _SILENCE
