"""What a CRM is made of beside its customers: people, departments, pipelines, products, fields."""

from collections import defaultdict

from fastapi import APIRouter

from kam_sync.accounts import model
from kam_sync.accounts.store import RecordStore
from kam_sync.web.api import record_answers as answers
from kam_sync.web.api.listing import Listing, SharedQuery
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.paging import Page
from kam_sync.web.query import Asked

router = APIRouter(tags=["records"])


@router.get("/users")
def list_users(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.User]:
    """People who work in the CRMs."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.User, answers.User, query, query.wanted(sources))


@router.get("/groups")
def list_groups(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.Group]:
    """Departments of CRM users."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.Group, answers.Group, query, query.wanted(sources))


@router.get("/pipelines")
def list_pipelines(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.Pipeline]:
    """Pipelines with their stages, in order."""
    store = RecordStore(session)
    listing = Listing(store, sources)
    rows, cursor = listing.find(model.Pipeline, query, query.wanted(sources))
    stages = defaultdict(list)
    for stage in store.stages(rows):
        shown = answers.Stage(**stage.model_dump(include=set(answers.Stage.model_fields)))
        stages[stage.source_id, stage.pipeline_external_id].append(shown)
    items = [
        answers.Pipeline(**plain, stages=stages[row.source_id, row.external_id])
        for row, plain in zip(rows, listing.plain(rows), strict=True)
    ]
    return Page(items=items, next_cursor=cursor)


@router.get("/loss-reasons")
def list_loss_reasons(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.LossReason]:
    """Why deals are lost."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.LossReason, answers.LossReason, query, query.wanted(sources))


@router.get("/products")
def list_products(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.Product]:
    """What is sold."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.Product, answers.Product, query, query.wanted(sources))


@router.get("/fields")
def list_fields(
    session: Reading, sources: AllSources, query: Asked[SharedQuery]
) -> Page[answers.CustomField]:
    """Custom fields of all kinds of records; their values are the `custom` of the records."""
    listing = Listing(RecordStore(session), sources)
    return listing.page(model.CustomField, answers.CustomField, query, query.wanted(sources))
