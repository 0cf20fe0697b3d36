"""Accounts, and what belongs to one."""

from fastapi import APIRouter
from pydantic import Field

from kam_sync.accounts import model
from kam_sync.accounts.store import (
    AccountStore,
    RecordStore,
    StreamStore,
    Wanted,
    WinnerStore,
    ZoneStore,
)
from kam_sync.kpi.values import money
from kam_sync.matching.showing import members
from kam_sync.notify import shapes
from kam_sync.privacy.model import About
from kam_sync.web import paging
from kam_sync.web.api import answers, match_answers, record_answers
from kam_sync.web.api.listing import Listing, of_company
from kam_sync.web.api.people import contacts_page
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving
from kam_sync.web.noting import Noting
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken

router = APIRouter(tags=["accounts"])

_BY_NAME = Cursor("accounts", paging.text, paging.uuid)
_BY_LINK = Cursor("links", paging.number, paging.text)
_BY_TIME = Cursor("timeline", paging.moment, paging.number, paging.text, paging.text)


class AccountQuery(Paging):
    """Which accounts are asked for."""

    q: Text = Field(default="", description="A part of the name or the beginning of the INN.")
    source: Text = Field(default="", description="Those that come from this source, by its name.")


@router.get("/accounts")
def list_accounts(
    session: Reading, sources: AllSources, query: Asked[AccountQuery]
) -> Page[shapes.Account]:
    """Accounts by name; those that were merged into others are left out."""
    after, store = _BY_NAME.read(query.cursor), AccountStore(session)
    source_id = sources.named(query.source).id if query.source else None
    found = store.accounts(text=query.q, source_id=source_id, after=after, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda row: _BY_NAME.write(row.name, row.id))
    ids = [row.id for row in kept]
    companies, winners = store.companies(ids), WinnerStore(session).winners()
    items = [shapes.account(row, companies.get(row.id, []), sources.names, winners) for row in kept]
    return Page(items=items, next_cursor=cursor)


@router.get("/accounts/{account_id}")
def get_account(
    services: Serving, session: Reading, account_id: AccountId, sources: AllSources
) -> answers.OneAccount:
    """One account; of one that was merged into another, `merged_into` says which."""
    store = AccountStore(session)
    found = store.account(account_id)
    owner = store.owners([account_id]).get(account_id)
    companies = store.companies([account_id]).get(account_id, [])
    winners = WinnerStore(session).winners()
    shown = shapes.account(found, companies, sources.names, winners)
    plain = shown.model_dump()
    into, own = found.merged_into, ZoneStore(session).of(account_id)
    return answers.OneAccount(
        **plain,
        owner=owner and owner.name,
        time_zone=own.zone if own else services.zone.key,
        merged_into=into and str(into),
    )


@router.get("/accounts/{account_id}/contacts")
def list_contacts_of_account(
    session: Reading, account_id: AccountId, sources: AllSources, notes: Noting,
    query: Asked[Paging],
) -> Page[record_answers.Contact]:  # fmt: skip
    """The people at an account, in every CRM."""
    wanted = Wanted(account_id=AccountStore(session).account(account_id).id)
    return contacts_page(session, sources, notes, query, wanted)


@router.get("/accounts/{account_id}/deals")
def list_deals_of_account(
    session: Reading, account_id: AccountId, sources: AllSources, query: Asked[Paging]
) -> Page[shapes.Deal]:
    """The deals of an account, in every CRM."""
    wanted = Wanted(account_id=AccountStore(session).account(account_id).id)
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.Deal, shapes.Deal, query, wanted, of_company)


@router.get("/accounts/{account_id}/timeline")
def list_timeline(
    session: Reading,
    account_id: AccountId,
    sources: AllSources,
    notes: Noting,
    query: Asked[Paging],
) -> Page[record_answers.Entry]:
    """What happened about an account, newest first: calls, notes, tasks, deals won and lost.

    Entries of the CRM's log that only announce one of the others are left out.
    """
    account, after = AccountStore(session).account(account_id), _BY_TIME.read(query.cursor)
    found = StreamStore(session).timeline(account.id, after=after, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, _time_cursor)
    notes.read(About.ACCOUNT, account.id, count=len(kept))
    return Page(items=[_entry(row, sources.names) for row in kept], next_cursor=cursor)


@router.get("/accounts/{account_id}/links")
def list_links(
    session: Reading,
    account_id: AccountId,
    sources: AllSources,
    language: Spoken,
    query: Asked[Paging],
) -> Page[match_answers.Link]:
    """The companies of CRMs that an account is made of, and why."""
    store, after = AccountStore(session), _BY_LINK.read(query.cursor)
    found = store.links(store.account(account_id).id)  # few: one per company of a CRM
    if after is not None:
        found = [link for link in found if _key(link) > (int(after[0]), after[1])]
    kept, cursor = paging.page(found, query.limit, lambda link: _BY_LINK.write(*_key(link)))
    items = [match_answers.link(language, sources.names, one) for one in members(session, kept)]
    return Page(items=items, next_cursor=cursor)


def _key(link: model.Link) -> tuple[int, str]:
    return link.source_id, link.company_external_id


def _time_cursor(row: model.StreamEntry) -> str:
    return _BY_TIME.write(row.at, row.source_id, row.part, row.external_id)


def _entry(row: model.StreamEntry, names: dict[int, str]) -> record_answers.Entry:
    amount = money(row.amount, row.currency) if row.amount is not None and row.currency else None
    plain = row.model_dump(exclude={"amount", "currency", "source_id"})
    return record_answers.Entry(**plain, source=names[row.source_id], amount=amount)
