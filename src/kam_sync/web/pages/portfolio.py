"""The portfolio: who makes most of it, who looks after it, how it is, and who has left."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse

from kam_sync import overseeing
from kam_sync.kpi.health import band
from kam_sync.kpi.portfolio import MOST_MAIN, MOST_SMALLER
from kam_sync.overseeing import NOBODY, Kam, Placed
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.paging import Text
from kam_sync.web.render import pages
from kam_sync.web.wording import scores

router = APIRouter()

_MOST = 100
_MOST_LOST = 30
_UNKNOWN = Decimal(1000)  # who has no score comes last

By = Literal["share", "health", "alerts"]
ROWS: Mapping[By, Callable[[Placed], Any]] = {
    "share": lambda row: row.standing.place,
    "health": lambda row: (_UNKNOWN if row.health is None else row.health, row.standing.place),
    "alerts": lambda row: (-row.alerts, row.standing.place),
}
KAMS: Mapping[By, Callable[[Kam], Any]] = {
    "share": lambda kam: -kam.share,
    "health": lambda kam: _UNKNOWN if kam.health is None else kam.health,
    "alerts": lambda kam: -kam.alerts,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What of it is shown, and in which order."""

    unit: Text = ""
    kam: Text = ""
    by: By = "share"


@router.get("/portfolio", response_class=HTMLResponse)
def show_portfolio(
    request: Request,
    session: Reading,
    services: Serving,
    sources: AllSources,
    wish: Annotated[Wish, Depends()],
) -> HTMLResponse:
    """All that have bought in twelve whole months."""
    found = overseeing.read(session, services.as_of(), services.zone, wish.unit)
    rows = sorted(found.of(wish.kam), key=ROWS[wish.by])
    return pages(request).render(
        request,
        "portfolio.html",
        found=found,
        wish=wish,
        rows=rows[:_MOST],
        hidden=max(len(rows) - _MOST, 0),
        kams=sorted(found.kams, key=KAMS[wish.by]),
        names={kam.key: kam.name for kam in found.kams},
        nobody=NOBODY,
        lost=found.lost[:_MOST_LOST],
        most=(MOST_MAIN, MOST_SMALLER),
        band=band,
        scores=scores,
        has_sources=bool(sources.all),
    )
