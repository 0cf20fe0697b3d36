"""The long lists of an account, newest first: each page by page; its page shows the beginnings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from kam_sync.accounts.model import Company, Deal, Invoice, Link, Pipeline
from kam_sync.accounts.store import AccountStore, RecordStore, StreamStore, Wanted
from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.plans import Standing
from kam_sync.matching.people_showing import people
from kam_sync.matching.store import PersonStore
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.paging import MOST
from kam_sync.web.planned import plans
from kam_sync.web.render import pages
from kam_sync.web.wording import persons, stream

router = APIRouter()

What = Literal["timeline", "deals", "invoices", "contacts"]
_AT_ONCE = 50
_LATELY = timedelta(days=30)
_MOST_PAGES = 10_000
_TOUCHED = ("closed_at", "updated_at", "created_at")
_BILLED = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Listed:
    """A part of a list, and whether there is more of it."""

    what: What
    rows: Sequence[Any]
    has_more: bool


class Lists:
    """The lists of the account in the path, and what is told of their rows."""

    def __init__(
        self, session: Reading, services: Serving, sources: AllSources, account_id: AccountId
    ) -> None:
        self._session = session
        self._services = services
        self._sources = sources
        self._account_id = account_id

    @property
    def source_names(self) -> dict[int, str]:
        """The name of each source by its id."""
        return self._sources.names

    def origins(self, companies: Iterable[Company]) -> list[tuple[str, str, str | None]]:
        """Source, name and address in the CRM of each company that the account is made of."""
        return [
            (
                self._sources.names[one.source_id],
                one.name,
                self._sources.card(self._services, one.source_id, "company", one.external_id),
            )
            for one in companies
        ]

    def read(self, what: What, *, limit: int, skip: int = 0) -> Listed:
        """Up to `limit` entries of a list."""
        records, account, most = RecordStore(self._session), self._account_id, limit + 1
        found: Sequence[Any]
        match what:
            case "timeline":
                found = StreamStore(self._session).timeline(account, limit=most, skip=skip)
            case "deals":
                found = records.latest(Deal, account, *_TOUCHED, limit=most, skip=skip)
            case "invoices":
                found = records.latest(Invoice, account, *_BILLED, limit=most, skip=skip)
            case "contacts":
                known = PersonStore(self._session).of_account(account, limit=most, skip=skip)
                found = people(self._session, [person for person, _ in known], dict(known))
        return Listed(what, found[:limit], len(found) > limit)

    def tasks_about(self, alerts: Iterable[Alert]) -> dict[str, Any]:
        """The tasks about open alerts, and alerts that ended lately and had a task, with theirs."""
        states, newest = [State.RESOLVED], AlertStore(self._session)
        since = self._services.now() - _LATELY
        over = [
            one
            for one in newest.alerts(states=states, account_id=self._account_id, limit=MOST)
            if one.resolved_at is not None and one.resolved_at > since
        ]
        all_of_them = [*alerts, *over]
        tasks = tasks_of(self._session, self._services, self._sources, all_of_them)
        return {"tasks": tasks, "over": [one for one in over if one.id in tasks]}

    @property
    def currency(self) -> str:
        """What money of KPIs is converted to; empty where it is not."""
        return self._services.settings.currency

    def plans(self) -> list[Standing]:
        """The plans of the account that run or ended lately."""
        return plans(self._services, self._session, self._account_id)

    def words(self) -> dict[str, Any]:
        """What the templates of the lists need beside their rows."""
        links = AccountStore(self._session).links(self._account_id)
        return {
            "told": stream,
            "person_words": persons,
            "source_names": self.source_names,
            "stages": _stage_names(RecordStore(self._session), links),
            "today": self._services.as_of().astimezone(self._services.zone).date(),
            "card": lambda *record: self._sources.card(self._services, *record),
        }


OfAccount = Annotated[Lists, Depends(Lists)]


@router.get("/accounts/{account_id}/{what}", response_class=HTMLResponse)
def show_list(
    request: Request,
    session: Reading,
    lists: OfAccount,
    account_id: AccountId,
    what: What,
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES)] = 1,
) -> Response:
    """One page of a list."""
    account = AccountStore(session).account(account_id)
    if account.merged_into is not None:
        return RedirectResponse(f"/accounts/{account.merged_into}/{what}")
    listed = lists.read(what, limit=_AT_ONCE, skip=(page - 1) * _AT_ONCE)
    shown: dict[str, Any] = {what: listed, **lists.words()}
    return pages(request).render(
        request, "account_list.html", account=account, page=page, listed=listed, **shown
    )


def _stage_names(
    store: RecordStore, links: Sequence[Link]
) -> dict[tuple[int, str | None, str | None], str]:
    """The name of each (source, pipeline, stage) of the account's sources."""
    pipelines: list[Pipeline] = []
    for source_id in sorted({link.source_id for link in links}):
        pipelines += store.records(Pipeline, Wanted(source_id=source_id), limit=MOST)
    return {
        (stage.source_id, stage.pipeline_external_id, stage.external_id): stage.name
        for stage in store.stages(pipelines)
    }
