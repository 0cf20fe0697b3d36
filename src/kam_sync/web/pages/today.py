"""Today: the open alerts, grouped by account, the gravest first."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.intake.model import Run
from kam_sync.intake.store import RunStore
from kam_sync.kpi.registry import KPIS
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.pages.folding import Told, folded
from kam_sync.web.render import pages

router = APIRouter()

_MOST_ACCOUNTS = 60


@router.get("/", response_class=HTMLResponse)
def show_today(
    request: Request, session: Reading, sources: AllSources, services: Serving
) -> HTMLResponse:
    """What a person should know today."""
    grouped, store = _by_account(session), AccountStore(session)
    accounts = store.standing([group[0].alert.account_id for group in grouped])
    # Alerts of an account that was merged stay open until the next measuring.
    stand = {key for key, account in accounts.items() if account.id == key}
    grouped = [group for group in grouped if group[0].alert.account_id in stand]
    shown = grouped[:_MOST_ACCOUNTS]
    ids = [group[0].alert.account_id for group in shown]
    return pages(request).render(
        request,
        "today.html",
        groups=shown,
        accounts=accounts,
        owners=store.owners(ids),
        origins={key: sources.called(found) for key, found in store.sources(ids).items()},
        tasks=tasks_of(session, services, sources, (told.alert for told in _each(shown))),
        alert_count=sum(1 + len(told.effects) for told in _each(grouped)),
        account_count=len(grouped),
        hidden=len(grouped) - len(shown),
        sources=sources.all,
        last_run=_last_run(session),
        has_accounts=bool(store.accounts(limit=1)),
        today=services.as_of().astimezone(services.zone).date(),
    )


def _by_account(session: Session) -> list[list[Told]]:
    """Alerts of one account together; first what nobody has answered, the gravest before others."""
    groups: dict[object, list[Alert]] = defaultdict(list)
    for alert in AlertStore(session).open_ones().values():
        if alert.kpi in KPIS:
            groups[alert.account_id].append(alert)
    return sorted(
        (folded(group) for group in groups.values()),
        key=lambda group: (group[0].place, str(group[0].alert.account_id)),
    )


def _each(groups: Iterable[list[Told]]) -> Iterable[Told]:
    return chain.from_iterable(groups)


def _last_run(session: Session) -> Run | None:
    return RunStore(session).last_good()
