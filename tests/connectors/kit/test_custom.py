"""Values of custom fields in plain JSON, whatever a CRM sends."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import custom

MOSCOW = ZoneInfo("Europe/Moscow")
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=12,
)


@given(ANYTHING)
def test_anything_can_be_kept_as_plain_json(value: Any) -> None:
    kept = orjson.dumps(custom.plain(value)).decode()
    assert "\\u0000" not in kept
    assert json.loads(kept) == custom.plain(value)


@given(ANYTHING)
def test_no_value_is_too_odd_to_be_asked_what_it_is(value: Any) -> None:
    assert custom.text(value) != ""
    assert custom.decimal(value) is None or custom.decimal(custom.decimal(value)) is not None
    assert custom.day(value, MOSCOW) is None or custom.moment(value, MOSCOW) is not None
    assert custom.flag(value) in {True, False, None}


def test_an_abyss_has_a_bottom() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    assert custom.plain(deep) == [[[[[[[[None]]]]]]]]


@pytest.mark.parametrize(
    ("sent", "said"),
    [("1.50", "1.50"), (1.5, "1.5"), ("1 250,5", "1250.5"), ("1e3", "1000"), (0, "0"), ("", None)],
)
def test_a_number_is_a_decimal_without_an_exponent(sent: Any, said: str | None) -> None:
    assert custom.decimal(sent) == said


@pytest.mark.parametrize("sent", ["nan", "inf", "9" * 5_000, True, [1], "семь"])
def test_what_is_no_number_is_none(sent: Any) -> None:
    assert custom.decimal(sent) is None


def test_a_time_without_a_zone_is_the_accounts_own() -> None:
    assert custom.moment("2026-12-31 10:00", MOSCOW) == datetime(2026, 12, 31, 7, tzinfo=UTC)
    assert custom.day("2026-12-31T23:30:00+00:00", MOSCOW) == date(2027, 1, 1)


@pytest.mark.parametrize("sent", [10**12, -(10**12), "0001-01-01", "9999-12-31", "32.01.2026"])
def test_an_absurd_time_is_none(sent: Any) -> None:
    assert custom.day(sent, MOSCOW) is None


@pytest.mark.parametrize(
    "sent",
    ["Да", "да, по телефону", "есть", "Согласен", "согласие на рассылку", "Y", "1", 1, True,
     ["yes"], "01.02.2026", "10.02.2026", "10.02.2026 14:00", "2026-02-10",
     "2026-02-10T14:00:00+03:00", 1_770_681_600],
)  # fmt: skip
def test_a_yes_and_the_day_it_was_given_on_are_consent(sent: Any) -> None:
    assert custom.agreed(sent) is True


@pytest.mark.parametrize(
    "sent",
    ["Нет", "no", "N", "0", 0, False, "не согласен", "не дано", "отказался", "Отозвано 10.02.2026",
     "10.02.2026 отозвано", "согласие отозвано", "Согласие не получено", "no consent"],
)  # fmt: skip
def test_a_no_is_no_consent_whatever_day_stands_before_it(sent: Any) -> None:
    assert custom.agreed(sent) is False


@pytest.mark.parametrize(
    "sent",
    ["дата не указана", "не указано", "согласие не указано", "нет данных", "данные уточняются",
     "n/a", "not specified", "номер 1", "10 раз", "1 раз", 5, "00.00.0000", "32.01.2026", "не", "",
     None, []],
)  # fmt: skip
def test_what_says_neither_leaves_consent_unknown(sent: Any) -> None:
    assert custom.agreed(sent) is None
