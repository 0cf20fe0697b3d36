"""Where a number comes from: the rows of a value, and a record as the CRM sent it."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import BaseModel, ConfigDict

from connectors import Noun
from kam_sync.accounts.store import RecordStore, kind_of
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.settings import Locale
from kam_sync.intake.kept import Kept
from kam_sync.intake.store import RawStore
from kam_sync.jobs.comparing import noun_of
from kam_sync.kpi.tracing import Record
from kam_sync.privacy.model import About
from kam_sync.web.api.lineage import Named, OfKpi
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.noting import Noting
from kam_sync.web.paging import Text
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.wording import lineage as words
from kam_sync.web.wording import why as why_words

router = APIRouter()
records = APIRouter()

_AT_ONCE = 25
_MOST_PAGES = 10_000
_OF_PEOPLE = {Noun.CONTACT.value, Noun.USER.value, Noun.TASK.value, "activity"}
_OF_ACTIVITIES = (Noun.NOTE, Noun.EVENT)
"""A record of the timeline is one of these."""


class Where(BaseModel):
    """Which value, and which page of its rows."""

    model_config = ConfigDict(extra="forbid")

    unit: Text = ""
    on: date | None = None
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1
    lang: Locale | None = None
    theme: str | None = None


@dataclass(frozen=True, slots=True)
class Address:
    """Which record of which source."""

    source: Text
    noun: Text
    external_id: Text


@router.get("/accounts/{account_id}/kpis/{kpi}/rows", response_class=HTMLResponse)
def show_rows(
    request: Request, tracing: OfKpi, naming: Named, kpi: str, where: Asked[Where]
) -> Response:
    """The value, what it is made of, and the rows, some at a time."""
    found = tracing.of(where.unit, where.on)
    if found.account.merged_into is not None:
        said = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/accounts/{found.account.merged_into}/kpis/{kpi}/rows{said}")
    skip = (where.page - 1) * _AT_ONCE
    before = [month for month in found.months if month < found.on]
    return pages(request).render(
        request,
        "lineage.html",
        found=found,
        rows=naming.rows(found.rows(limit=_AT_ONCE, skip=skip)),
        page=where.page,
        has_more=found.count > skip + _AT_ONCE,
        earlier=before[-1] if before else None,
        later=next((month for month in found.months if month > found.on), None),
        terms=why_words.terms,
        words=words,
    )


@records.get("/sources/{source}/records/{noun}/{external_id:path}", response_class=HTMLResponse)
def show_record(
    request: Request, session: Reading, services: Serving, sources: AllSources,
    notes: Noting, at: Annotated[Address, Depends()],
) -> HTMLResponse:  # fmt: skip
    """A record as the CRM sent it, and beside it what we read of it."""
    known, noun, external_id = sources.named(at.source), at.noun, at.external_id
    kept = _kept(session, known.id, noun, external_id)
    own = RecordStore(session).by_keys(kind_of(noun), [(known.id, external_id)])
    record: Any = own.get((known.id, external_id))
    if kept is None and record is None:
        raise NotHere(f"{noun} {external_id}: {known.name} has no such record")
    if noun in _OF_PEOPLE:
        notes.read(About.RECORD, f"{known.id}:{noun}:{external_id}")
    language = pages(request).language(request)
    shown = kept and orjson.dumps(kept.shown, option=orjson.OPT_INDENT_2).decode()
    return pages(request).render(
        request,
        "record.html",
        source=known,
        noun=noun,
        external_id=external_id,
        name=words.name(Record(noun, known.id, external_id), record),
        kept=kept,
        shown=shown,
        reading=words.reading(language, record) if record else [],
        card=sources.card(services, known.id, noun, external_id),
        words=words,
    )


def _kept(session: Session, source_id: int, noun: str, external_id: str) -> Kept | None:
    """The raw record; of the timeline whichever kind it came as."""
    nouns = _OF_ACTIVITIES if noun == "activity" else (noun_of(noun),)
    store = RawStore(session, source_id)
    return next(filter(None, (store.kept(one, external_id) for one in nouns)), None)
