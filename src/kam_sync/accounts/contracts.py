"""Contracts of an account: which of them binds longest, and which one ends soon."""

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from connectors import BadRecord, rebates
from kam_sync.accounts.facts import Contract

_SOON = timedelta(days=90)


def is_over(contract: Contract, today: date) -> bool:
    """Whether its last day has passed; one that renews itself goes on."""
    return contract.ends_on is not None and contract.ends_on < today and not contract.is_renewed


def is_ending(contract: Contract, today: date) -> bool:
    """Whether it ends in the next three months, if nobody does anything."""
    ends_on = contract.ends_on
    return ends_on is not None and today <= ends_on <= today + _SOON and not contract.is_renewed


def lasting(contracts: Iterable[Contract], today: date) -> Contract | None:
    """The one that binds longest of those that are not over: without a last day, then one that
    renews itself, then the one that ends last."""
    there = [one for one in contracts if not one.is_deleted and not is_over(one, today)]
    return max(
        there,
        key=lambda one: (one.ends_on is None, bool(one.is_renewed), one.ends_on or one.starts_on),
        default=None,
    )


def steps(contract: Contract) -> list[tuple[Decimal, Decimal]]:
    """From which purchases on which rebate is given, in percent; of what nobody can read none."""
    try:
        return rebates.steps(contract.rebate_steps or "")
    except BadRecord:
        return []
