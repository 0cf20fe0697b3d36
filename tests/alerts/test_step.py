"""A look at all alerts: what is at risk is renewed, and what has one cause is told once."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from kam_sync import flow
from kam_sync.alerts import step
from kam_sync.alerts.acting import Acting
from kam_sync.alerts.life import Outcome
from kam_sync.alerts.looking import House
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.store import AlertStore
from kam_sync.drift.model import Judgement, Kind, Verdict, Why
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.model import Series
from kam_sync.kpi.store import RateStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal
from tests.fakes.connecting import ask

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MOSCOW = ZoneInfo("Europe/Moscow")
SILENT = "days_since_last_won"
LOST = "won_revenue"
WELL, BAD = 0.0, -5.0


class Seen:
    """One account that has bought for 100 thousand a month, and what is found of its KPIs."""

    def __init__(self, services: Services, currency: str = "RUB") -> None:
        self._services = services
        self._book = Book(services)
        months = [f"{year}-{month:02}" for year in (2025, 2026) for month in range(1, 13)][:22]
        made = [
            deal(str(n), opened="2024-12-01", won=f"{month}-10", amount=100_000, currency=currency)
            for n, month in enumerate(months)
        ]
        self._book.deals(*made)
        flow.match(services)
        flow.kpi(services)
        self._unit = currency
        self.house = House(MOSCOW)

    def look(self, **gaps: float) -> list[str]:
        """Look at KPIs that are so far off; what was written down, and is no secret of others."""
        before = self._last()
        with self._services.database.transaction() as session:
            for kpi, gap in gaps.items():
                DriftStore(session).save(kpi, [self._found(kpi, gap)], NOW)
            step.run(session, NOW, self.house)
        return self._written(before)

    def close(self, kpi: str) -> list[str]:
        """Somebody closes an alert."""
        before = self._last()
        with self._services.database.transaction() as session:
            Acting(session, "Анна", NOW).resolve(self.alerts()[kpi].id, Outcome.TRUE)
        return self._written(before)

    def alerts(self) -> dict[str, Alert]:
        """The newest alert of each KPI."""
        with self._services.database.transaction() as session:
            found = {one.kpi: one for one in AlertStore(session).alerts(limit=99)[::-1]}
            session.expunge_all()
            return found

    def _found(self, kpi: str, gap: float) -> tuple[Series, Judgement]:
        is_silence = kpi == SILENT
        is_bad = gap != WELL
        unit = "days" if is_silence else self._unit
        series = Series(self._book.account(), kpi, unit, (), ())
        expected, observed = (10.0, 40.0) if is_silence else (100_000.0, 40_000.0)
        return series, Judgement(
            kind=Kind.SILENCE if is_silence else Kind.LEVEL,
            verdict=Verdict.DRIFT if is_bad else Verdict.STEADY, why=Why.OUTSIDE_BAND,
            gap=abs(gap) if is_silence else gap, observed=observed if is_bad else expected,
            expected=expected, low=1.0, high=30.0, since=date(2026, 8, 1) if is_bad else None,
        )  # fmt: skip

    def _last(self) -> int:
        [(last,)] = ask(self._services, "SELECT coalesce(max(id), 0) FROM alert_change")
        return int(last)

    def _written(self, after: int) -> list[str]:
        query = (
            "SELECT a.kpi || ' ' || c.change || CASE WHEN c.is_quiet THEN ' quietly' ELSE '' END"
            " FROM alert_change c JOIN alert a ON a.id = c.alert_id WHERE c.id > :after ORDER BY 1"
        )
        return [line for (line,) in ask(self._services, query, after=after)]


@pytest.fixture
def seen(services: Services) -> Seen:
    """An account in roubles."""
    return Seen(services)


def test_what_is_at_risk_is_kept_and_renewed(seen: Seen) -> None:
    seen.look(**{LOST: BAD})
    alert = seen.alerts()[LOST]
    # 60 thousand a month less are 720 thousand a year.
    assert (alert.at_risk, alert.at_risk_currency) == (Decimal(720_000), "RUB")
    assert alert.rank == pytest.approx(0.8 * 720_000)
    seen.look(**{SILENT: 3.0})
    # Three widths of silence: four tenths of 1.2 million.
    assert seen.alerts()[SILENT].at_risk == Decimal(480_000)


def test_a_silent_client_is_told_once_and_what_remains_bad_after_it(seen: Seen) -> None:
    assert seen.look(**{SILENT: 4.0, LOST: BAD}) == [
        f"{SILENT} opened", f"{LOST} opened quietly",
    ]  # fmt: skip
    silent, lost = (seen.alerts()[kpi] for kpi in (SILENT, LOST))
    assert (lost.inhibited_by, silent.inhibited_by) == (silent.id, None)
    assert silent.rank >= lost.rank  # the cause is as grave as what it covers

    assert seen.look(**{SILENT: WELL, LOST: BAD}) == [
        f"{SILENT} resolved", f"{LOST} uncovered",
    ]  # fmt: skip
    assert seen.alerts()[LOST].inhibited_by is None
    assert seen.look(**{SILENT: WELL, LOST: BAD}) == []


def test_what_passes_with_its_cause_is_told_by_nobody(seen: Seen) -> None:
    seen.look(**{SILENT: 4.0, LOST: BAD})
    assert seen.look(**{SILENT: WELL, LOST: WELL}) == [
        f"{SILENT} resolved", f"{LOST} resolved quietly",
    ]  # fmt: skip


def test_the_end_of_what_was_told_before_its_cause_came_is_told(seen: Seen) -> None:
    assert seen.look(**{LOST: BAD}) == [f"{LOST} opened"]
    assert seen.look(**{SILENT: 4.0, LOST: BAD}) == [f"{SILENT} opened"]
    assert seen.alerts()[LOST].inhibited_by is not None
    assert seen.look(**{SILENT: 4.0, LOST: WELL}) == [f"{LOST} resolved"]


def test_who_closes_the_cause_lets_the_next_look_tell_the_rest(seen: Seen) -> None:
    seen.look(**{SILENT: 4.0, LOST: BAD})
    assert seen.close(SILENT) == [f"{SILENT} resolved"]
    assert seen.look(**{SILENT: 4.0, LOST: BAD}) == [f"{LOST} uncovered"]


def test_people_are_told_of_what_is_not_quiet(seen: Seen, services: Services) -> None:
    seen.look(**{SILENT: 4.0, LOST: BAD})
    assert flow.notify(services).counts["told"] == 1
    seen.look(**{SILENT: WELL, LOST: BAD})
    assert flow.notify(services).counts["told"] == 2
    told = "SELECT c.change FROM notification n JOIN alert_change c ON c.id = n.change_id"
    assert (ChangeKind.UNCOVERED.value,) in ask(services, told)


def test_money_at_risk_is_said_in_the_currency_of_the_house(services: Services) -> None:
    seen = Seen(services, currency="USD")
    with services.database.transaction() as session:
        rates = [("USD", date(2026, 11, 20), 80), ("USD", date(2026, 1, 1), 100)]
        RateStore(session).save(rates, "test", NOW)
    seen.look(**{LOST: BAD})
    alert = seen.alerts()[LOST]
    assert (alert.at_risk, alert.at_risk_currency) == (Decimal(720_000), "USD")
    assert alert.rank == pytest.approx(0.8 * 720_000 * 80)  # held against others in roubles

    seen.house = House(MOSCOW, "RUB")
    seen.look(**{LOST: BAD})
    alert = seen.alerts()[LOST]
    assert (alert.at_risk, alert.at_risk_currency) == (Decimal(57_600_000), "RUB")
