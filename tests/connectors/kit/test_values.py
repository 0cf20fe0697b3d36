"""Values of files and foreign lists are read by their look; what is not sure is refused."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import values
from connectors.kit.errors import BadRecord

_MOSCOW = ZoneInfo("Europe/Moscow")


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("1 234,56", "1234.56"),
        ("1\u00a0234,56 ₽", "1234.56"),
        ("1\u00a0234,56 ?", "1234.56"),
        ("1234?", None),
        ("1\u202f234\u2009567,5 руб.", "1234567.5"),
        ("−12,50", "-12.5"),
        ("(not yet)", None),
        ("1,234.56", "1234.56"),
        ("1.234,56", "1234.56"),
        ("1,234,567", "1234567"),
        ("12.50", "12.5"),
        ("120 000 р.", "120000"),
        ("$5.00", "5"),
        (12.5, "12.5"),
        (120000, "120000"),
        ("1e3", "1000"),
        ("12-50", None),
        ("1" * 16, None),
        (float("nan"), None),
        (True, None),
        ([1], None),
    ],
)
def test_an_amount_is_read_in_every_way_people_write_it(written: Any, number: str | None) -> None:
    if number is None:
        with pytest.raises(BadRecord):
            values.money(written)
    else:
        assert values.money(written) == Decimal(number)


def test_a_named_decimal_sign_makes_the_other_one_a_mere_group() -> None:
    assert values.number("1,234", ".") == Decimal(1234)
    assert values.number("1.234", ",") == Decimal(1234)
    assert values.number("1,234", None) == Decimal("1.234")


@settings(max_examples=200, database=None, derandomize=True)
@given(
    st.decimals(-(10**12), 10**12, places=2),
    st.sampled_from([" ", "\u00a0", "\u202f", "\u2009", ""]),
    st.sampled_from(["-", "−"]),
    st.sampled_from(["", " ₽", " руб.", "\u00a0RUB"]),
)
def test_every_amount_comes_back_from_how_it_is_shown(
    amount: Decimal, group: str, minus: str, sign: str
) -> None:
    shown = f"{abs(amount):,.2f}".replace(",", group).replace(".", ",")
    written = f"{minus if amount < 0 else ''}{shown}{sign}"
    assert values.money(written) == amount
    assert values.money(written, ",") == amount


@pytest.mark.parametrize("rounded", ["1,23E+11", "7.70708E+09", "7,707083893e+9"])
def test_a_number_that_a_spreadsheet_has_rounded_is_no_id(rounded: str) -> None:
    for read in (values.identifier, values.inn, values.phone):
        with pytest.raises(BadRecord, match="rounded"):
            read(rounded)


@pytest.mark.parametrize(
    ("value", "said"),
    [(7707083893.0, "7707083893"), (7707083893, "7707083893"), (" 7707 083893 ", "7707083893"),
     ("12e45", "12e45"), (0, None), ("0", None), ("", None), (None, None)],
)  # fmt: skip
def test_a_taxpayer_number_is_a_text(value: Any, said: str | None) -> None:
    assert values.inn(value) == said


def test_an_id_that_is_too_long_or_no_id_is_refused() -> None:
    for wrong in ("x" * 201, True, {"id": 1}, 10**5000):
        with pytest.raises(BadRecord):
            values.identifier(wrong)


@pytest.mark.parametrize(
    "written",
    [
        "2026-02-03T09:15:00Z",
        "2026-02-03T12:15:00+03:00",
        "2026-02-03T12:15:00",
        "2026-02-03 12:15",
        "03.02.2026 12:15",
        "3.2.2026 12:15:00",
        1_770_110_100,
        1_770_110_100_000,
        "1770110100",
        1_770_110_100.0,
        datetime(2026, 2, 3, 12, 15),  # noqa: DTZ001 - as a cell of a spreadsheet has it
    ],
)
def test_a_time_tells_by_its_look_how_it_is_written(written: Any) -> None:
    assert values.moment(written, _MOSCOW) == datetime(2026, 2, 3, 9, 15, tzinfo=UTC)


def test_an_uncommon_time_is_read_by_its_form() -> None:
    found = values.moment("02/03/2026 12h15", _MOSCOW, "%m/%d/%Y %Hh%M")
    assert found == datetime(2026, 2, 3, 9, 15, tzinfo=UTC)


@pytest.mark.parametrize("never", [None, "", " ", 0, "0", "0001-01-01T00:00:00"])
def test_never_is_no_time(never: Any) -> None:
    assert values.moment(never, _MOSCOW) is None
    assert values.day(never, _MOSCOW) is None


@pytest.mark.parametrize(
    "wrong",
    [
        "soon",
        "31.02.2026",
        "31.02.26",
        "01.02.55",
        "1.2.126",
        True,
        10**20,
        "1812-01-01",
        [],
        5.5e13,
    ],
)
def test_what_is_no_time_is_refused(wrong: Any) -> None:
    with pytest.raises(BadRecord, match=r"a time is needed|no time between|no such day"):
        values.moment(wrong, _MOSCOW)


def test_a_day_is_one_of_the_zone() -> None:
    assert values.day("2026-02-03T22:30:00Z", _MOSCOW) == date(2026, 2, 4)
    assert values.day(date(2026, 2, 3), _MOSCOW) == date(2026, 2, 3)
    assert values.day("03.02.2026", _MOSCOW) == date(2026, 2, 3)
    assert values.day("03.02.26", _MOSCOW) == date(2026, 2, 3)
    assert values.day("3.2.98 12:00", _MOSCOW) == date(1998, 2, 3)


def test_yes_and_no_are_known_in_both_languages() -> None:
    assert [values.flag(said) for said in (True, 1, "Да", "yes", "истина", "X")] == [True] * 6
    assert [values.flag(said) for said in (False, 0, "Нет", "no", "-", 0.0)] == [False] * 6
    assert values.flag("") is None
    with pytest.raises(BadRecord, match="yes or no"):
        values.flag("may be")


def test_texts_lose_their_tags_and_numbers_their_points() -> None:
    assert values.html_text("<p>Срок&nbsp;до <b>пятницы</b></p>") == "Срок\u00a0до пятницы"
    assert values.html_text("a<br>< br >\n b<p>c") == "a\nbc"
    assert values.text(5.0) == "5"
    assert values.text(Decimal("1E+2")) == "100"
    assert values.text(date(2026, 2, 3)) == "2026-02-03"


def test_phones_in_one_cell_are_taken_apart_and_words_are_no_phones() -> None:
    parts = values.listed("+7 (495) 000-00-00 доб. 12; 8 916 000-00-00, +7 999 000 00 00")
    assert [values.phone(part) for part in parts] == [
        "+7 (495) 000-00-00 доб. 12", "8 916 000-00-00", "+7 999 000 00 00"
    ]  # fmt: skip
    assert values.phone("нет") is None
    assert values.email("нет") is None


def test_a_reference_is_an_id_or_an_object_with_one() -> None:
    assert values.reference("77aa") == "77aa"
    assert values.reference({"id": "77aa", "name": "ООО «Ромашка»"}) == "77aa"
    assert values.reference({"name": "ООО «Ромашка»"}) is None
    assert values.reference({"name": "ООО «Ромашка»"}, ("id", "name")) == "ООО «Ромашка»"
    assert values.reference([{"id": 3}, {"id": 4}]) == "3"


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("60%", 60),
        ("60 %", 60),
        ("12,5%", Decimal("12.5")),
        (60, 60),
        ("1 200 ₽", 1200),
        ("", None),
    ],
)
def test_a_goal_may_be_percent(written: Any, number: Any) -> None:
    assert values.goal(written) == number


def test_an_amount_is_no_percent() -> None:
    with pytest.raises(BadRecord, match="60%"):
        values.money("60%")
