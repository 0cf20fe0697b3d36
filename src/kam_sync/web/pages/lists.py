"""What the parts of an account's page list, and what is told of the rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import Depends

from kam_sync.accounts.dealing import STUCK_AFTER
from kam_sync.accounts.model import Company, Invoice
from kam_sync.accounts.store import AccountStore, RecordStore, StageKey
from kam_sync.accounts.touches import LONG_AGO
from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import AlertStore
from kam_sync.kpi.plans import Standing
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving
from kam_sync.web.pages.alert_tasks import tasks_of
from kam_sync.web.paging import MOST
from kam_sync.web.planned import plans
from kam_sync.web.wording import persons, stream
from kam_sync.wiring import Services

AT_ONCE = 50
_LATELY = timedelta(days=30)
_BILLED = ("created_at", "updated_at")


@dataclass(frozen=True, slots=True)
class Listed:
    """A page of a list, and whether there is more of it."""

    rows: Sequence[Any]
    page: int
    has_more: bool


def listed(found: Sequence[Any], page: int, limit: int = AT_ONCE) -> Listed:
    """A page, of which one row more was read than is shown."""
    return Listed(found[:limit], page, len(found) > limit)


class Lists:
    """The lists of the account in the path, and what is told of their rows."""

    def __init__(
        self, session: Reading, services: Serving, sources: AllSources, account_id: AccountId
    ) -> None:
        self._session = session
        self._sources = sources
        self._account_id = account_id
        self.services: Services = services

    @property
    def source_names(self) -> dict[int, str]:
        """The name of each source by its id."""
        return self._sources.names

    @property
    def today(self) -> date:
        """The day that it is here."""
        return self.services.as_of().astimezone(self.services.zone).date()

    def origins(self, companies: Iterable[Company]) -> list[tuple[str, str, str | None]]:
        """Source, name and address in the CRM of each company that the account is made of."""
        return [
            (
                self._sources.names[one.source_id],
                one.name,
                self._sources.card(self.services, one.source_id, "company", one.external_id),
            )
            for one in companies
        ]

    def invoices(self, page: int, limit: int = AT_ONCE) -> Listed:
        """A page of the invoices, the latest first."""
        skip, store = (page - 1) * limit, RecordStore(self._session)
        found = store.latest(Invoice, self._account_id, *_BILLED, limit=limit + 1, skip=skip)
        return listed(found, page, limit)

    def tasks_about(self, alerts: Iterable[Alert]) -> dict[str, Any]:
        """The tasks about open alerts, and alerts that ended lately and had a task, with theirs."""
        states, newest = [State.RESOLVED], AlertStore(self._session)
        since = self.services.now() - _LATELY
        over = [
            one
            for one in newest.alerts(states=states, account_id=self._account_id, limit=MOST)
            if one.resolved_at is not None and one.resolved_at > since
        ]
        all_of_them = [*alerts, *over]
        tasks = tasks_of(self._session, self.services, self._sources, all_of_them)
        return {"tasks": tasks, "over": [one for one in over if one.id in tasks]}

    @property
    def currency(self) -> str:
        """What money of KPIs is converted to; empty where it is not."""
        return self.services.settings.currency

    def plans(self) -> list[Standing]:
        """The plans of the account that run or ended lately."""
        return plans(self.services, self._session, self._account_id)

    def words(self) -> dict[str, Any]:
        """What the templates of the lists need beside their rows."""
        return {
            "told": stream,
            "person_words": persons,
            "source_names": self.source_names,
            "today": self.today,
            "long_ago": LONG_AGO,
            "stuck_after": STUCK_AFTER,
            "card": lambda *record: self._sources.card(self.services, *record),
        }

    def stages(self) -> Mapping[StageKey, str]:
        """The names of the stages of the account's sources."""
        links = AccountStore(self._session).links(self._account_id)
        return RecordStore(self._session).stage_names({link.source_id for link in links})


OfAccount = Annotated[Lists, Depends(Lists)]
