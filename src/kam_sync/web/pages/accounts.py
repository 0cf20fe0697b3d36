"""The table of accounts."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.model import Point
from kam_sync.kpi.periods import periods_until
from kam_sync.kpi.store import KpiStore
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.paging import Cursor, Text
from kam_sync.web.render import pages

router = APIRouter()

_LIMIT = 50
_BY_NAME = Cursor("accounts", paging.text, paging.uuid)
_MONTHS_BEFORE = 11  # with the running month these are twelve

Revenue = dict[UUID, dict[str, Decimal]]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, and which page of it."""

    q: Text = ""
    source: Text = ""
    cursor: Annotated[str | None, Query()] = None


@router.get("/accounts", response_class=HTMLResponse)
def show_accounts(
    request: Request,
    services: Serving,
    session: Reading,
    sources: AllSources,
    search: Annotated[Search, Depends()],
) -> HTMLResponse:
    """Accounts by name, with what matters most of each."""
    store, text = AccountStore(session), search.q.strip()
    found = store.accounts(
        text=text,
        source_id=sources.named(search.source).id if search.source else None,
        after=_BY_NAME.read(search.cursor),
        limit=_LIMIT + 1,
    )
    kept, next_cursor = paging.page(found, _LIMIT, lambda a: _BY_NAME.write(a.name, a.id))
    ids = [account.id for account in kept]
    months = periods_until(services.as_of(), services.zone, count=_MONTHS_BEFORE)
    points = KpiStore(session).of_accounts(
        ids, ("won_revenue", "days_since_last_won"), first=months[0].on
    )
    alerts = Counter(alert.account_id for alert in AlertStore(session).open_ones().values())
    return pages(request).render(
        request,
        "accounts.html",
        accounts=kept,
        owners=store.owners(ids),
        origins={key: sources.called(found) for key, found in store.sources(ids).items()},
        source_names=sorted(sources.names.values()),
        source=search.source,
        revenue=_revenue(points),
        days={point.account_id: point.value for point in points if point.unit == "days"},
        alerts=alerts,
        q=text,
        next_cursor=next_cursor,
        is_first=search.cursor is None,
        has_sources=bool(sources.all),
    )


def _revenue(points: list[Point]) -> Revenue:
    sums: Revenue = defaultdict(lambda: defaultdict(Decimal))
    for point in points:
        if point.kpi == "won_revenue":
            sums[point.account_id][point.unit] += point.value
    return sums
