"""The only clock of the house: everything else is given the time as an argument."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current time, aware, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock


def stopped_at(moment: datetime) -> Clock:
    """A clock that always shows one moment, for "as of" runs and for tests."""
    return lambda: moment


def known_zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name, or ValueError."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("not an IANA time zone such as Europe/Moscow") from error


def start_of_day(day: date, zone: ZoneInfo) -> datetime:
    """The first moment of a calendar day in a time zone, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
