"""Which source is believed of which field of accounts: one order of sources per field."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Body, Depends, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.merge import FIELDS
from kam_sync.accounts.store import WinnerStore
from kam_sync.jobs import believing
from kam_sync.web.api.survivorship import names_of
from kam_sync.web.deps import AllSources, Reading, Serving, Sources, from_our_pages
from kam_sync.web.render import pages
from kam_sync.web.wording import believed

router = APIRouter()

_BY = "the page"
_PLACES = 5
"""So many sources can be put in order; all others come after them."""
_LATEST = 20

Form = Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")]


@dataclass(frozen=True, slots=True)
class Order:
    """A field with the sources that are believed, and the places that can be chosen for."""

    field: str
    places: list[str]
    """The name of the source at each place; empty where none is chosen."""


@router.get("/survivorship", response_class=HTMLResponse)
def show_survivorship(
    request: Request, session: Reading, sources: AllSources, saved: str = ""
) -> HTMLResponse:
    """The order of sources of each field, and who changed it."""
    store = WinnerStore(session)
    winners = store.winners()
    return pages(request).render(
        request,
        "survivorship.html",
        orders=[_order(field, winners.get(field, ()), sources) for field in FIELDS],
        source_names=sorted(sources.names.values()),
        history=[(row, names_of(row.source_ids, sources)) for row in store.history(limit=_LATEST)],
        saved=bool(saved),
        believed=believed,
    )


@router.post("/survivorship", dependencies=[Depends(from_our_pages)])
def save_survivorship(services: Serving, form: Form = b"") -> RedirectResponse:
    """Set the order of the fields that were sent."""
    sent: dict[str, list[str]] = {}
    for name, source in parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True):
        sent.setdefault(name, []).append(source)
    with services.database.transaction() as session:
        sources = Sources(session)
        wanted = {
            field: [sources.named(source).id for source in chosen if source]
            for field, chosen in sent.items()
        }
    believing.choose(services, wanted, by=_BY)
    return RedirectResponse("/survivorship?saved=yes", status_code=303)


def _order(field: str, source_ids: tuple[int, ...], sources: Sources) -> Order:
    chosen = names_of(source_ids, sources)
    count = max(min(len(sources.all), _PLACES), len(chosen))
    return Order(field, chosen + [""] * (count - len(chosen)))
