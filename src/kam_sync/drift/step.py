"""Step 4: judges the series of every KPI of every account."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.drift.detect import Baseline, detect
from kam_sync.drift.model import Judgement, Verdict, Why
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Measure
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import DoubtStore, KpiStore, nouns_of
from kam_sync.kpi.workdays import Workdays

_BASELINES = {
    Measure.MONEY: Baseline(floor=1.0),
    # Both are noisier than sums. On eight made-up companies this cut the falsely alarmed of 280
    # steady accounts from 22 to 15 and the found of 40 changed ones from 25 to 24.
    Measure.DAYS: Baseline(floor=7.0, tolerance=3.5),
    Measure.PERCENT: Baseline(floor=15.0, tolerance=3.5),
    Measure.COUNT: Baseline(floor=1.0),
    Measure.POINTS: Baseline(floor=10.0, tolerance=3.5),
}

SILENT = "days_since_last_won"
"""The KPI that is judged by each client's own rhythm, and not by months."""
_SUSPECT = Judgement(verdict=Verdict.UNCLEAR, why=Why.DATA_SUSPECT)
_NOTHING: frozenset[str] = frozenset()


def run(session: Session, now: datetime, zone: ZoneInfo, workdays: Workdays) -> Report:
    """Judge all series as of now; nobody is judged by what is not all here."""
    from kam_sync.drift import waiting  # noqa: PLC0415 - scipy takes long to import

    [month, _] = periods_until(now, zone, count=1)
    doubted = DoubtStore(session).of_all(month.last_day)
    drifts, report = DriftStore(session), Report("drift")
    watched = [key for key, kpi in KPIS.items() if kpi.is_watched]
    verdicts: Counter[str] = Counter(drift=0, steady=0, unclear=0)
    silences = waiting.judge(drifts.order_days(now, zone), now.astimezone(zone).date(), workdays)

    def judged() -> Iterator[tuple[Series, Judgement]]:
        for series in KpiStore(session).series(watched):
            found = _SUSPECT
            is_sure = doubted.get(series.account_id, _NOTHING).isdisjoint(nouns_of(series.kpi))
            if series.kpi == SILENT:
                few = waiting.unclear(Why.TOO_LITTLE_HISTORY)
                suspect = waiting.unclear(Why.DATA_SUSPECT)
                found = silences.get(series.account_id, few) if is_sure else suspect
            elif is_sure:
                baseline = _BASELINES[KPIS[series.kpi].measure]
                found = detect(series.months, series.values, baseline, month.on)
            verdicts[found.verdict.value] += 1
            yield series, found

    drifts.save(list(judged()), now)
    drifts.forget_others(watched)
    report.counts.update(verdicts)
    return report
