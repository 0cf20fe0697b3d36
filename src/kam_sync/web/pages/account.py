"""One account: who it is, what is open, how it is doing, its deals and people."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.model import Contact, Customer, Dated, Deal, Invoice, Link, Pipeline
from kam_sync.accounts.store import AccountStore, RecordStore, StreamStore, Wanted
from kam_sync.accounts.traits import traits
from kam_sync.alerts.model import AlertState
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import Session
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.store import KpiStore
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving, Sources
from kam_sync.web.pages.chart import Measured, chart_data, measured
from kam_sync.web.paging import MOST, Text
from kam_sync.web.render import pages
from kam_sync.web.tasking import tasks_of
from kam_sync.web.wording import stream

router = APIRouter()

_DEALS_SHOWN = 20
_CONTACTS_SHOWN = 30
_INVOICES_SHOWN = 10
_ENTRIES_SHOWN = 20
_BILLED = ("created_at", "updated_at")
_TOUCHED = ("closed_at", "updated_at", "created_at")

_Dated = TypeVar("_Dated", bound=Dated)


@router.get("/accounts/{account_id}", response_class=HTMLResponse)
def show_account(
    request: Request,
    session: Reading,
    account_id: AccountId,
    sources: AllSources,
    services: Serving,
    kpi: Text = "",
) -> HTMLResponse:
    """All about one account; `kpi` names the chart to draw."""
    account = AccountStore(session).account(account_id)
    alerts = AlertStore(session).alerts(state=AlertState.OPEN, account_id=account_id, limit=MOST)
    points = KpiStore(session).points(account_id)
    cards = measured(points, DriftStore(session).of_account(account_id))
    chosen = _chosen(cards, kpi, [f"{alert.kpi}.{alert.unit}" for alert in alerts])
    renderer = pages(request)
    return renderer.render(
        request,
        "account.html",
        account=account,
        alerts=alerts,
        tasks=tasks_of(session, alerts),
        cards=cards,
        chosen=chosen,
        chart=chosen and chart_data(renderer.language(request), chosen),
        today=services.as_of().astimezone(services.zone).date(),
        told=stream,
        **_crm(session, account_id, sources),
    )


def _chosen(cards: Sequence[Measured], asked: str, alerting: Sequence[str]) -> Measured | None:
    """The KPI asked for, else the first that an alert is about, else the first."""
    by_key = {card.key: card for card in cards}
    wanted = (by_key.get(key) for key in (asked, *alerting))
    return next((card for card in wanted if card), cards[0] if cards else None)


def _crm(session: Session, account_id: UUID, sources: Sources) -> dict[str, Any]:
    """What the CRMs hold about the account."""
    store, records = AccountStore(session), RecordStore(session)
    links, wanted = store.links(account_id), Wanted(account_id=account_id)
    deals = records.latest(Deal, account_id, *_TOUCHED, limit=_DEALS_SHOWN + 1)
    contacts = _living(records.records(Contact, wanted, limit=MOST))
    invoices = records.latest(Invoice, account_id, *_BILLED, limit=_INVOICES_SHOWN + 1)
    entries = StreamStore(session).timeline(account_id, limit=_ENTRIES_SHOWN + 1)
    return {
        "owner": store.owners([account_id]).get(account_id),
        "traits": traits(store.companies([account_id]).get(account_id, [])),
        "source_names": sorted({sources.names[link.source_id] for link in links}),
        "customers": _living(records.records(Customer, wanted, limit=MOST)),
        "deals": deals[:_DEALS_SHOWN],
        "has_more_deals": len(deals) > _DEALS_SHOWN,
        "stages": _stage_names(records, links),
        "contacts": contacts[:_CONTACTS_SHOWN],
        "has_more_contacts": len(contacts) > _CONTACTS_SHOWN,
        "invoices": invoices[:_INVOICES_SHOWN],
        "has_more_invoices": len(invoices) > _INVOICES_SHOWN,
        "entries": entries[:_ENTRIES_SHOWN],
        "has_more_entries": len(entries) > _ENTRIES_SHOWN,
    }


def _living(found: Sequence[_Dated]) -> list[_Dated]:
    return [record for record in found if not record.is_deleted]


def _stage_names(
    store: RecordStore, links: Sequence[Link]
) -> dict[tuple[int, str | None, str | None], str]:
    """The name of each (source, pipeline, stage) of the account's sources."""
    pipelines: list[Pipeline] = []
    for source_id in sorted({link.source_id for link in links}):
        pipelines += store.records(Pipeline, Wanted(source_id=source_id), limit=MOST)
    return {
        (stage.source_id, stage.pipeline_external_id, stage.external_id): stage.name
        for stage in store.stages(pipelines)
    }
