"""Step 3: measures all that is due: of accounts and of groups, for the periods until now."""

from collections.abc import Mapping
from datetime import datetime
from itertools import product
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import DueStore, MeasuringStore, PortfolioStore
from kam_sync.kpi.workdays import Workdays


def run(
    session: Session,
    now: datetime,
    zone: ZoneInfo,
    workdays: Workdays,
    kpis: Mapping[str, Kpi] = KPIS,
    *,
    currency: str = "",
) -> Report:
    """Bring the series up to date; running it twice changes nothing.

    What has changed since the last time is measured of whom it is about, and all of all accounts
    on each new day, for months end and days pass without anybody changing anything. Accounts that
    live in another time zone than the house are measured by theirs, one zone after the other. What
    is measured by the values of all accounts comes after all have theirs, and last where each of
    them stands among the others.

    Args:
        currency: money is converted to it by the rate of its own day; empty for not at all.
    """
    due = DueStore(session, kpis, currency)
    report = Report("kpi").add(created=0, updated=0, removed=0)
    scopes = due.take(zone)
    for by_everyone, scope in product((False, True), scopes):
        today = now.astimezone(scope.zone).date()
        work = due.of(scope.zone, today, by_everyone=by_everyone)
        store = MeasuringStore(session, scope, now, workdays, currency)
        for part in (
            store.of_all(work.anew),
            store.of_some(work.of_some),
            store.of_groups(work.anew, of_all=True),
            store.of_groups(work.of_some, of_all=work.groups_changed),
        ):
            report.counts.update(part.counts)
        due.measured(work.anew, scope.zone, today)
    report.add(removed=due.forget_others())
    PortfolioStore(session).keep(now, zone, is_news=any(report.counts.values()))
    return report
