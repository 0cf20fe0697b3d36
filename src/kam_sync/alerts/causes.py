"""Which alerts of an account tell of one cause: of these the cause alone is told.

What is covered is not lost: it stands below its cause, and is told by itself when the cause is over
and it is still bad.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kam_sync.alerts.life import State
from kam_sync.alerts.model import ChangeKind

_SALES = ("won_revenue", "sell_in", "sell_in_units", "net_sales", "order_frequency")
_OF_SALES = ("gross_margin", "account_profit", "portfolio_share", "nrr", "grr", "predicted_ltv")
_OF_DEBT = ("overdue_share", "dso", "true_dso", "best_possible_dso", "cei", "receivables")

COVERS: Mapping[str, tuple[str, ...]] = {
    # The client orders nothing any more: all that orders bring falls, and its rhythm with it.
    "days_since_last_won": (*_SALES, *_OF_SALES, "rhythm_ratio", "average_won_deal"),
    # It buys less: less is delivered, and what is made of that is less, too.
    "won_revenue": (*_SALES[1:], *_OF_SALES),
    # The shops sell less of it: less is delivered to them.
    "sell_out": ("sell_out_units", "sell_through", *_SALES[1:4], *_OF_SALES),
    "sell_in": ("sell_in_units", "net_sales", *_OF_SALES),
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
"""By the KPI of a cause those that it covers; of several causes the first here counts."""
_TELLS = frozenset({
    State.FIRING, State.ACKNOWLEDGED, State.SNOOZED, State.EXPECTED, State.RECOVERING,
})  # fmt: skip
"""A cause that people know of; one that they put aside still covers."""


@dataclass(frozen=True, slots=True)
class Part:
    """An alert, as far as it is needed here."""

    id: UUID
    account_id: UUID
    kpi: str
    state: State


def covered(alerts: Iterable[Part]) -> dict[UUID, UUID]:
    """Of each alert that another one of its account covers, the one that does.

    Where a cause has a cause itself, that one covers all. Of several alerts about the KPI of a
    cause the first that is given speaks.
    """
    by_account: dict[UUID, dict[str, list[Part]]] = {}
    for alert in alerts:
        if alert.state in _TELLS:
            by_account.setdefault(alert.account_id, {}).setdefault(alert.kpi, []).append(alert)
    found: dict[UUID, UUID] = {}
    for those in by_account.values():
        for kpi, alerts_of in those.items():
            if (cause := _cause(kpi, those)) != kpi:
                found |= dict.fromkeys((one.id for one in alerts_of), those[cause][0].id)
    return found


def is_hushed(change: ChangeKind, *, was_told: bool) -> bool:
    """Whether nobody is told of a change of an alert that is covered.

    The end of what people were told of is told, too.
    """
    return not (change is ChangeKind.RESOLVED and was_told)


def _cause(kpi: str, there: Collection[str]) -> str:
    """The first cause of it that is there; itself where there is none."""
    while cause := next((one for one in COVERS if one in there and kpi in COVERS[one]), None):
        kpi = cause
    return kpi
