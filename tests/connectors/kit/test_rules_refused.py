"""Rules that cannot be followed are refused when they are written, bad values when they come."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.kit.errors import BadRecord
from connectors.kit.records import (
    Noun,
    RawRecord,
)
from connectors.kit.rules import EntityRules, record
from tests.fakes.mutilation import mutilated, unstorable
from tests.fakes.ruled import ROW, deal_rules, made, raw_deal


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        (
            "czena_prodazhi$c",
            "много",
            r"amount \(from czena_prodazhi\$c\): a number is needed, got 'много'",
        ),
        ("createdDate", "вчера", r"created_at \(from createdDate\): a time is needed, got 'вчера'"),
        ("id", "1,23E+11", r"key \(from id\): .*rounded"),
        ("id", None, r"key \(from id\): is empty"),
        ("stadiya$c", "", r"stage \(from stadiya\$c\): is empty"),
        ("stadiya$c", [True], r"stage \(from stadiya\$c\): a text is needed"),
        (
            "organization",
            {"id": [1]},
            r"company \(from organization\): a text is needed",
        ),
        ("name", ["x" * 900], r"name \(from title or name\): a text is needed, got list of 1"),
    ],
)
def test_a_bad_value_names_its_field_and_column_and_shows_little_of_itself(
    column: str, value: Any, said: str
) -> None:
    with pytest.raises(BadRecord, match=said) as caught:
        record(deal_rules(), raw_deal(**{column: value}))
    assert len(str(caught.value)) < 150


@pytest.mark.parametrize(
    ("field", "rule", "said"),
    [
        (
            "summa",
            {"from": "x"},
            "a deal has no field 'summa'; there are: name, pipeline, stage",
        ),
        (
            "amount",
            {"from": "x", "as": "text"},
            "amount holds a number: read it as money, decimal",
        ),
        (
            "stage",
            {"from": "x", "codes": {"a": "winn"}},
            "open, won or lost, not winn",
        ),
        ("stage", {"from": "x"}, "a deal needs a rule for outcome"),
        (
            "outcome",
            {"from": "x", "codes": {"a": "winn"}},
            "'winn' is none of open, won, lost",
        ),
        ("amount", {"from": "x", "value": "much"}, "amount: a number is needed, got 'much'"),
        ("amount", {"from": "x", "currency": "руб"}, "'руб' is not an ISO 4217 code"),
        ("name", {}, "say where it comes from"),
        ("name", {"from": "x", "as": "python"}, "Input should be 'text', 'html_text'"),
        ("name", {"from": "x", "exec": "1"}, "Extra inputs are not permitted"),
        (
            "created_at",
            {"from": "x", "zone": "Moscow"},
            "'Moscow' is not a time zone",
        ),
        ("price", {"from": "x"}, "a deal has no field 'price'"),
    ],
)
def test_rules_that_cannot_be_followed_are_refused_when_they_are_written(
    field: str, rule: dict[str, Any], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        deal_rules(**{field: rule})


def test_what_a_record_needs_has_to_be_told() -> None:
    with pytest.raises(ValidationError, match="a deal needs a rule for stage, outcome"):
        deal_rules(without="stage")
    with pytest.raises(ValidationError, match="a deal needs a rule for currency"):
        deal_rules(amount={"from": "x"})
    with pytest.raises(ValidationError, match="a pipeline cannot be read by rules"):
        EntityRules(noun=Noun.PIPELINE, key="id")
    with pytest.raises(ValidationError, match="one currency, not in RUB and USD"):
        made(
            "invoice",
            {
                "status": {"value": "paid"},
                "amount": {"from": "a", "currency": "USD"},
                "name": {"from": "n", "currency": "RUB"},
            },
            {},
        )


@settings(max_examples=200, database=None, derandomize=True)
@given(mutilated(ROW))
def test_a_mutilated_row_is_bad_or_can_be_stored(row: dict[str, Any]) -> None:
    try:
        made = record(deal_rules(), RawRecord(Noun.DEAL, "5d1e", row))
    except BadRecord:
        return
    assert unstorable(made) == []


@settings(max_examples=100, database=None, derandomize=True)
@given(
    st.dictionaries(
        st.sampled_from(sorted(ROW)),
        st.recursive(
            st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(st.text(max_size=3), inner, max_size=3)
            ),
            max_leaves=5,
        ),
    )
)
def test_whatever_comes_nothing_but_a_bad_record_is_raised(row: dict[str, Any]) -> None:
    try:
        made = record(deal_rules(), RawRecord(Noun.DEAL, "1", row))
    except BadRecord:
        return
    assert unstorable(made) == []
