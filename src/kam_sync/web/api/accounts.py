"""Accounts, and what belongs to one."""

from fastapi import APIRouter
from pydantic import Field

from kam_sync.accounts import model
from kam_sync.accounts.store import AccountStore
from kam_sync.accounts.store.reading import Wanted
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.api.records import BY_RECORD, contacts, deals
from kam_sync.web.deps import AccountId, AllSources, Reading
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked

router = APIRouter(tags=["accounts"])

_BY_NAME = Cursor("accounts", paging.text, paging.uuid)
_BY_LINK = Cursor("links", paging.number, paging.text)


class AccountQuery(Paging):
    """Which accounts are asked for."""

    q: Text = Field(default="", description="A part of the name or the beginning of the INN.")


@router.get("/accounts")
def list_accounts(session: Reading, query: Asked[AccountQuery]) -> Page[answers.Account]:
    """Accounts by name."""
    after = _BY_NAME.read(query.cursor)
    found = AccountStore(session).accounts(text=query.q, after=after, limit=query.limit + 1)
    kept, cursor = paging.page(found, query.limit, lambda row: _BY_NAME.write(row.name, row.id))
    return Page(items=[_account(row) for row in kept], next_cursor=cursor)


@router.get("/accounts/{account_id}")
def get_account(session: Reading, account_id: AccountId, sources: AllSources) -> answers.OneAccount:
    """One account."""
    store = AccountStore(session)
    found = store.account(account_id)
    owner = store.owners([account_id]).get(account_id)
    names = {sources.names[link.source_id] for link in store.links(account_id)}
    return answers.OneAccount(
        **_account(found).model_dump(), owner=owner and owner.name, sources=sorted(names)
    )


@router.get("/accounts/{account_id}/contacts")
def list_contacts_of_account(
    session: Reading, account_id: AccountId, sources: AllSources, query: Asked[Paging]
) -> Page[answers.Contact]:
    """The people at an account, in every CRM."""
    store, after = AccountStore(session), BY_RECORD.read(query.cursor)
    wanted = Wanted(account_id=store.account(account_id).id)
    found = store.records(model.Contact, wanted, after=after, limit=query.limit + 1)
    return contacts(store, sources, found, query.limit)


@router.get("/accounts/{account_id}/deals")
def list_deals_of_account(
    session: Reading, account_id: AccountId, sources: AllSources, query: Asked[Paging]
) -> Page[answers.Deal]:
    """The deals of an account, in every CRM."""
    store, after = AccountStore(session), BY_RECORD.read(query.cursor)
    wanted = Wanted(account_id=store.account(account_id).id)
    found = store.records(model.Deal, wanted, after=after, limit=query.limit + 1)
    return deals(store, sources, found, query.limit)


@router.get("/accounts/{account_id}/links")
def list_links(
    session: Reading, account_id: AccountId, sources: AllSources, query: Asked[Paging]
) -> Page[answers.Link]:
    """The companies of CRMs that an account is made of."""
    store, after = AccountStore(session), _BY_LINK.read(query.cursor)
    found = store.links(store.account(account_id).id)  # few: one per company of a CRM
    if after is not None:
        found = [link for link in found if _key(link) > (int(after[0]), after[1])]
    kept, cursor = paging.page(found, query.limit, lambda link: _BY_LINK.write(*_key(link)))
    items = [
        answers.Link(
            source=sources.names[link.source_id],
            company_external_id=link.company_external_id,
            evidence=link.evidence,
        )
        for link in kept
    ]
    return Page(items=items, next_cursor=cursor)


def _key(link: model.Link) -> tuple[int, str]:
    return link.source_id, link.company_external_id


def _account(row: model.Account) -> answers.Account:
    return answers.Account(**row.model_dump(exclude={"id"}), id=str(row.id))
