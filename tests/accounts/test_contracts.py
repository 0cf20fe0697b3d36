"""Which contract of an account binds longest, which end, and what rebates they give."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from kam_sync.accounts.contracts import is_ending, is_over, lasting, steps
from kam_sync.accounts.facts import Contract

TODAY = date(2026, 11, 29)


def contract(number: str, ends_on: date | None = None, **more: Any) -> Contract:
    """A contract since 2024."""
    return Contract(
        source_id=1, external_id=number, number=number, starts_on=date(2024, 1, 1),
        ends_on=ends_on, changed_at=datetime(2026, 11, 1, tzinfo=UTC), **more,
    )  # fmt: skip


OVER = contract("over", date(2026, 11, 28))
SOON = contract("soon", date(2026, 12, 31))
LATER = contract("later", date(2028, 1, 1))
RENEWED = contract("renewed", date(2026, 1, 31), is_renewed=True)
ENDLESS = contract("endless")
LEFT = contract("left", date(2030, 1, 1), is_deleted=True)


@pytest.mark.parametrize(
    ("there", "binds"),
    [
        ([], None),
        ([OVER, LEFT], None),
        ([OVER, SOON, LATER, LEFT], "later"),
        ([RENEWED, OVER], "renewed"),
        ([LATER, RENEWED, SOON], "renewed"),
        ([RENEWED, ENDLESS], "endless"),
    ],
)
def test_the_contract_that_binds_longest(there: list[Contract], binds: str | None) -> None:
    found = lasting(there, TODAY)
    assert (found and found.number) == binds


def test_a_contract_that_renews_itself_neither_ends_nor_is_over() -> None:
    assert [one.number for one in (OVER, SOON, LATER, RENEWED) if is_over(one, TODAY)] == ["over"]
    assert [one.number for one in (OVER, SOON, LATER, RENEWED) if is_ending(one, TODAY)] == ["soon"]


def test_the_steps_of_a_rebate_are_read_as_files_write_them() -> None:
    agreed = contract("1", rebate_steps="3000000: 2%; 5000000: 3.5%")
    assert steps(agreed) == [(3_000_000, 2), (5_000_000, Decimal("3.5"))]
    assert steps(contract("2", rebate_steps="as agreed")) == []
    assert steps(contract("3")) == []
