"""What an open table is: where its rows come from, and what of them is money or a period."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenTable:
    """One table: where its rows come from, and what they have."""

    columns: Mapping[str, str]
    """With their types."""
    rows: str
    """A query for account_id and the columns."""
    changed_by: frozenset[str]
    """The tables of the store that it is made of."""
    counted: frozenset[str] = field(default=frozenset(), kw_only=True)
    """Those of them whose records are its rows, where the others only say whose they are."""
    periods: Mapping[str, str]
    """Columns with the first day of the period that a moment or a day lies in; the first of them
    says from which period on an account has any."""
    singular: str
    carried: frozenset[str] = frozenset()
    """Of `periods` those in whose first period all counts that was before: states, not events."""
    days: Mapping[str, str] = field(default_factory=dict)
    """Columns with the day that a moment lies in."""
    needs: Mapping[str, str] = field(default_factory=dict)
    """What has to be laid out before: tables that its rows read, and the query for each."""
    rate_of: str = ""
    """The day by whose rate its money may be converted, in SQL of its columns `m`; empty where it
    has none."""


MONEY = frozenset({"amount", "paid_amount", "cost", "target", "spent", "overdue", "credit_limit"})
"""The columns that are money, in the currency of their row."""
