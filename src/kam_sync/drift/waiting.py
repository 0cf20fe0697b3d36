"""Whether clients keep silent: the days of their orders, held against their own rhythm.

The same says whether rows that came regularly, such as a distributor's sell-out, come no more.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import NormalDist
from uuid import UUID

import numpy as np

from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.drift.silence import silence
from kam_sync.kpi.workdays import Workdays

_LEVEL = 0.01
"""Of a hundred gaps one is as long as that with nothing the matter."""
_LEAST = 1e-9
_QUIET = 2.0
"""In standard deviations: nearer to the usual an alert is over."""


def judge(
    days: Mapping[UUID, Sequence[date]],
    today: date,
    workdays: Workdays,
    kind: Kind = Kind.SILENCE,
) -> dict[UUID, Judgement]:
    """Judge the silence of accounts.

    Args:
        days: the days of the latest orders of each account, in order; none lies after today.
        kind: what it is called.
    """
    accounts = [account for account, of in days.items() if of]
    if not accounts:
        return {}
    first = min(days[account][0] for account in accounts)
    worked = workdays.numbered(first - timedelta(days=1), today)
    most = max(len(days[account]) for account in accounts) - 1
    gaps = np.full((len(accounts), max(most, 1)), np.nan)
    waiting = np.zeros(len(accounts))
    for row, account in enumerate(accounts):
        numbers = [worked[day] for day in days[account]]
        own = np.diff(numbers)
        gaps[row, gaps.shape[1] - len(own) :] = own
        waiting[row] = worked[today] - numbers[-1]
    said = silence(gaps, waiting, level=_LEVEL)
    return {
        account: _judgement(waiting[row], said.chance[row], said.usual[row], said.late_from[row],
                            days[account][-1]).model_copy(update={"kind": kind, "on": today})
        for row, account in enumerate(accounts)
    }  # fmt: skip


def unclear(why: Why) -> Judgement:
    """Of whom nothing can be said."""
    return Judgement(kind=Kind.SILENCE, verdict=Verdict.UNCLEAR, why=why)


def _judgement(waiting: float, chance: float, usual: float, late: float, last: date) -> Judgement:
    if np.isnan(chance):
        return unclear(Why.TOO_LITTLE_HISTORY)
    is_silent = chance < _LEVEL
    unlikely = NormalDist().inv_cdf(1 - min(max(float(chance), _LEAST), 1 - _LEAST))
    calm = Verdict.STEADY if unlikely < _QUIET else Verdict.EASED
    return Judgement(
        kind=Kind.SILENCE, verdict=Verdict.DRIFT if is_silent else calm,
        why=Why.OUTSIDE_BAND if is_silent else Why.INSIDE_BAND, gap=round(unlikely, 4),
        observed=waiting, expected=round(float(usual), 1), low=1.0, high=round(float(late), 1),
        since=last if is_silent else None, confidence=round(1 - float(chance), 2),
    )  # fmt: skip
