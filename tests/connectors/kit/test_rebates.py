"""Steps of a rebate are read as people write them, and kept in one way."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit import rebates
from connectors.kit.errors import BadRecord

KEPT = "3000000: 2%; 5000000: 3.5%"


@pytest.mark.parametrize(
    "said",
    [
        "3 000 000: 2%; 5 000 000: 3,5%",
        "5 млн ₽ — 3.5 %;\n от 3 млн — 2 %;",
        "3000 тыс. руб. = 2%; свыше 5000 тыс = 3,50%",
        ">= 3,000,000 -> 2%; >=5,000,000 -> 3.5%",
        KEPT,
    ],
)
def test_steps_are_kept_in_one_way(said: str) -> None:
    assert rebates.canonical(said) == KEPT


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("2%", "steps such as 3 000 000: 2%; 5 000 000: 3% are needed, got '2%'"),
        ("3 000 000: 2", "are needed, got '3 000 000: 2'"),
        ("3 000 000: 102%", "are needed, got '3 000 000: 102%'"),
        ("-3 000 000: 2%", "are needed, got"),
        ("10: 1%; 3 0x0: 2%", "are needed, got '3 0x0: 2%'"),
        ("10: 1%, 20: 2%", "are needed, got '10: 1%, 20: 2%'"),
        ("10: 1%; 10.0: 2%", "two steps from 10"),
        ("20: 1%; 10: 1%", "more has to be given from 20 than from 10, got 1%"),
    ],
)
def test_what_are_no_steps_is_refused(said: str, why: str) -> None:
    with pytest.raises(BadRecord) as error:
        rebates.canonical(said)
    assert why in str(error.value)


def test_nothing_is_no_steps() -> None:
    assert rebates.canonical(" ") is None


@settings(max_examples=50)
@given(st.dictionaries(st.decimals(0, 10**9, places=2), st.none(), min_size=1, max_size=4))
def test_what_is_kept_says_the_same_again(amounts: dict[Decimal, None]) -> None:
    said = "; ".join(f"{at}: {rate}%" for rate, at in enumerate(sorted(amounts)))
    kept = rebates.canonical(said)
    assert kept is not None
    assert rebates.canonical(kept) == kept
    assert rebates.steps(kept) == [(at, rate) for rate, at in enumerate(sorted(amounts))]
