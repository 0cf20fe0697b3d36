"""What is looked at in one pass of judging: series, doubts, managers, plans.

What all rules ask for is read once; series are not kept, for those of all KPIs are a lot.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property
from uuid import UUID
from zoneinfo import ZoneInfo

from kam_sync.base.db import Session
from kam_sync.drift.rule import REPORTED, Rule
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Series
from kam_sync.kpi.periods import Period, periods_until
from kam_sync.kpi.plans import Plan, Standing, standing
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import DoubtStore, KpiStore, PlanStore, nouns_of
from kam_sync.kpi.workdays import Workdays

_NOTHING: frozenset[str] = frozenset()


class Seen:
    """Reads what rules ask for, as of a moment."""

    def __init__(
        self, session: Session, now: datetime, zone: ZoneInfo, workdays: Workdays,
        *, currency: str = "",
    ) -> None:  # fmt: skip
        self._session = session
        self._now, self._zone, self._currency = now, zone, currency
        self.workdays = workdays
        self.today = now.astimezone(zone).date()
        self._doubts: dict[date, dict[UUID, set[str]]] = {}
        self._missing: dict[UUID, set[str]] = {}
        self._nouns: dict[str, frozenset[str]] = {}

    def newest(self, grain: Grain) -> Period:
        """The newest period that is over."""
        return periods_until(self._now, self._zone, grain, count=1)[0]

    def series(self, rule: Rule, kpi: str | None = None) -> list[Series]:
        """The series of a KPI, of the accounts that a rule is about."""
        found = self.all_series(kpi or rule.kpi, rule.grain)
        return [one for one in found if self._is_meant(one.account_id, rule)]

    def all_series(self, kpi: str, grain: Grain) -> Iterable[Series]:
        """The series of a KPI of all accounts."""
        return KpiStore(self._session).series([kpi], grain)

    def manager(self, account_id: UUID) -> str:
        """Who is responsible for an account, by name; empty for nobody."""
        return self._managers.get(account_id, "")

    def is_sure(
        self, account_id: UUID, kpis: Iterable[str], last_day: date, *, with_rows: bool = True
    ) -> bool:
        """Whether all is here that values of an account are computed from, up to a day.

        Args:
            with_rows: also whether rows come that came regularly.
        """
        found = (self.doubted(last_day), self._missing if with_rows else {})
        doubted = _NOTHING.union(*(of.get(account_id, _NOTHING) for of in found))
        return all(doubted.isdisjoint(self._nouns_of(kpi)) for kpi in kpis)

    def doubted(self, last_day: date) -> Mapping[UUID, Collection[str]]:
        """By account what is not all here of what values up to a day are computed from."""
        if last_day not in self._doubts:
            self._doubts[last_day] = DoubtStore(self._session).of_all(last_day)
        return self._doubts[last_day]

    def note_missing(self, account_id: UUID, kpi: str) -> None:
        """Rows of an account come no more: what is computed from them says nothing."""
        self._missing.setdefault(account_id, set()).add(REPORTED[kpi])

    @cached_property
    def order_days(self) -> dict[UUID, list[date]]:
        """The days of the latest orders of each account, in order."""
        return DriftStore(self._session).order_days(self._now, self._zone)

    def reported_days(self, rule: Rule) -> dict[UUID, list[date]]:
        """The latest days that rows of a KPI came for, of the accounts a rule is about."""
        found = DriftStore(self._session).reported_days(rule.kpi, self.today)
        return {key: days for key, days in found.items() if self._is_meant(key, rule)}

    def plans(self, rule: Rule) -> dict[UUID, Standing]:
        """How the plan of a KPI stands that ends next, by account."""
        store, adds_up = PlanStore(self._session), KPIS[rule.kpi].adds_up
        running = store.running(rule.kpi, self.today, currency=self._currency)
        plans = {key: found[-1] for key, found in running.items() if self._is_meant(key, rule)}
        values = store.values_of(list(plans), rule.kpi)

        def stands(account_id: UUID, plan: Plan) -> Standing:
            known = [one.until(self.today) for one in values.get(account_id, [])]
            return standing(plan, known, self.today, self.workdays, adds_up=adds_up)

        return {key: stands(key, plan) for key, plan in plans.items()}

    def _is_meant(self, account_id: UUID, rule: Rule) -> bool:
        if rule.accounts and str(account_id) not in rule.accounts:
            return False
        return not rule.owners or self.manager(account_id) in rule.owners

    @cached_property
    def _managers(self) -> dict[UUID, str]:
        return DriftStore(self._session).managers()

    def _nouns_of(self, kpi: str) -> frozenset[str]:
        if kpi not in self._nouns:
            self._nouns[kpi] = nouns_of(kpi)
        return self._nouns[kpi]
