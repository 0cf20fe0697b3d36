"""The corridor: the six steps in order. It opens and commits; the rooms decide and write."""

from collections.abc import Callable
from uuid import uuid4

import structlog
from structlog.contextvars import bound_contextvars

import kam_sync.alerts.step
import kam_sync.drift.step
import kam_sync.kpi.step
import kam_sync.matching.step
import kam_sync.notify.step
from connectors import Noun
from kam_sync import tasking
from kam_sync.alerts.looking import House
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.hearing import Hearing, HearingResult
from kam_sync.intake.model import RunState
from kam_sync.kpi.store import DoubtStore
from kam_sync.matching.step import Watch as Matched
from kam_sync.reconciling import Reconciled, Reconciling
from kam_sync.reconciling import Watch as LedgerWatch
from kam_sync.rematching import Rematched, Rematching, match_due
from kam_sync.subscribing import Found, look_after
from kam_sync.syncing import Syncing, SyncResult, Watch
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.flow")

__all__ = [
    "Found",
    "HearingResult",
    "LedgerWatch",
    "Matched",
    "Reconciled",
    "Rematched",
    "SyncResult",
    "Watch",
    "detect",
    "hear",
    "kpi",
    "look_after_hooks",
    "match",
    "measure",
    "notify",
    "reconcile",
    "rematch",
    "sync",
    "tell_incidents",
]


def sync(
    services: Services, source_id: int, *, full: bool = False, watch: Watch | None = None
) -> SyncResult:
    """Steps 1 and 2 for one source: pull what has changed, store it, say it in our words, match.

    One process at a time per source; Busy when another is at it. Whatever happens, what was stored
    stays, and the cursor is true.
    """
    with bound_contextvars(run_id=uuid4().hex[:12], source_id=source_id):
        with services.database.alone(f"source {source_id}"):
            result = Syncing(services, source_id, full=full, watch=watch).run()
        _match_what_came(services)
        is_well = result.state in {RunState.DONE, RunState.STOPPED}
        tell, event = (_log.info, "synced") if is_well else (_log.warning, "sync failed")
        tell(event, source=result.source, state=result.state.value, message=result.message)
    return result


def hear(services: Services, source_id: int, *, go_on: Callable[[], None]) -> HearingResult:
    """Read the webhooks of one source that wait, and fetch what they name.

    Busy when the source is being synced; `go_on` raises Stopped when it is time to stop.
    """
    with services.database.alone(f"source {source_id}"):
        result = Hearing(services, source_id, go_on).run()
    _match_what_came(services)
    is_well = result.state in {RunState.DONE, RunState.STOPPED}
    (_log.info if is_well else _log.warning)(
        "heard", source=result.source, hooks=result.hooks, asked=result.hints,
        state=result.state.value, message=result.message,
    )  # fmt: skip
    return result


def look_after_hooks(services: Services, source_id: int) -> Found:
    """See to it that the CRM calls us about a source."""
    return look_after(services, source_id)


def reconcile(
    services: Services,
    source_id: int,
    noun: Noun,
    *,
    watch: LedgerWatch,
    repairs: bool | None = None,
) -> Reconciled:
    """Compare all that the CRM has of a noun with what is here, write the ledger, and repair.

    Busy when another process is at it; `watch` raises Stopped when it is time to stop.
    """
    with services.database.alone(f"ledger {source_id}"):
        result = Reconciling(services, source_id, noun, watch=watch, repairs=repairs).run()
    is_well = result.state in {RunState.DONE, RunState.STOPPED}
    found = result.check and {"found": result.check.found, "left": result.check.left_over}
    (_log.info if is_well else _log.warning)(
        "reconciled", source=result.source, noun=noun.value, state=result.state.value,
        message=result.message, **(found or {}),
    )  # fmt: skip
    return result


def match(services: Services, *, watch: Matched = lambda _: None) -> tuple[Report, Report]:
    """Make one account of the companies that are one, as far as they are new or have changed.

    Then one person of the contacts that are one. Accounts of which other sources are believed now
    are written anew before.

    Returns:
        What became of companies, and of contacts.
    """
    with services.database.alone(kam_sync.matching.step.LOCK, wait=True):
        return match_due(services, watch)


def rematch(services: Services, by: str, *, watch: Matched = lambda _: None) -> Rematched:
    """Compare all companies and contacts once more, and note how far it is.

    `watch` raises Stopped when it is time to stop.
    """
    with services.database.alone(kam_sync.matching.step.LOCK, wait=True):
        result = Rematching(services, by, watch).run()
    _log.info("compared anew", state=result.state.value)
    return result


def _match_what_came(services: Services) -> None:
    """Let accounts be right after a pull; a fault in matching makes no pull a bad one."""
    try:
        found = match(services)
    except Exception:  # noqa: BLE001 - recorded; it is done again, and told, before measuring
        _log.exception("not matched")
    else:
        for report in found:
            if report.counts["read"]:
                _log.info("matched", what=report.step, **report.as_dict())


def measure(services: Services) -> list[Report]:
    """Steps 2 to 6 after a sync: match, measure, judge, alert, tell."""
    return [*match(services), kpi(services), *detect(services), notify(services)]


def kpi(services: Services) -> Report:
    """Step 3, of accounts as they are when it begins, whatever is decided meanwhile."""
    now, zone, days = services.as_of(), services.zone, services.workdays
    currency = services.settings.currency

    def measure(session: Session) -> Report:
        DoubtStore(session).renew(services.now())
        return kam_sync.kpi.step.run(session, now, zone, days, currency=currency)

    return _step(services, measure, is_snapshot=True)


def detect(services: Services) -> list[Report]:
    """Steps 4 and 5."""
    now, zone, days = services.as_of(), services.zone, services.workdays
    settings = services.settings
    house = House(zone, settings.currency)

    def judge(session: Session) -> Report:
        return kam_sync.drift.step.run(session, now, zone, days, currency=settings.currency)

    def alert(session: Session) -> Report:
        before = AlertStore(session).last_change()
        report = kam_sync.alerts.step.run(session, now, house)
        tasking.follow(session, services, before)
        return report

    return [_step(services, judge), _step(services, alert)]


def notify(services: Services) -> Report:
    """Step 6, until nothing is left to tell."""
    total, habits = Report("notify"), services.habits
    while True:
        report = _step(services, lambda s: kam_sync.notify.step.run(s, services.now(), habits))
        total.counts.update(report.counts)
        if not report.counts["read"]:
            return total


def tell_incidents(services: Services) -> None:
    """Tell those who run us what began to go wrong with our own work, and what ended."""
    with services.database.transaction() as session:
        kam_sync.notify.step.tell_incidents(session, services.now())


def _step(
    services: Services, work: Callable[[Session], Report], *, is_snapshot: bool = False
) -> Report:
    """One step in one transaction; one process at a time."""
    database = services.database
    with (
        database.alone("measuring", wait=True),
        database.transaction(is_snapshot=is_snapshot) as session,
    ):
        return work(session)
