"""The table of accounts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore, KeeperStore
from kam_sync.alerts.store import StakeStore
from kam_sync.kpi.health import band
from kam_sync.kpi.store import FIRST_UP, Asked, ListedBy, StandingStore, bought_alone, listed
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.first_load import coming
from kam_sync.web.pages import wished
from kam_sync.web.paging import Cursor, Text
from kam_sync.web.render import Spoken, pages
from kam_sync.web.wording import scores
from kam_sync.web.wording.portfolio import in_a_year

router = APIRouter()

_LIMIT = 50
_KEYS: Mapping[ListedBy, Callable[[str], Any]] = {
    ListedBy.NAME: paging.text,
    ListedBy.REVENUE: paging.decimal,
    ListedBy.DAYS: paging.decimal,
    ListedBy.ALERTS: paging.number,
    ListedBy.HEALTH: paging.decimal,
    ListedBy.CHANGE: paging.decimal,
}


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for, in which order, and which page of it: all of it stands in the address."""

    q: Text = ""
    source: Text = ""
    owner: Text = ""
    alerts: Literal["", "yes", "no"] = ""
    there: Literal["", "yes", "no"] = ""
    by: ListedBy = ListedBy.NAME
    reverse: bool = False
    cursor: Annotated[str | None, Query()] = None

    @property
    def is_narrowed(self) -> bool:
        """Whether not all accounts are asked for."""
        return any((self.q.strip(), self.source, self.owner, self.alerts, self.there))

    @property
    def descending(self) -> bool:
        """Names begin with A, and of most figures the most comes first, if not turned round."""
        return self.reverse is (self.by in FIRST_UP)

    @property
    def keys(self) -> Cursor:
        """The cursor of this order."""
        kind = f"accounts-{self.by}-{'down' if self.descending else 'up'}"
        return Cursor(kind, _KEYS[self.by], paging.uuid)

    def address(self, **changed: Any) -> str:
        """The page with some of it changed, from its beginning."""
        return wished.address("/accounts", self, {"cursor": None, **changed})


@router.get("/accounts", response_class=HTMLResponse)
def show_accounts(
    request: Request,
    session: Reading,
    sources: AllSources,
    language: Spoken,
    search: Annotated[Search, Depends()],
) -> HTMLResponse:
    """Accounts in an order, with what matters most of each."""
    store = AccountStore(session)
    found = listed(session, asked_of(search, sources), StakeStore(session).counts())
    kept, next_cursor = paging.page(found, _LIMIT, lambda a: search.keys.write(a.key, a.id))
    ids = [account.id for account in kept]
    return pages(request).render(
        request,
        "accounts.html",
        accounts=kept,
        search=search,
        owners=store.owners(ids),
        keepers=[(one.key, one.name) for one in KeeperStore(session).all()],
        origins={key: sources.called(found) for key, found in store.sources(ids).items()},
        source_names=sorted(sources.names.values()),
        revenue=bought_alone(session, ids),
        first_up=FIRST_UP,
        band=band,
        scores=scores,
        in_a_year=in_a_year(language, StandingStore(session).counted_by()),
        next_cursor=next_cursor,
        has_sources=bool(sources.all),
        coming=coming(session, sources),
    )


def asked_of(search: Search, sources: AllSources) -> Asked:
    """Which accounts these are, and from where on."""
    after = search.keys.read(search.cursor)
    says = {"": None, "yes": True, "no": False}
    return Asked(
        search.q.strip(),
        sources.named(search.source).id if search.source else None,
        search.owner, says[search.there], says[search.alerts], search.by,
        descending=search.descending,
        after=(_KEYS[search.by](after[0]), UUID(after[1])) if after else None,
        limit=_LIMIT + 1,
    )  # fmt: skip
