"""What was changed of an account's KPIs after it had been measured."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import KpiStore, Restated
from kam_sync.matching.store import GroupStore
from kam_sync.web import paging
from kam_sync.web.api.restatements import BY_ID
from kam_sync.web.deps import AccountId, Reading
from kam_sync.web.paging import Text
from kam_sync.web.render import pages
from kam_sync.web.wording import restated as words

router = APIRouter()

_LIMIT = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """Which restatements are looked at, and which page of them."""

    kpi: Text = ""
    grain: Grain = Grain.MONTH
    group: bool = False
    cursor: Annotated[Text | None, Query()] = None


@router.get("/accounts/{account_id}/restatements", response_class=HTMLResponse)
def show_restatements(
    request: Request,
    session: Reading,
    account_id: AccountId,
    chosen: Annotated[Filter, Depends()],
) -> HTMLResponse:
    """Which KPI and period, what it was and what it is, when and why; the latest first."""
    account, after = AccountStore(session).account(account_id), BY_ID.read(chosen.cursor)
    found = KpiStore(session).restatements(
        Restated(account.id, chosen.group, chosen.grain),
        [named(chosen.kpi).key] if chosen.kpi else list(KPIS),
        before=None if after is None else int(after[0]),
        limit=_LIMIT + 1,
    )
    kept, next_cursor = paging.page(found, _LIMIT, lambda one: BY_ID.write(one.id))
    return pages(request).render(
        request,
        "restatements.html",
        account=account,
        restatements=kept,
        kpi=KPIS.get(chosen.kpi),
        grain=chosen.grain,
        grains=list(Grain),
        group=chosen.group,
        has_group=GroupStore(session).has_children(account.id),
        query={
            "kpi": chosen.kpi,
            "grain": chosen.grain.value,
            "group": "true" if chosen.group else "false",
        },
        next_cursor=next_cursor,
        is_first=chosen.cursor is None,
        words=words,
    )
