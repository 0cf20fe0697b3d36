"""Which source is believed of which field of accounts: one order of sources per field."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.merge import FIELDS, Choice
from kam_sync.accounts.store import WinnerStore
from kam_sync.jobs import joining
from kam_sync.web.api.survivorship import names_of
from kam_sync.web.deps import AllSources, By, Reading, Serving, Sources
from kam_sync.web.pages.forms import Pairs
from kam_sync.web.render import pages
from kam_sync.web.wording import believed

router = APIRouter()

_PLACES = 5
"""So many sources can be put in order; all others come after them."""
_LATEST = 20


@dataclass(frozen=True, slots=True)
class Order:
    """A field, or all of them, with the names of its sources and the places to choose for."""

    field: str
    names: list[str] | None
    """The first one first; None where fields do not agree."""
    places: list[str]
    """The name of the source at each place; empty where none is chosen."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The fields that were given the same order at once."""

    at: datetime
    by: str
    fields: list[str]
    names: list[str]


@router.get("/survivorship", response_class=HTMLResponse)
def show_survivorship(
    request: Request, session: Reading, sources: AllSources, saved: str = ""
) -> HTMLResponse:
    """Who wins in each field, and who changed that."""
    store = WinnerStore(session)
    winners = store.winners()
    return pages(request).render(
        request,
        "survivorship.html",
        orders=_orders([(field, names_of(winners.get(field, ()), sources)) for field in FIELDS],
                       len(sources.all)),
        source_names=sorted(sources.names.values()),
        history=_changes(store.history(limit=_LATEST * len(FIELDS)), sources)[:_LATEST],
        saved=bool(saved),
        believed=believed,
    )  # fmt: skip


@router.post("/survivorship")
def save_survivorship(services: Serving, pairs: Pairs, by: By) -> RedirectResponse:
    """Set the order of the fields that were sent, or one of all fields; a source counts once."""
    sent: dict[str, list[str]] = {}
    for name, source in pairs:
        for field in FIELDS if name == believed.ALL else [name]:
            sent.setdefault(field, []).append(source)
    with services.database.transaction() as session:
        sources = Sources(session)
        wanted = {
            field: [sources.named(source).id for source in dict.fromkeys(chosen) if source]
            for field, chosen in sent.items()
        }
    joining.believe(services, wanted, by=by)
    return RedirectResponse("/survivorship?saved=yes", status_code=303)


def _orders(chosen: Sequence[tuple[str, list[str]]], source_count: int) -> list[Order]:
    """What holds for all fields, then each field."""
    first = chosen[0][1]
    common = first if all(names == first for _, names in chosen) else None

    def order(field: str, names: list[str] | None) -> Order:
        said = names or []
        count = max(min(source_count, _PLACES), len(said))
        return Order(field, names, said + [""] * (count - len(said)))

    return [order(believed.ALL, common)] + [order(field, names) for field, names in chosen]


def _changes(history: Sequence[Choice], sources: Sources) -> list[Changed]:
    """Choices of one moment and one order are one change."""
    together = groupby(history, lambda row: (row.at, row.by, row.source_ids))
    return [
        Changed(at, by, [row.field for row in rows][::-1], names_of(source_ids, sources))
        for (at, by, source_ids), rows in together
    ]
