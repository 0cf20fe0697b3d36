"""One account at a glance, its key figures, and what it is made of."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from connectors import Outcome
from kam_sync.accounts.contracts import lasting
from kam_sync.accounts.facts import Contract
from kam_sync.accounts.merge import heard
from kam_sync.accounts.model import Customer
from kam_sync.accounts.store import (
    AccountStore,
    DealStore,
    MoveStore,
    RecordStore,
    TouchStore,
    Wanted,
    WinnerStore,
    ZoneStore,
)
from kam_sync.accounts.traits import traits
from kam_sync.drift.store import DriftStore, RuleStore
from kam_sync.matching.showing import members
from kam_sync.web.pages.account_figures import figures
from kam_sync.web.pages.account_head import Opened, Page
from kam_sync.web.pages.chart import measured, telling, unmeasured
from kam_sync.web.pages.everything import everything
from kam_sync.web.pages.folding import folded
from kam_sync.web.pages.group import shown_group
from kam_sync.web.pages.spans import Span
from kam_sync.web.paging import MOST, Text
from kam_sync.web.wording import believed, changes, matching, zones
from kam_sync.web.wording import moves as move_words

router = APIRouter()

_MOVES = 20
_CARDS, _TASKS, _TOUCHES, _LATEST = 8, 6, 4, 8


@router.get("/accounts/{account_id}", response_class=HTMLResponse)
def show_account(page: Page, kpi: Text = "") -> Response:
    """What a person has to know in half a minute; `kpi` is of links to a chart."""
    if kpi:
        return RedirectResponse(f"/accounts/{page.account.id}/figures?{page.query}")
    session, id_ = page.session, page.account.id
    cards = measured(page.points, DriftStore(session).of_account(id_))
    return page.render(
        "account.html",
        "",
        alerts=folded(page.alerts),
        **page.lists.tasks_about(page.alerts),
        cards=telling(cards, {f"{one.kpi}.{one.unit}" for one in page.alerts}, _CARDS),
        changes=changes,
        **_agreed(page),
        open_stages=DealStore(session).stages(id_, Outcome.OPEN),
        to_do=TouchStore(session).to_do(id_, limit=_TASKS + 1),
        most_to_do=_TASKS,
        touches=TouchStore(session).by_person(id_, limit=_TOUCHES),
        timeline=everything(page, "", 1, _LATEST),
        stages=page.lists.stages(),
        move_words=move_words,
        **_about(page),
    )


@router.get("/accounts/{account_id}/figures", response_class=HTMLResponse)
def show_figures(page: Page, kpi: Text = "", span: Span = Span.YEAR) -> Response:
    """All key figures; `kpi` names the chart to draw, `span` how far back it goes."""
    return page.render("account_figures.html", "figures", **figures(page, kpi, span))


@router.get("/accounts/{account_id}/data", response_class=HTMLResponse)
def show_data(page: Page) -> Response:
    """What the account is made of, what each source says, and how it is judged."""
    session, id_ = page.session, page.account.id
    winners = WinnerStore(session).winners()
    links = sorted(AccountStore(session).links(id_), key=lambda link: link.seq)
    return page.render(
        "account_data.html",
        "data",
        own_zone=ZoneStore(session).of(id_),
        zone_words=zones,
        heard=list(heard(page.companies, winners).values()),
        believed=believed,
        members=members(session, links),
        match_words=matching,
        findings=DriftStore(session).of_account(id_),
        rules=RuleStore(session).all(),
        unmeasured=unmeasured(measured(page.points, [])),
        **_moves(page),
        **shown_group(session, id_),
    )


def _about(page: Opened) -> Mapping[str, Any]:
    """What the CRMs say of the account itself."""
    wanted = Wanted(account_id=page.account.id)
    customers = RecordStore(page.session).records(Customer, wanted, limit=MOST)
    return {
        "traits": traits(page.companies, WinnerStore(page.session).winners()),
        "customers": [customer for customer in customers if not customer.is_deleted],
    }


def _agreed(page: Opened) -> Mapping[str, Any]:
    """Plans, and until when something was agreed."""
    today, plans = page.lists.today, page.lists.plans()
    wanted = Wanted(account_id=page.account.id)
    contracts = RecordStore(page.session).records(Contract, wanted, limit=MOST)
    running = [one for one in plans if one.plan.ends_on >= today and one.fulfilment is not None]
    return {
        "plans": plans,
        "next_plan": min(running, key=lambda one: one.plan.ends_on, default=None),
        "contract": lasting(contracts, today),
    }


def _moves(page: Opened) -> Mapping[str, Any]:
    """What came to the account and left it, and the accounts at the other ends that are there."""
    id_ = page.account.id
    found = MoveStore(page.session).of_account(id_, limit=_MOVES + 1)
    ends = {end for move in found for end in (move.from_account, move.to_account) if end}
    there = AccountStore(page.session).by_ids(list(ends - {id_}))
    return {
        "moves": found[:_MOVES],
        "moves_go_on": len(found) > _MOVES,
        "move_ends": {key: one for key, one in there.items() if one.merged_into is None},
        "move_words": move_words,
    }
