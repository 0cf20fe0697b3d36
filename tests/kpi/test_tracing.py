"""The rows of a value come to it, and what a definition reads is counted."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings

import connectors as gate
from connectors import Noun
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import ROWS, KpiStore, Of, RateStore, TraceStore
from kam_sync.kpi.tracing import Part, total
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes.books import WHEN, Book, deal
from tests.kpi.test_splitting import FACTS, FIRST, facts


def gaps(book: Book) -> list[tuple[str, str, date, str]]:
    """The values that their rows do not come to, by one page of them or by pages of three."""
    services, wrong = book.services, []
    with services.database.transaction() as session:
        store = TraceStore(session, services.zone, services.as_of(), services.settings.currency)
        for kpi in (KPIS[key] for key in ROWS):
            for point in KpiStore(session).points(book.account(), kpi.key, first=FIRST):
                of = Of(book.account(), kpi, point.unit, point.on)
                sums = store.sums(of)
                if not total(sums, ROWS[kpi.key].scale).makes(point.value):
                    wrong.append((kpi.key, point.unit, point.on, "sums"))
                count = sum(one.count for one in sums)
                pages = [store.parts(of, limit=3, skip=skip) for skip in range(0, count, 3)]
                rows: list[Part] = [row for page in pages for row in page]
                worth = sum((row.worth or Decimal() for row in rows), Decimal())
                if len(rows) != count or worth != sum(one.worth for one in sums):
                    wrong.append((kpi.key, point.unit, point.on, "pages"))
    return wrong


@pytest.mark.parametrize("currency", ["", pytest.param("RUB", marks=pytest.mark.heavy)])
@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=FACTS)
def test_the_rows_of_each_value_come_to_it(
    services: Services, currency: str, rows: list[tuple[str, date, int, str | None, str, str, int]]
) -> None:
    empty(services.database)
    asked = services.settings.model_copy(update={"currency": currency})
    book = Book(replace(services, settings=asked))
    book.save(Noun.COMPANY, gate.Company("2", "Сосед"))
    with services.database.transaction() as session:
        rates = [("USD", FIRST + timedelta(days=7 * n), 80 + n) for n in range(18)]
        RateStore(session).save([*rates, ("KZT", date(2026, 8, 1), "0.16")], "test", WHEN)
    facts(book, rows)
    book.measure()
    assert gaps(book) == []


def test_what_any_definition_reads_can_be_listed(services: Services) -> None:
    book = Book(services)
    facts(book, [("shipment", date(2026, 10, 3), 5, "tea", "RUB", "1", 2),
                 ("return", date(2026, 9, 3), 5, "tea", "RUB", "1", 2)])  # fmt: skip
    book.deals(deal("7", opened="2026-10-01 10:00:00", won="2026-10-04 10:00:00", amount=9))
    book.measure()
    with services.database.transaction() as session:
        store = TraceStore(session, services.zone, services.as_of())
        for kpi in KPIS.values():
            of = Of(book.account(), kpi, "RUB", date(2026, 10, 1))
            reads = store.reads(of)
            rows = store.inputs(of, limit=50)
            assert len(rows) == sum(one.within + one.before for one in reads), kpi.key
            assert all(row.record.external_id for row in rows), kpi.key
        of = Of(book.account(), KPIS["return_rate"], "percent", date(2026, 10, 1))
        assert [(one.table, one.within, one.before) for one in store.reads(of)] == [
            ("shipments", 1, 0), ("returns", 0, 1),
        ]  # fmt: skip
        first, second = store.inputs(of, limit=9)
        assert (first.record.noun, first.day, first.is_within) == (
            "shipment",
            date(2026, 10, 3),
            True,
        )
        assert (second.record.noun, second.record.external_id, second.is_within) == (
            "return",
            "1",
            False,
        )


def test_money_of_another_currency_is_not_read_for_a_value(services: Services) -> None:
    book = Book(services)
    facts(book, [("shipment", date(2026, 10, 3), 5, "tea", "RUB", "1", 2),
                 ("shipment", date(2026, 10, 4), 5, "tea", "USD", "1", 2)])  # fmt: skip
    with services.database.transaction() as session:
        for currency, count in (("", 1), ("RUB", 2)):
            store = TraceStore(session, services.zone, services.as_of(), currency)
            of = Of(book.account(), KPIS["receivables"], "RUB", date(2026, 10, 1))
            assert store.inputs(of, limit=9) == []
            of = Of(book.account(), KPIS["realised_margin"], "RUB", date(2026, 10, 1))
            assert len(store.inputs(of, limit=9)) == count
