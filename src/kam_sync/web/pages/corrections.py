"""What the facts of an account were before they were corrected."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore, CorrectionStore
from kam_sync.web import paging
from kam_sync.web.deps import AccountId, AllSources, Reading
from kam_sync.web.paging import Cursor, Text
from kam_sync.web.render import pages
from kam_sync.web.wording import corrections as words

router = APIRouter()

_LIMIT = 50
_BY_ID = Cursor("corrections", paging.big_number)


@router.get("/accounts/{account_id}/corrections", response_class=HTMLResponse)
def show_corrections(
    request: Request,
    session: Reading,
    sources: AllSources,
    account_id: AccountId,
    cursor: Text | None = None,
) -> HTMLResponse:
    """Which fact of which source, when, and what of it was changed; the latest first."""
    account, after = AccountStore(session).account(account_id), _BY_ID.read(cursor)
    before = None if after is None else int(after[0])
    found = CorrectionStore(session).of_account(account.id, before=before, limit=_LIMIT + 1)
    kept, next_cursor = paging.page(found, _LIMIT, lambda one: _BY_ID.write(one.id))
    return pages(request).render(
        request,
        "corrections.html",
        account=account,
        corrections=kept,
        source_names=sources.names,
        next_cursor=next_cursor,
        is_first=cursor is None,
        words=words,
    )
