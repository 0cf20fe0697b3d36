"""Picking typed values out of what CRMs send."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit import pick
from connectors.kit.errors import BadRecord

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING)
@pytest.mark.parametrize(
    "picker",
    [
        pick.external_id, pick.maybe_id, pick.text, pick.number, pick.amount, pick.moment,
        pick.many, pick.one, pick.flag,
    ],
)  # fmt: skip
def test_any_value_is_picked_or_refused_as_a_bad_record(
    picker: Callable[..., object], value: object
) -> None:
    body = {"field": value}
    with suppress(BadRecord):
        picker(body, "field")


@given(st.text())
def test_a_picked_text_can_be_kept_by_the_database(value: str) -> None:
    found = pick.text({"name": value}, "name") or ""
    assert "\x00" not in found
    found.encode("utf-8")


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert pick.text({"name": "Ромашка\ud83d"}, "name") == "Ромашка?"


@pytest.mark.parametrize(
    ("given_value", "expected"),
    [
        (125000, Decimal(125000)), ("1500.50", Decimal("1500.5")), (0, Decimal(0)),
        (0.1, Decimal("0.1")), (None, None), ("", None), (-5, Decimal(-5)),
    ],
)  # fmt: skip
def test_an_amount_is_exact_and_unknown_is_not_zero(
    given_value: object, expected: Decimal | None
) -> None:
    assert pick.amount({"price": given_value}, "price") == expected


@pytest.mark.parametrize(
    "absurd", [10**15, -(10**30), "1e400", "1e9999999", "NaN", "много", True, [1], {}]
)
def test_an_absurd_amount_names_the_field(absurd: object) -> None:
    with pytest.raises(BadRecord, match="price"):
        pick.amount({"price": absurd}, "price")


def test_a_long_value_is_not_poured_into_the_message() -> None:
    with pytest.raises(BadRecord) as caught:
        pick.amount({"price": "x" * 10_000}, "price")
    assert len(str(caught.value)) < 120


def test_seconds_become_an_aware_time() -> None:
    assert pick.moment({"at": 1_760_000_000}, "at") == datetime(2025, 10, 9, 8, 53, 20, tzinfo=UTC)
    assert pick.moment({"at": 0}, "at") is None


@pytest.mark.parametrize("absurd", [10**12, -(10**12), "вчера", 1.5, True])
def test_an_absurd_time_names_the_field(absurd: object) -> None:
    with pytest.raises(BadRecord, match="at"):
        pick.moment({"at": absurd}, "at")


@pytest.mark.parametrize("wrong", [None, "", 0, True, [], {}, 1.5, "x" * 300])
def test_a_record_without_a_usable_id_is_bad(wrong: object) -> None:
    with pytest.raises(BadRecord, match="id"):
        pick.external_id({"id": wrong})


@pytest.mark.parametrize("code", ["RUB", "KZT", "USD", "XAF", "RUR", "DEM"])
def test_currencies_of_today_and_of_the_past_are_known(code: str) -> None:
    assert pick.currency(f" {code.lower()} ") == code


def test_an_unknown_currency_is_bad() -> None:
    for unknown in ("XQQ", "", None, "рубль"):
        with pytest.raises(BadRecord, match="currency"):
            pick.currency(unknown)


def test_an_empty_php_object_is_an_empty_object() -> None:
    assert pick.one({"result": []}, "result") == {}
