"""All records of a source that could not be understood, and why."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.paging import Cursor
from kam_sync.web.render import pages

router = APIRouter()

_AT_ONCE = 100
_BY_RECORD = Cursor("set-aside", paging.text, paging.text)


@router.get("/sources/{source}/set-aside", response_class=HTMLResponse)
def show_set_aside(
    request: Request,
    session: Reading,
    sources: AllSources,
    source: str,
    cursor: Annotated[str | None, Query()] = None,
) -> HTMLResponse:
    """One page of them."""
    found, after = sources.named(source), _BY_RECORD.read(cursor)
    rows = AccountStore(session).set_aside(found.id, after=after, limit=_AT_ONCE + 1)
    kept, next_cursor = paging.page(
        rows, _AT_ONCE, lambda row: _BY_RECORD.write(row.noun, row.external_id)
    )
    return pages(request).render(
        request, "set_aside.html", source=found, rows=kept, next_cursor=next_cursor
    )
