"""Step 3: measures all that is due: of accounts and of groups, for the periods until now."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.kpi.model import Kpi
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import DueStore, MeasuringStore
from kam_sync.kpi.workdays import Workdays


def run(
    session: Session,
    now: datetime,
    zone: ZoneInfo,
    workdays: Workdays,
    kpis: Mapping[str, Kpi] = KPIS,
) -> Report:
    """Bring the series up to date; running it twice changes nothing.

    What has changed since the last time is measured of whom it is about, and all of all accounts
    on each new day, for months end and days pass without anybody changing anything.
    """
    due, today = DueStore(session, zone), now.astimezone(zone).date()
    store = MeasuringStore(session, zone, now, workdays)
    work = due.take(kpis.values(), today)
    report = store.of_all(work.anew)
    for more in (
        store.of_some(work.of_some),
        store.of_groups(work.anew, of_all=True),
        store.of_groups(work.of_some, of_all=work.groups_changed),
    ):
        report.counts.update(more.counts)
    due.measured(work.anew, kpis.values(), today)
    return report.add(removed=due.forget_others(kpis.values()))
