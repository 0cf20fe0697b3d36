"""One account: who it is, what is open, how it is doing, its deals and people."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.accounts.merge import heard
from kam_sync.accounts.model import Customer
from kam_sync.accounts.store import (
    AccountStore,
    CorrectionStore,
    FactStore,
    MoveStore,
    RecordStore,
    Wanted,
    WinnerStore,
    ZoneStore,
)
from kam_sync.accounts.traits import traits
from kam_sync.alerts.store import KNOWN, AlertStore, Order
from kam_sync.base.db import Session
from kam_sync.drift.store import DriftStore, RuleStore
from kam_sync.kpi import health
from kam_sync.kpi.registry import HEALTH, KPIS
from kam_sync.kpi.store import KpiStore
from kam_sync.matching.showing import members
from kam_sync.web.deps import AccountId, Reading
from kam_sync.web.pages.chart import Measured, chart_data, measured, unmeasured
from kam_sync.web.pages.folding import folded
from kam_sync.web.pages.forms import Came
from kam_sync.web.pages.group import shown_group
from kam_sync.web.pages.lists import Lists, OfAccount, What
from kam_sync.web.paging import MOST, Text
from kam_sync.web.render import pages
from kam_sync.web.wording import believed, matching, scores, zones
from kam_sync.web.wording import moves as move_words
from kam_sync.web.wording.doubts import doubts
from kam_sync.web.wording.forecasts import forecast

router = APIRouter()

_SHOWN: Mapping[What, int] = {"timeline": 20, "deals": 20, "invoices": 10, "contacts": 30}
_MOVES = 20


@router.get("/accounts/{account_id}", response_class=HTMLResponse)
def show_account(
    request: Request,
    session: Reading,
    account_id: AccountId,
    lists: OfAccount,
    came: Came,
    kpi: Text = "",
) -> Response:
    """All about one account; `kpi` names the chart to draw, `came` what came of a form."""
    account = AccountStore(session).account(account_id)
    if account.merged_into is not None:  # its companies are there now
        return RedirectResponse(f"/accounts/{account.merged_into}")
    found = AlertStore(session).alerts(
        states=KNOWN, account_id=account_id, order=Order.GRAVEST, limit=MOST
    )
    alerts = [alert for alert in found if alert.kpi in KPIS]
    points = KpiStore(session).points(account_id)
    findings = DriftStore(session).of_account(account_id)
    cards = measured(points, findings)
    chosen = _chosen(cards, kpi, [f"{alert.kpi}.{alert.unit}" for alert in alerts])
    renderer = pages(request)
    return renderer.render(
        request,
        "account.html",
        account=account,
        own_zone=ZoneStore(session).of(account_id),
        zone_words=zones,
        came=came,
        alerts=folded(alerts),
        **lists.tasks_about(alerts),
        cards=cards,
        findings=findings,
        rules=RuleStore(session).all(),
        chosen=chosen,
        chart=chosen and chart_data(renderer.language(request), chosen),
        forecasts=[one for one in KpiStore(session).forecasts(account_id) if one.kpi in KPIS],
        forecast=forecast,
        health=health.newest(KPIS[HEALTH], points),
        scores=scores,
        doubts=doubts,
        unmeasured=unmeasured(cards),
        plans=lists.plans(),
        currency=lists.currency,
        facts=FactStore(session).of_account(account_id),
        corrected=CorrectionStore(session).count(account_id),
        **shown_group(session, account_id),
        **_crm(session, account_id, lists),
        **_moves(session, account_id),
        **_lists(lists),
    )


def _chosen(cards: Sequence[Measured], asked: str, alerting: Sequence[str]) -> Measured | None:
    """The KPI asked for, else the first that an alert is about, else the first."""
    by_key = {card.key: card for card in cards}
    wanted = (by_key.get(key) for key in (asked, *alerting))
    return next((card for card in wanted if card), cards[0] if cards else None)


def _crm(session: Session, account_id: UUID, lists: Lists) -> dict[str, Any]:
    """What the CRMs hold about the account."""
    store, wanted = AccountStore(session), Wanted(account_id=account_id)
    companies = store.companies([account_id]).get(account_id, [])
    customers = RecordStore(session).records(Customer, wanted, limit=MOST)
    winners = WinnerStore(session).winners()
    return {
        "owner": store.owners([account_id]).get(account_id),
        "traits": traits(companies, winners),
        "heard": list(heard(companies, winners).values()),
        "believed": believed,
        "origins": lists.origins(companies),
        "members": members(session, sorted(store.links(account_id), key=lambda link: link.seq)),
        "match_words": matching,
        "customers": [customer for customer in customers if not customer.is_deleted],
    }


def _moves(session: Session, account_id: UUID) -> dict[str, Any]:
    """What came to the account and left it, and the accounts at the other ends that are there."""
    found = MoveStore(session).of_account(account_id, limit=_MOVES + 1)
    ends = {end for move in found for end in (move.from_account, move.to_account) if end}
    there = AccountStore(session).by_ids(list(ends - {account_id}))
    return {
        "moves": found[:_MOVES],
        "moves_go_on": len(found) > _MOVES,
        "move_ends": {key: one for key, one in there.items() if one.merged_into is None},
        "move_words": move_words,
    }


def _lists(lists: Lists) -> dict[str, Any]:
    beginnings = {str(what): lists.read(what, limit=most) for what, most in _SHOWN.items()}
    return {**beginnings, **lists.words()}
