"""Which days are worked: by the official calendar, and by what people set beside it."""

from datetime import date
from pathlib import Path

import pytest

from kam_sync.base.errors import WrongSettings
from kam_sync.kpi.workdays import Workdays, read


def worked(workdays: Workdays, year: int) -> int:
    """How many days of a year are worked."""
    return workdays.numbered(date(year, 1, 1), date(year, 12, 31))[date(year, 12, 31)]


@pytest.mark.parametrize(("year", "days"), [(2023, 247), (2024, 248), (2025, 247), (2026, 247)])
def test_russian_years_have_the_days_of_the_production_calendar(year: int, days: int) -> None:
    assert worked(Workdays(), year) == days


def test_a_moved_day_is_worked_and_the_day_it_was_moved_to_is_not() -> None:
    numbers = Workdays().numbered(date(2024, 4, 26), date(2024, 4, 30))
    assert list(numbers.values()) == [1, 2, 2, 2, 2]  # Saturday the 27th was worked, not Monday


def test_what_a_file_sets_is_stronger_than_the_calendar(tmp_path: Path) -> None:
    path = tmp_path / "workdays.yaml"
    path.write_text("2030-03-02: work\n2030-03-01: off\n")
    plain, own = (w.numbered(date(2030, 3, 1), date(2030, 3, 3)) for w in (
        Workdays(), Workdays(set_days=read(path)),
    ))  # fmt: skip
    assert (list(plain.values()), list(own.values())) == ([1, 1, 1], [0, 1, 1])


@pytest.mark.parametrize("said", ["2027-02-20: maybe", "20.02.2027: work", "- 2027-02-20", "a: [1"])
def test_a_file_that_makes_no_sense_is_refused_with_its_name(tmp_path: Path, said: str) -> None:
    path = tmp_path / "workdays.yaml"
    path.write_text(said)
    with pytest.raises(WrongSettings, match="workdays.yaml"):
        read(path)


def test_an_unknown_country_is_named() -> None:
    with pytest.raises(WrongSettings, match="KAM_SYNC_CALENDAR"):
        worked(Workdays("XX"), 2026)
