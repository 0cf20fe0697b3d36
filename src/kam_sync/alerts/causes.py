"""Which alerts of an account tell of one cause: of these the cause alone is told.

What is covered is not lost: it stands below its cause, and is told by itself when the cause is over
and it is still bad.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kam_sync.alerts.life import State
from kam_sync.alerts.model import ChangeKind
from kam_sync.drift.model import Kind

_SALES = ("won_revenue", "sell_in", "sell_in_units", "net_sales", "order_frequency")
_OF_SALES = ("gross_margin", "account_profit", "portfolio_share", "nrr", "grr", "predicted_ltv")
_OF_DEBT = ("overdue_share", "dso", "true_dso", "best_possible_dso", "cei", "receivables")

COVERS: Mapping[str, tuple[str, ...]] = {
    # The client orders nothing any more: all that orders bring falls, and its rhythm with it.
    "days_since_last_won": (
        *_SALES,
        *_OF_SALES,
        "rhythm_ratio",
        "average_won_deal",
        "plan won_revenue",
        "plan sell_in",
    ),
    # It buys less: less is delivered, and what is made of that is less, too.
    "won_revenue": (*_SALES[1:], *_OF_SALES, "plan won_revenue", "plan sell_in"),
    # The shops sell less of it: less is delivered to them.
    "sell_out": ("sell_out_units", "sell_through", *_SALES[1:4], *_OF_SALES, "plan sell_out"),
    "sell_in": ("sell_in_units", "net_sales", *_OF_SALES, "plan sell_in"),
    "rhythm_ratio": ("order_frequency",),
    # It is behind with paying: the oldest debt tells it.
    "overdue_over_90": ("overdue_61_90", "overdue_31_60", "overdue_1_30", *_OF_DEBT),
    "overdue_61_90": ("overdue_31_60", "overdue_1_30", *_OF_DEBT),
    "overdue_31_60": ("overdue_1_30", *_OF_DEBT),
    "overdue_1_30": _OF_DEBT,
    "true_dso": ("dso", "best_possible_dso"),
    # The goods bring less: so does the account.
    "gross_margin": ("account_profit",),
    "gross_margin_percent": ("account_profit_rate",),
    "days_since_last_activity": ("touch_frequency",),
    "otif": ("fill_rate",),
}
"""By what a cause is about what it covers; of several causes the first here counts."""
_ITSELF = frozenset({Kind.LEVEL, Kind.SILENCE, Kind.LIMIT})
"""What is said of the KPI itself, and not of a plan of it, or of rows that are missing."""
_TELLS = frozenset({
    State.FIRING, State.ACKNOWLEDGED, State.SNOOZED, State.EXPECTED, State.RECOVERING,
})  # fmt: skip
"""A cause that people know of; one that they put aside still covers."""


@dataclass(frozen=True, slots=True)
class Part:
    """An alert, as far as it is needed here."""

    id: UUID
    account_id: UUID
    about: str
    state: State


def about(kpi: str, kind: Kind) -> str:
    """What an alert is about: its KPI, or something of it."""
    return kpi if kind in _ITSELF else f"{kind.value} {kpi}"


def covered(alerts: Iterable[Part]) -> dict[UUID, UUID]:
    """Of each alert that another one of its account covers, the one that does.

    Where a cause has a cause itself, that one covers all. Of several alerts about one thing, such
    as months and weeks of one KPI, the first that is given covers the others.
    """
    by_account: dict[UUID, dict[str, list[Part]]] = {}
    for alert in alerts:
        if alert.state in _TELLS:
            by_account.setdefault(alert.account_id, {}).setdefault(alert.about, []).append(alert)
    found: dict[UUID, UUID] = {}
    for those in by_account.values():
        for what, alerts_of in those.items():
            cause = those[_cause(what, those)][0].id
            found |= dict.fromkeys((one.id for one in alerts_of if one.id != cause), cause)
    return found


def is_hushed(change: ChangeKind, *, was_told: bool) -> bool:
    """Whether nobody is told of a change of an alert that is covered.

    The end of what people were told of is told, too.
    """
    return not (change in {ChangeKind.RESOLVED, ChangeKind.REBASED} and was_told)


def _cause(what: str, there: Collection[str]) -> str:
    """The first cause of it that is there; itself where there is none."""
    while cause := next((one for one in COVERS if one in there and what in COVERS[one]), None):
        what = cause
    return what
