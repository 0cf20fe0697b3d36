"""Which days are worked: the official calendar of a country, and what people set beside it.

The Russian calendar moves days by a decree each autumn. The library knows what has been decreed;
years that it does not know yet are set in a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from holidays import HolidayBase, country_holidays, list_supported_countries

from connectors import plain_yaml
from kam_sync.base.errors import WrongSettings

_WORDS = {"work": True, "off": False}


@dataclass(frozen=True, slots=True)
class Workdays:
    """The calendar of a country, and days that are worked or off whatever it says."""

    country: str = "RU"
    set_days: Mapping[date, bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.country not in list_supported_countries():
            raise WrongSettings(f"KAM_SYNC_CALENDAR: there is no calendar of {self.country}")

    def is_worked(self, day: date) -> bool:
        """Whether a day is worked."""
        official = _official(self.country, day.year)
        return self.set_days.get(day, official.is_working_day(day))

    def numbered(self, first: date, last: date) -> dict[date, int]:
        """Each day between two, both included, with how many have been worked up to it."""
        official = country_holidays(self.country, years=range(first.year, last.year + 1))
        numbers, count = {}, 0
        for day in (first + timedelta(days=n) for n in range((last - first).days + 1)):
            set_day = self.set_days.get(day)
            count += official.is_working_day(day) if set_day is None else set_day
            numbers[day] = count
        return numbers


@cache
def _official(country: str, year: int) -> HolidayBase:
    return country_holidays(country, years=year)


def read(path: Path) -> dict[date, bool]:
    """The days that a file sets, as `2027-02-20: work` or `off`; none where there is no file."""
    if not path.exists():
        return {}
    try:
        said, marks = plain_yaml.load(path.read_text(encoding="utf-8"))
    except (plain_yaml.BadYaml, UnicodeDecodeError) as error:
        raise WrongSettings(f"{path.name}: {error}") from error
    if not isinstance(said, dict):
        raise WrongSettings(f"{path.name}: lines such as 2027-02-20: work are needed")
    found = {}
    for day, word in said.items():
        try:
            found[date.fromisoformat(day)] = _WORDS[word]
        except (ValueError, KeyError, TypeError) as error:
            where = marks.at([day])
            raise WrongSettings(
                f"{path.name}: {where}: a day with work or off is needed"
            ) from error
    return found
