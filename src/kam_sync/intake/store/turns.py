"""Turns to talk to a CRM account, shared by all processes: its row gives them out."""

from contextlib import suppress
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col, select

from connectors import Pace, RetryLater, wait_for_turn
from kam_sync.base import fields
from kam_sync.base.clock import start_of_day
from kam_sync.base.db import Database, Session
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.intake.model import Standing

_LONGEST_QUEUE = timedelta(minutes=10)
"""A turn that is further away was given out by a clock that has been put back since."""
_LONG = 60.0
"""Seconds of silence that nobody sits through: the run stops and comes again."""

# One statement, on the database's clock. The turn is taken unless there is a long silence.
_TAKE = sa.text("""
    INSERT INTO turn AS t (key, next_at, held_until, held_why)
    VALUES (:key, clock_timestamp() + :gap, clock_timestamp(), '')
    ON CONFLICT (key) DO UPDATE SET next_at = CASE
        WHEN t.held_until > clock_timestamp() + :long THEN t.next_at
        WHEN t.next_at > clock_timestamp() + :far
            THEN greatest(t.held_until, clock_timestamp()) + :gap
        ELSE greatest(t.next_at, t.held_until, clock_timestamp()) + :gap END
    RETURNING extract(epoch FROM next_at - :gap - clock_timestamp()),
        extract(epoch FROM held_until - clock_timestamp()), held_why
""")
_HOLD = sa.text("""
    INSERT INTO turn AS t (key, next_at, held_until, held_why)
    VALUES (:key, clock_timestamp(), clock_timestamp() + :silence, :why)
    ON CONFLICT (key) DO UPDATE SET held_until = excluded.held_until, held_why = excluded.held_why
    WHERE t.held_until < excluded.held_until
""")


class TurnRow(SQLModel, table=True):
    """When the next request to an account may be sent, and until when nobody may send any."""

    __tablename__ = "turn"

    key: str = Field(primary_key=True)
    next_at: datetime = fields.moment()
    held_until: datetime = fields.moment()
    held_why: str


class RefusalRow(SQLModel, table=True):
    """A request that an account refused because there were too many."""

    __tablename__ = "refusal"
    __table_args__ = (sa.Index("refusal_at", "key", "at"),)

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    key: str
    at: datetime = fields.moment()
    why: str


class SharedTurns:
    """Turns at so many a second among all processes; alone in this one while the database is away.

    A request that had its turn already when another was refused is still sent.
    """

    def __init__(self, database: Database, key: str, per_second: float) -> None:
        self._database = database
        self._key = key
        self._per_second = per_second
        self._alone = Pace(per_second)

    def take(self) -> None:
        """Wait for our turn; RetryLater where the CRM asked for a long silence."""
        if not self._per_second:
            return
        try:
            wait, silence, why = self._book()
        except DatabaseTrouble:
            self._alone.take()
            return
        if silence > _LONG:
            raise RetryLater(
                f"{self._key}: nobody may ask for {silence:.0f} seconds; {why}",
                wait=timedelta(seconds=silence),
                is_away=True,
            )
        wait_for_turn(wait)

    def hold(self, seconds: float, reason: str) -> None:
        """Let nobody send for a while, and write down that we were refused."""
        silence = timedelta(seconds=seconds)
        with suppress(DatabaseTrouble), self._database.transaction() as session:
            session.execute(_HOLD, {"key": self._key, "silence": silence, "why": reason})
            refused = sa.insert(RefusalRow).values(
                key=self._key, at=sa.func.clock_timestamp(), why=reason
            )
            session.execute(refused)

    def _book(self) -> tuple[float, float, str]:
        gap, long = timedelta(seconds=1 / self._per_second), timedelta(seconds=_LONG)
        far = _LONGEST_QUEUE + 20 * gap
        given = {"key": self._key, "gap": gap, "long": long, "far": far}
        with self._database.at_once() as connection:
            row = connection.execute(_TAKE, given).one()
        return float(row[0]), float(row[1]), str(row[2])


class TurnStore:
    """Reads how accounts bear with us."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def standing(self, key: str, now: datetime, zone: ZoneInfo) -> Standing:
        """Whether an account has asked us to be silent, and how often it refused us lately."""
        hour_ago = now - timedelta(hours=1)
        day_began = start_of_day(now.astimezone(zone).date(), zone)
        row = self._session.get(TurnRow, key)
        is_held = row is not None and row.held_until > now
        at = col(RefusalRow.at)
        counted = select(
            sa.func.count().filter(at > hour_ago),
            sa.func.count().filter(at >= day_began),
            sa.func.max(at),
        ).where(RefusalRow.key == key, at >= min(day_began, hour_ago))
        of_hour, of_day, last_at = self._session.execute(counted).one()
        return Standing(
            held_until=row.held_until if row is not None and is_held else None,
            reason=row.held_why if row is not None and is_held else "",
            refusals_last_hour=of_hour,
            refusals_today=of_day,
            last_refusal_at=last_at,
        )

    def forget_before(self, moment: datetime) -> None:
        """Drop refusals that were before a time."""
        self._session.execute(sa.delete(RefusalRow).where(col(RefusalRow.at) < moment))
