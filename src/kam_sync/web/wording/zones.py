"""Time zones as people know them: by city, with how far they are from UTC."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_gmt, get_timezone_location

from kam_sync.web.wording.language import Language


@dataclass(frozen=True, slots=True)
class Choice:
    """A time zone to choose."""

    key: str
    said: str


@dataclass(frozen=True, slots=True)
class Country:
    """The time zones of a country, from west to east."""

    name: str
    zones: Sequence[Choice]


def city(language: Language, key: str) -> str:
    """A time zone by its city: Екатеринбург."""
    return get_timezone_location(key, locale=language.locale.value, return_city=True)


def hours(language: Language, key: str, now: datetime) -> str:
    """The same with how far it is from UTC: Екатеринбург (UTC+05:00)."""
    there = get_timezone_gmt(now.astimezone(ZoneInfo(key)), locale="en")
    return f"{city(language, key)} ({there.replace('GMT', 'UTC')})"


def countries(language: Language, first: str, now: datetime) -> list[Country]:
    """All time zones by country.

    Args:
        first: the country whose zones come before all others, by its code.
    """
    known, names = available_timezones(), Locale(language.locale.value).territories
    pairs = sorted(
        (territory != first, names[territory], _moved(key, now), key)
        for key, territory in get_global("zone_territories").items()
        if key in known and territory in names
    )
    return [
        Country(name, _choices(language, (key for *_, key in zones), now))
        for name, zones in groupby(pairs, itemgetter(1))
    ]


def _choices(language: Language, keys: Iterable[str], now: datetime) -> list[Choice]:
    return [Choice(key, hours(language, key, now)) for key in keys]


def _moved(key: str, now: datetime) -> float:
    offset = now.astimezone(ZoneInfo(key)).utcoffset()
    return offset.total_seconds() if offset else 0
