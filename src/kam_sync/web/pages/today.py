"""Today: what needs an answer, the most money first, with all that one may do about it."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.base.db import Session
from kam_sync.drift.model import Severity
from kam_sync.intake.model import SourceState
from kam_sync.intake.store import RunStore
from kam_sync.kpi.definition import Family
from kam_sync.web.deps import AllSources, Reading, Serving, Sources
from kam_sync.web.first_load import coming
from kam_sync.web.pages.alert_acts import Happening
from kam_sync.web.pages.alert_rows import (
    Item,
    at_risk,
    by_account,
    lines_of,
    open_rows,
    rows_of,
)
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.pages.folding import Told
from kam_sync.web.render import pages
from kam_sync.web.sifting import Show, Sieve
from kam_sync.web.wording import rules
from kam_sync.web.wording import today as words
from kam_sync.wiring import Services

router = APIRouter()

OWNER_COOKIE = "owner"
_A_YEAR = 365 * 24 * 3600
_ROWS = 50
_LATELY = timedelta(days=30)
_MOST_OVER = 200
_STALE = frozenset(
    {IncidentKind.OVERDUE, IncidentKind.SOURCE_STOPPED, IncidentKind.ROWS_MISSING}
)  # fmt: skip


@router.get("/", response_class=HTMLResponse)
def show_today(
    request: Request,
    session: Reading,
    sources: AllSources,
    services: Serving,
    happened: Happening,
) -> HTMLResponse:
    """What a person should know today."""
    asked = dict(request.query_params)
    sieve = Sieve.of(asked, owner=unquote(request.cookies.get(OWNER_COOKIE, "")))
    rows = open_rows(session)
    found = (
        sieve.rows(_over(session, services))
        if sieve.state is Show.OVER
        else by_account(sieve.rows(rows))
    )
    first = (sieve.page - 1) * _ROWS
    answer = pages(request).render(
        request,
        "today.html",
        sieve=sieve,
        found=len(found),
        happened=happened,
        has_more=len(found) > first + _ROWS,
        **_shown(session, services, sources, found[first : first + _ROWS]),
        **_choices(rows, sieve),
        **_state_of_data(session, sources),
    )
    if "owner" in asked:
        answer.set_cookie(OWNER_COOKIE, quote(sieve.owner), max_age=_A_YEAR, samesite="lax")
    return answer


def _shown(
    session: Session, services: Services, sources: Sources, rows: Collection[Item]
) -> dict[str, Any]:
    """The rows of this page, with their values and tasks."""
    alerts = [row.alert for row in rows]
    return {
        "rows": rows,
        "lines": lines_of(session, alerts),
        "tasks": tasks_of(session, services, sources, alerts),
        "today": services.as_of().astimezone(services.zone).date(),
        "words": words,
        "severity": rules.severity,
    }


def _over(session: Session, services: Services) -> list[Item]:
    """What is over since a month, the latest first."""
    over = AlertStore(session).over_since(services.now() - _LATELY, limit=_MOST_OVER)
    return rows_of(session, (Told(alert) for alert in over))


def _choices(rows: Collection[Item], sieve: Sieve) -> dict[str, Any]:
    """What one may choose, each with how many there would be."""
    states = sieve.counts(rows, "state", lambda row: row.show)
    states[Show.ALL] = states.total()
    owners = sieve.counts(rows, "owner", lambda row: row.owner)
    severities = sieve.counts(rows, "severity", lambda row: row.severity)
    families = sieve.counts(rows, "family", lambda row: row.family)
    waiting = [row for row in rows if sieve.takes(row, but="state") and row.show is Show.NEEDS]
    return {
        "states": {one: states[one] for one in Show if one is not Show.OVER},
        "owners": sorted(name for name in {*owners, sieve.owner} if name),
        "owner_counts": owners,
        "severities": {one: severities[one] for one in reversed(Severity) if severities[one]},
        "families": {one: families[one] for one in Family if families[one]},
        "at_risk": at_risk(waiting),
        "open_count": len(rows),
    }


def _state_of_data(session: Session, sources: Sources) -> dict[str, Any]:
    """How new it is, and what is not."""
    late = IncidentStore(session).sources_with(_STALE)
    return {
        "sources": sources.all,
        "stale": [
            one.name for one in sources.all if one.id in late or one.state is not SourceState.ACTIVE
        ],
        "data_at": RunStore(session).last_good_at(),
        "coming": coming(session, sources),
    }
