"""The portfolio: who makes most of it, who looks after it, how it is, and what has just changed."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.accounts.store import KeeperStore
from kam_sync.kpi.health import band
from kam_sync.kpi.portfolio import MOST_MAIN, MOST_SMALLER
from kam_sync.kpi.standing import Kept
from kam_sync.overseeing import (
    NOBODY,
    By,
    Kam,
    KamBy,
    Overseer,
    Placed,
    Wanted,
    happened,
    sorted_kams,
)
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.first_load import coming
from kam_sync.web.pages import wished
from kam_sync.web.pages.pareto import curve
from kam_sync.web.pages.sparkline import Sparkline, sparkline
from kam_sync.web.pages.treemap import NARROW, WIDE, treemap
from kam_sync.web.paging import Text
from kam_sync.web.render import Spoken, pages
from kam_sync.web.wording import portfolio as words
from kam_sync.web.wording import scores

router = APIRouter()

_ROWS = 50
_KAMS = 12
_MOST_LOST = 30
_EVENTS = 12

FIRST_DOWN = {By.AMOUNT, By.SHARE, By.ALERTS, By.AT_RISK}
"""By these the largest come first; it is the other way round for the rest."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What of it is shown, and in which order: all of it stands in the address."""

    unit: Text = ""
    kam: Text = ""
    pareto: Annotated[Literal["", "A", "B", "C"], Query(alias="class")] = ""
    band: Literal["", "good", "fair", "poor", "unknown"] = ""
    source: Text = ""
    segment: Text = ""
    q: Text = ""
    by: By = By.PLACE
    reverse: bool = False
    page: Annotated[int, Query(ge=1, le=10_000)] = 1
    kby: KamBy = KamBy.SHARE
    kreverse: bool = False
    kams: Literal["", "all"] = ""
    days: Annotated[Literal["7", "30"], Query()] = "7"

    @property
    def is_narrowed(self) -> bool:
        """Whether not all accounts are asked for."""
        return any((self.kam, self.pareto, self.band, self.source, self.segment, self.q))

    def address(self, anchor: str = "", **changed: Any) -> str:
        """The page with some of it changed; a list that is another one begins anew."""
        return wished.address("/portfolio", self, {"page": 1, **changed}, pareto="class") + anchor


@router.get("/portfolio", response_class=HTMLResponse)
def show_portfolio(
    request: Request,
    session: Reading,
    services: Serving,
    sources: AllSources,
    wish: Annotated[Wish, Depends()],
) -> Response:
    """All that have bought in twelve whole months."""
    overseer = Overseer(session, wish.unit)
    found, keepers = overseer.portfolio, KeeperStore(session)
    language = pages(request).language(request)
    rows, count = overseer.of(wanted_of(overseer.unit, wish, sources))
    if not rows and wish.page > 1:  # there were more when somebody kept this address
        return RedirectResponse(wish.address(), 303)
    kams = sorted_kams(overseer.kams, wish.kby, turned=wish.kreverse)
    return pages(request).render(
        request,
        "portfolio.html",
        found=found,
        wish=wish,
        rows=rows,
        count=count,
        last_page=max(1, -(-count // _ROWS)),
        sparks=_sparks(overseer, found.kept, rows),
        kams=kams if wish.kams else kams[:_KAMS],
        all_kams=overseer.kams,
        names={kam.key: kam.name for kam in overseer.kams},
        segments=keepers.segments(),
        kam_choices=_choices(overseer.kams, language),
        source_names=sorted(sources.names.values()),
        nobody=NOBODY,
        lost=overseer.lost(_MOST_LOST),
        most=(MOST_MAIN, MOST_SMALLER),
        maps=_maps(overseer, language),
        curve=curve(found.sums, language) if found.sums else None,
        events=happened(
            session, found.unit, services.as_of(), services.zone, days=int(wish.days)
        )[:_EVENTS] if found.kept else [],
        words=words,
        band=band,
        first_down=FIRST_DOWN,
        scores=scores,
        has_sources=bool(sources.all),
        coming=coming(session, sources),
    )  # fmt: skip


def wanted_of(unit: str, wish: Wish, sources: AllSources) -> Wanted:
    """The accounts of one page of the table."""
    return Wanted(
        unit, wish.kam, wish.pareto, wish.band,
        sources.named(wish.source).id if wish.source else None,
        wish.segment, wish.q.strip(), wish.by,
        descending=wish.reverse is not (wish.by in FIRST_DOWN),
        skip=(wish.page - 1) * _ROWS, limit=_ROWS,
    )  # fmt: skip


def _choices(kams: list[Kam], language: Spoken) -> list[tuple[str, str]]:
    named = [(kam.key, kam.name or language.gettext("nobody")) for kam in kams]
    return sorted(named, key=lambda one: one[1].lower())


def _sparks(overseer: Overseer, kept: Kept | None, rows: list[Placed]) -> dict[Any, Sparkline]:
    if kept is None:
        return {}
    ids = [row.standing.account_id for row in rows]
    months = overseer.store.months(ids, kept, overseer.unit)
    return {key: sparkline(values) for key, values in months.items()}


def _maps(overseer: Overseer, language: Spoken) -> list[Any]:
    largest, _ = overseer.of(Wanted(overseer.unit, to_place=WIDE.most))
    sums = overseer.portfolio.sums
    if sums is None:
        return []
    others, accounts = language.gettext("All others"), sums.concentration.accounts
    return [treemap(box, largest, accounts, others) for box in (WIDE, NARROW)]
