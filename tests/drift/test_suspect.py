"""Nobody is judged by what is not all here; who keeps silent is judged by its own rhythm."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.alerts.life import State
from kam_sync.alerts.store import AlertStore
from kam_sync.drift.model import Kind
from kam_sync.intake.model import RunState
from kam_sync.intake.store import RawStore, RunStore
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal


def _states(services: Services) -> list[State]:
    with services.database.transaction() as session:
        return [
            one.state for one in AlertStore(session).alerts(limit=9) if one.kpi == "won_revenue"
        ]


def _read(services: Services, book: Book, ago: timedelta) -> None:
    at = services.now() - ago
    with services.database.transaction() as session:
        run = RunStore(session).begin("sync", at, source_id=book.source_id, noun=Noun.DEAL)
        RunStore(session).end(run, RunState.DONE, at, {})
        RawStore(session, book.source_id).note_loaded(Noun.DEAL, at)


def test_nobody_is_alarmed_while_a_source_is_behind(services: Services) -> None:
    book = Book(services)
    months = [f"{year}-{month:02}" for year in (2024, 2025) for month in range(1, 13)]
    months += [f"2026-{month:02}" for month in range(1, 8)]
    book.deals(
        *(
            deal(str(n), opened="2023-12-01", won=f"{month}-10", amount=1_000)
            for n, month in enumerate(months)
        )
    )  # since August nothing has come
    _read(services, book, timedelta(days=90))
    flow.kpi(services)
    flow.detect(services)
    assert _states(services) == []

    _read(services, book, timedelta(minutes=5))
    flow.kpi(services)
    flow.detect(services)
    assert _states(services) == [State.FIRING]


def test_who_orders_weekly_is_missed_after_weeks_and_who_seldom_does_is_not(
    services: Services,
) -> None:
    book = Book(services)
    companies = [str(n) for n in range(1, 7)]
    book.save(Noun.COMPANY, *(gate.Company(key, f"Фирма {key}") for key in companies))
    flow.match(services)
    last, monday = timedelta(weeks=7), datetime(2026, 11, 16, 9, tzinfo=UTC)
    made = []
    for key in companies:
        weeks = 10 if key == "2" else 1
        end = monday - last if key in {"1", "2"} else monday
        for n in range(13):
            won = f"{end - timedelta(weeks=weeks * n):%Y-%m-%d %H:%M:%S}"
            one = deal(f"{key}-{n}", opened="2023-12-01", won=won)
            made.append(replace(one, company_external_id=key))
    book.deals(*made)
    flow.kpi(services)
    flow.detect(services)
    with services.database.transaction() as session:
        alerts = [one for one in AlertStore(session).alerts(limit=99) if one.kind is Kind.SILENCE]
        said = [(one.account_id, one.observed, one.state) for one in alerts]
    assert said == [(book.account("1"), 39, State.FIRING)]
