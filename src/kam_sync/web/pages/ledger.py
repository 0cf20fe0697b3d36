"""What we have beside what the CRM has: all kinds of records, one of them, and two buttons."""

from datetime import date
from functools import partial
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import BaseModel

from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.jobs import comparing
from kam_sync.ledger.store import LedgerBook
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, NamedSource, Reading, Serving
from kam_sync.web.paging import Cursor
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.wording import ledger as words

router = APIRouter()

_BY_LINE = Cursor("ledger-accounts", paging.big_number)
_ACCOUNTS, _RECORDS, _HISTORY = 50, 100, 30

Did = Annotated[str, Query()]
Noun = Annotated[str | None, Query()]


class Where(BaseModel):
    """Which check is shown, and from which account on."""

    day: date | None = None
    cursor: str | None = None


@router.get("/sources/{source}/ledger", response_class=HTMLResponse)
def show_ledger(
    request: Request, session: Reading, sources: AllSources, source: str, did: Did = ""
) -> HTMLResponse:
    """How both sides stood when each kind of record was last compared."""
    found = sources.named(source)
    return pages(request).render(
        request,
        "ledger.html",
        source=found,
        checks=LedgerBook(session).newest(found.id),
        is_synced=RunStore(session).last_sync(found.id, state=RunState.DONE) is not None,
        words=words,
        did=did,
    )


@router.get("/sources/{source}/ledger/{noun}", response_class=HTMLResponse)
def show_check(
    request: Request, session: Reading, services: Serving, source: NamedSource, noun: str,
    where: Asked[Where],
) -> HTMLResponse:  # fmt: skip
    """One check: the sums, the accounts, the ids on each side, and the checks before it."""
    book, after = LedgerBook(session), _BY_LINE.read(where.cursor)
    check = book.one(source, comparing.noun_of(noun), where.day)
    lines = book.accounts(
        check.id, after=0 if after is None else int(after[0]), limit=_ACCOUNTS + 1
    )
    kept, next_cursor = paging.page(lines, _ACCOUNTS, lambda one: _BY_LINE.write(one.id))
    records = book.records(check.id, limit=_RECORDS)
    options = SourceStore(session).access(source.id).options
    card = partial(services.card, source, noun, options=options)
    return pages(request).render(
        request,
        "ledger_check.html",
        source=source,
        check=check,
        lines=kept,
        day=where.day,
        next_cursor=next_cursor,
        records=records,
        cards={one.external_id: card(one.external_id) for one in records},
        history=book.history(source.id, noun, limit=_HISTORY),
        words=words,
    )


@router.post("/sources/{source}/ledger/check")
def check_now(
    session: Reading, sources: AllSources, source: str, noun: Noun = None
) -> RedirectResponse:
    """Queue a comparison."""
    found = sources.named(source)
    comparing.ask_to_check(session, found, noun)
    return _back(found)


@router.post("/sources/{source}/ledger/repair")
def repair_now(
    session: Reading, sources: AllSources, source: str, noun: Noun = None
) -> RedirectResponse:
    """Queue a repair."""
    found = sources.named(source)
    comparing.ask_to_repair(session, found, noun)
    return _back(found)


def _back(source: Source) -> RedirectResponse:
    return RedirectResponse(f"/sources/{quote(source.name)}/ledger?did=queued", status_code=303)
