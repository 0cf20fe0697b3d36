"""The records of customers in all CRMs: contacts, deals, tasks, repeat buyers, invoices."""

from fastapi import APIRouter

from kam_sync.accounts import model
from kam_sync.accounts.store import RecordStore
from kam_sync.notify import shapes
from kam_sync.privacy.model import About
from kam_sync.web.api import record_answers as answers
from kam_sync.web.api.listing import (
    CustomerQuery,
    Listing,
    of_about,
    of_company,
    of_customer,
    of_invoice,
)
from kam_sync.web.api.people import contacts_page
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.noting import Noting
from kam_sync.web.paging import Page
from kam_sync.web.query import Asked

router = APIRouter(tags=["records"])


@router.get("/contacts")
def list_contacts(
    session: Reading, sources: AllSources, notes: Noting, query: Asked[CustomerQuery]
) -> Page[answers.Contact]:
    """People at customers."""
    return contacts_page(session, sources, notes, query, query.wanted(sources))


@router.get("/deals")
def list_deals(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[shapes.Deal]:
    """Sales, open and closed."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.Deal, shapes.Deal, query, query.wanted(sources), of_company)


@router.get("/tasks")
def list_tasks(
    session: Reading, sources: AllSources, notes: Noting, query: Asked[CustomerQuery]
) -> Page[answers.Task]:
    """To-dos of CRM users; `q` is a part of the text."""
    listing = Listing(RecordStore(session), sources)
    found = listing.page(model.Task, answers.Task, query, query.wanted(sources), of_about)
    notes.read(About.RECORD, "task", count=len(found.items))
    return found


@router.get("/customers")
def list_customers(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Customer]:
    """Repeat buyers, where a CRM keeps them apart from companies."""
    listing = Listing(RecordStore(session), sources)
    wanted = query.wanted(sources)
    return listing.page(model.Customer, answers.Customer, query, wanted, of_company)


@router.get("/purchases")
def list_purchases(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Purchase]:
    """Purchases of repeat buyers; `q` is a part of the comment."""
    listing = Listing(RecordStore(session), sources)
    wanted = query.wanted(sources)
    return listing.page(model.Purchase, answers.Purchase, query, wanted, of_customer)


@router.get("/invoices")
def list_invoices(
    session: Reading, sources: AllSources, query: Asked[CustomerQuery]
) -> Page[answers.Invoice]:
    """Bills; they belong to the account that pays, or that the deal with the bill belongs to."""
    store = RecordStore(session)
    listing = Listing(store, sources)
    rows, cursor = listing.find(model.Invoice, query, query.wanted(sources))
    plains = listing.plain(rows, of_invoice(store, rows))
    return Page(items=[answers.Invoice(**plain) for plain in plains], next_cursor=cursor)


@router.get("/activities")
def list_activities(
    session: Reading, sources: AllSources, notes: Noting, query: Asked[CustomerQuery]
) -> Page[answers.Activity]:
    """Notes, calls, messages and entries of the CRM's log; `q` is a part of the text."""
    listing = Listing(RecordStore(session), sources)
    found = listing.page(model.Activity, answers.Activity, query, query.wanted(sources), of_about)
    notes.read(About.RECORD, "activity", count=len(found.items))
    return found
