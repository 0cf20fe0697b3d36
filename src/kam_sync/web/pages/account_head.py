"""What stands above every part of an account's page: who it is, how it is, where its parts are."""

from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import RedirectResponse, Response

from kam_sync.accounts.model import Company
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert
from kam_sync.alerts.store import KNOWN, AlertStore, Order
from kam_sync.kpi import health
from kam_sync.kpi.model import Point
from kam_sync.kpi.periods import shift
from kam_sync.kpi.registry import HEALTH, KPIS
from kam_sync.kpi.store import KpiStore
from kam_sync.matching.store import GroupStore
from kam_sync.web.deps import AccountId, Reading
from kam_sync.web.pages.forms import Came
from kam_sync.web.pages.lists import OfAccount
from kam_sync.web.paging import MOST
from kam_sync.web.render import pages
from kam_sync.web.wording import scores

_LATELY = 2
"""Of so many months points are enough for the newest health score."""


class Opened:
    """The page of the account in the path: what all its parts share, read when first asked for."""

    def __init__(
        self,
        request: Request,
        session: Reading,
        account_id: AccountId,
        lists: OfAccount,
        came: Came,
    ) -> None:
        self.session = session
        self.lists = lists
        self.account = AccountStore(session).account(account_id)
        self.query = request.url.query
        self.language = pages(request).language(request)
        self._request = request
        self._came = came

    @cached_property
    def companies(self) -> list[Company]:
        """What it is made of."""
        return AccountStore(self.session).companies([self.account.id]).get(self.account.id, [])

    @cached_property
    def alerts(self) -> list[Alert]:
        """Its open alerts, the gravest first."""
        found = AlertStore(self.session).alerts(
            states=KNOWN, account_id=self.account.id, order=Order.GRAVEST, limit=MOST
        )
        return [alert for alert in found if alert.kpi in KPIS]

    @cached_property
    def points(self) -> list[Point]:
        """All its monthly values."""
        return KpiStore(self.session).points(self.account.id)

    def render(self, template: str, part: str, **values: Any) -> Response:
        """A part of the page; of an account that is in another one now, the way there."""
        if self.account.merged_into is not None:
            path = self._request.url.path
            kept = path.replace(str(self.account.id), str(self.account.merged_into))
            return RedirectResponse(f"{kept}?{self.query}" if self.query else kept)
        shown = {**self._head(), **self.lists.words(), **values}
        return pages(self._request).render(
            self._request, template, account=self.account, part=part, came=self._came, **shown
        )

    def _head(self) -> dict[str, Any]:
        """What the head says."""
        id_ = self.account.id
        parent = GroupStore(self.session).parent(id_)
        return {
            "owner": AccountStore(self.session).owners([id_]).get(id_),
            "origins": self.lists.origins(self.companies),
            "health": health.newest(KPIS[HEALTH], self._recent()),
            "scores": scores,
            "alerts_open": len(self.alerts),
            "group_parent": AccountStore(self.session).account(parent) if parent else None,
            "children": GroupStore(self.session).children(id_),
        }

    def _recent(self) -> list[Point]:
        if "points" in self.__dict__:  # they are read already
            return self.points
        first = shift(self.lists.today.replace(day=1), -_LATELY)
        return KpiStore(self.session).points(self.account.id, first=first)


Page = Annotated[Opened, Depends(Opened)]
