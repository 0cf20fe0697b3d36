"""Step 3: computes the points of all KPIs for the months until now, of accounts and groups."""

from datetime import datetime
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.kpi.formulas import KPIS
from kam_sync.kpi.months import months_until
from kam_sync.kpi.store import MeasuringStore


def run(session: Session, now: datetime, zone: ZoneInfo) -> Report:
    """Bring the points up to date; running it twice changes nothing."""
    store, months = MeasuringStore(session), months_until(now, zone)
    merged, gone = store.compute(KPIS.values(), months, zone.key, now)
    of_groups, gone_of_groups = store.compute_groups(KPIS.values(), months, zone.key, now)
    merged, gone = merged + of_groups, gone + gone_of_groups
    return Report("kpi").add(created=merged.created, updated=merged.updated, removed=gone)
