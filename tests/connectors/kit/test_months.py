"""Months are read in words, whole or shortened, in both languages."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.kit import values
from connectors.kit.door import spoken
from connectors.kit.errors import BadRecord
from connectors.kit.months import first_day


@pytest.mark.parametrize(
    "written",
    ["ноябрь 2026", "Ноябрь 2026 г.", "НОЯБРЬ 2026 года", "ноября 2026г.", "нояб. 2026", "ноя.26",
     "nov 2026", "November, 2026", "Nov-26", "17.11.26", "2026-11-17", date(2026, 11, 17),
     datetime(2026, 11, 17, 12, tzinfo=UTC)],
)  # fmt: skip
def test_a_month_is_its_first_day_however_it_is_written(written: Any) -> None:
    assert first_day(written, UTC) == date(2026, 11, 1)


def test_all_months_are_told_apart_by_their_first_letters() -> None:
    russian = "янв фев мар апр май июн июл авг сен окт ноя дек"
    english = "jan feb mar apr may jun jul aug sep oct nov dec"
    for names in (russian, english):
        found = [first_day(f"{name} 2026", UTC) for name in names.split()]
        assert found == [date(2026, month, 1) for month in range(1, 13)]


@pytest.mark.parametrize("wrong", ["ноябрь", "но 2026", "ноябрьский 2026", "брюмер 2026", "ноя 55"])
def test_what_is_no_month_is_refused(wrong: str) -> None:
    with pytest.raises(BadRecord, match=r"a time is needed|is a month"):
        first_day(wrong, UTC)


@pytest.mark.parametrize(
    ("written", "english", "russian"),
    [
        ("31.02.26", "there is no such day: '31.02.26'", "такого дня нет: '31.02.26'"),
        ("2026-02-31", "there is no such day: '2026-02-31'", "такого дня нет: '2026-02-31'"),
        ("ноябрь 2026", "a day is needed, and 'ноябрь 2026' is a month",
         "нужен день, а 'ноябрь 2026' это месяц"),
        ("01.02.2026 25:00", "a time is needed, got '01.02.2026 25:00'",
         "нужна дата, а стоит '01.02.2026 25:00'"),
        ("завтра", "a time is needed, got 'завтра'", "нужна дата, а стоит 'завтра'"),
    ],
)  # fmt: skip
def test_why_a_text_is_no_day_is_said(written: str, english: str, russian: str) -> None:
    with pytest.raises(BadRecord) as caught:
        values.day(written, UTC)
    assert (str(caught.value), spoken(caught.value, "ru")) == (english, russian)


def test_nothing_is_no_month() -> None:
    assert first_day(None, UTC) is None
    assert first_day(" ", UTC) is None
