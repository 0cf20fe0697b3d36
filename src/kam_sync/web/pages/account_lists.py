"""The parts of an account's page that are lists: deals, people, money, and all that happened."""

from enum import StrEnum
from itertools import groupby
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, Response
from pydantic import AfterValidator

from connectors import Outcome
from kam_sync.accounts import contracts
from kam_sync.accounts.dealing import DealOrder, DealsWanted, pipelines
from kam_sync.accounts.facts import Contract
from kam_sync.accounts.store import (
    CorrectionStore,
    DealStore,
    FactStore,
    OwingStore,
    RecordStore,
    Wanted,
    ZoneStore,
)
from kam_sync.matching.people_showing import people
from kam_sync.matching.store import touched
from kam_sync.privacy.model import About
from kam_sync.web.noting import Noting
from kam_sync.web.pages.account_head import Page
from kam_sync.web.pages.ageing import ageings
from kam_sync.web.pages.everything import KINDS, everything
from kam_sync.web.pages.lists import AT_ONCE, listed
from kam_sync.web.paging import MOST, Text
from kam_sync.web.wording import moves as move_words

router = APIRouter()

_MOST_PAGES = 10_000
_DEALS, _INVOICES = 25, 10
_AT = "/accounts/{account_id}"
Number = Annotated[int, Query(alias="page", ge=1, le=_MOST_PAGES)]


class State(StrEnum):
    """Which deals."""

    ALL = "all"
    OPEN = "open"
    WON = "won"
    LOST = "lost"


class PeopleOrder(StrEnum):
    """Which person comes first."""

    TOUCH = "touch"
    SILENT = "silent"
    NAME = "name"


def _known(kind: str) -> str:
    if kind and kind not in KINDS:
        raise ValueError(f"kind: one of {', '.join(KINDS)}")
    return kind


Kind = Annotated[Text, AfterValidator(_known)]


@router.get(f"{_AT}/deals", response_class=HTMLResponse)
def show_deals(
    page: Page,
    state: State = State.ALL,
    pipeline: Text = "",
    sort: DealOrder = DealOrder.NEWEST,
    number: Number = 1,
) -> Response:
    """The deals by stage, and page by page; `pipeline` is source:id."""
    store, id_ = DealStore(page.session), page.account.id
    sums = store.stages(id_)
    there = pipelines(sums)
    asked = next((key for key in there if f"{key[0]}:{key[1]}" == pipeline), None)
    wanted = DealsWanted(None if state is State.ALL else Outcome(state.value), asked, sort)
    found = store.deals(id_, wanted, limit=_DEALS + 1, skip=(number - 1) * _DEALS)
    return page.render(
        "account_deals.html",
        "deals",
        boards=[
            list(of)
            for place, of in groupby(sums, key=lambda one: one.place)
            if asked in {None, place}
        ],
        pipelines=there,
        asked={"state": state.value, "pipeline": pipeline if asked else "", "sort": sort.value},
        deals=listed(found, number, _DEALS),
    )


@router.get(f"{_AT}/people", response_class=HTMLResponse)
@router.get(f"{_AT}/contacts", response_class=HTMLResponse)
def show_people(
    page: Page, notes: Noting, sort: PeopleOrder = PeopleOrder.TOUCH, number: Number = 1
) -> Response:
    """The people at the account, and who was in touch with each."""
    skip = (number - 1) * AT_ONCE
    found = touched(page.session, page.account.id, sort.value, limit=AT_ONCE + 1, skip=skip)
    alone = {person: contact for person, contact, _ in found[:AT_ONCE]}
    notes.read(About.ACCOUNT, page.account.id, count=len(alone))
    return page.render(
        "account_people.html",
        "people",
        contacts=listed(found, number),
        persons={one.id: one for one in people(page.session, list(alone), alone)},
        sort=sort.value,
    )


@router.get(f"{_AT}/money", response_class=HTMLResponse)
def show_money(page: Page) -> Response:
    """What is owed, invoices, contracts and facts."""
    session, id_ = page.session, page.account.id
    services = page.lists.services
    zone = ZoneStore(session).zone(id_, services.zone)
    unpaid = OwingStore(session).unpaid(id_, services.as_of(), zone, limit=AT_ONCE + 1)
    known = RecordStore(session).records(Contract, Wanted(account_id=id_), limit=MOST)
    return page.render(
        "account_money.html",
        "money",
        ageings=ageings(page.points),
        unpaid=listed(unpaid, 1),
        contracts=sorted(
            (one for one in known if not one.is_deleted),
            key=lambda one: (one.ends_on is None, one.ends_on or one.starts_on),
        ),
        of_contract=contracts,
        invoices=page.lists.invoices(1, _INVOICES),
        facts=FactStore(session).of_account(id_),
        corrected=CorrectionStore(session).count(id_),
    )


@router.get(f"{_AT}/invoices", response_class=HTMLResponse)
def show_invoices(page: Page, number: Number = 1) -> Response:
    """All invoices, page by page."""
    return page.render("account_bills.html", "money", invoices=page.lists.invoices(number))


@router.get(f"{_AT}/timeline", response_class=HTMLResponse)
def show_timeline(page: Page, kind: Kind = "", number: Number = 1) -> Response:
    """All that happened, page by page."""
    return page.render(
        "account_timeline.html",
        "timeline",
        timeline=everything(page, kind, number, AT_ONCE),
        kind=kind,
        move_words=move_words,
        stages=page.lists.stages(),
    )
