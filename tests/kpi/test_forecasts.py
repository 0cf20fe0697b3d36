"""What accounts will buy is learned from all of them once a day, kept, and said with its reason."""

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.base.clock import stopped_at
from kam_sync.jobs.joining import parents
from kam_sync.kpi import predicting, registry
from kam_sync.kpi.model import Forecast, Unforeseen
from kam_sync.kpi.predicting import Fit, Orders, Predicted
from kam_sync.kpi.registry import BadDefinition
from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services
from tests.fakes.books import Book
from tests.fakes.connecting import ask

TODAY = date(2026, 11, 23)
RESTATED = "SELECT was, now FROM restatement WHERE kpi = 'predicted_ltv'"
LEARNED = "SELECT learned_on, numbers, why FROM kpi_learned WHERE unit = 'RUB'"


def orders(company: int) -> list[tuple[date, int]]:
    """When a company has ordered, and for how much; number 0 has ordered once."""
    first, step = TODAY - timedelta(days=400 - company), 9 + company % 7
    count = 1 if company == 0 else 1 + 2 ** (company % 5)
    usual = 1_000 * (1 + company % 4 * 3)
    return [(first + timedelta(days=step * n), usual + 100 * n) for n in range(count)]


def won(company: int, number: int, day: date, amount: int) -> gate.Deal:
    """An order of a company."""
    at = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
    return gate.Deal(
        f"{company}-{number}", "Заказ", "1", "142", Outcome.WON, Decimal(amount), "RUB",
        str(company), created_at=at - timedelta(days=1), closed_at=at,
    )  # fmt: skip


def book_of(services: Services, companies: int) -> Book:
    """A store with the orders of some companies."""
    book = Book(services)
    book.save(Noun.COMPANY, *(gate.Company(str(n), f"Фирма {n}") for n in range(companies)))
    book.deals(*(
        won(company, number, *order)
        for company in range(companies)
        for number, order in enumerate(orders(company))
    ))  # fmt: skip
    return book


def known(bought: list[tuple[date, int]]) -> Orders:
    """The same as the rule takes it."""
    days = [day for day, _ in bought]
    return Orders(
        repeats=len(days) - 1,
        last=(days[-1] - days[0]).days,
        age=(TODAY - days[0]).days,
        total=sum(amount for _, amount in bought),
        last_year=sum(a for day, a in bought if day > TODAY - timedelta(days=365)),
    )


def forecast(book: Book, company: int, *, of_group: bool = False) -> Forecast | None:
    """What is predicted of a company in roubles."""
    with book.services.database.transaction() as session:
        found = KpiStore(session).forecasts(book.account(str(company)), of_group=of_group)
        return Forecast.model_validate(found[0].model_dump()) if found else None


def shown(said: Any) -> tuple[Any, ...]:
    """What a prediction says, as it is kept."""
    assert isinstance(said, Predicted)
    return tuple(round(Decimal(str(round(number, 2))), 4) for number in said[:3])


def test_what_is_predicted_is_what_the_rule_says_of_the_orders(services: Services) -> None:
    book = book_of(services, 60)
    with parents(services, by="Анна") as parenting:
        parenting.place(book.account("2"), book.account("3"))
    book.measure()
    fit = predicting.fit([known(orders(company)) for company in range(60)])
    assert isinstance(fit, Fit)
    [(day, numbers, why)] = ask(services, LEARNED)
    assert (day, why) == (TODAY, None)
    assert numbers == pytest.approx(fit.numbers(), rel=1e-3)
    kept = Fit.of_numbers(numbers)
    for company in (2, 3, 59):
        one = forecast(book, company)
        assert one is not None
        [said] = predicting.forecasts(kept, [known(orders(company))])
        assert (one.value, one.low, one.high) == shown(said)
        assert book.points("predicted_ltv", company=str(company)) == {"2026-11": one.value}
    once = forecast(book, 0)
    assert once is not None
    assert (once.value, once.why) == (None, Unforeseen.FEW_ORDERS)
    group = forecast(book, 3, of_group=True)
    assert group is not None
    [said] = predicting.forecasts(kept, [known(sorted(orders(2) + orders(3)))])
    assert (group.value, group.low, group.high) == shown(said)


def test_what_was_learned_holds_for_the_day_and_a_month_keeps_its_last_forecast(
    services: Services,
) -> None:
    book = book_of(services, 60)
    book.measure()
    learned, before = ask(services, LEARNED), book.points("predicted_ltv", company="7")
    book.deals(won(7, 99, TODAY - timedelta(days=1), 500_000)).measure()
    now = book.points("predicted_ltv", company="7")
    assert now["2026-11"] > before["2026-11"]
    assert ask(services, LEARNED) == learned
    later = replace(services, as_of=stopped_at(datetime(2026, 12, 20, 9, tzinfo=UTC)))
    flow.kpi(later)
    [(day, _, _)] = ask(services, LEARNED)
    assert day == date(2026, 12, 20)
    december = book.points("predicted_ltv", company="7")
    assert december["2026-11"] == now["2026-11"]
    assert december["2026-12"] != now["2026-11"]
    assert ask(services, RESTATED) == []
    gone = replace(won(7, 99, TODAY, 1), is_deleted=True)
    own = (replace(won(7, number, *one), is_deleted=True) for number, one in enumerate(orders(7)))
    book.deals(gone, *own)
    flow.kpi(later)
    assert forecast(book, 7) is None
    assert book.points("predicted_ltv", company="7") == {}
    assert ask(services, RESTATED) == [(now["2026-11"], None)]


def test_shipments_are_the_orders_where_there_are_any(services: Services) -> None:
    book = book_of(services, 60)
    book.measure()
    by_deals = forecast(book, 9)
    book.save(Noun.SHIPMENT, *(
        gate.Shipment(
            external_id=f"s{number}", company_external_id="9", shipped_on=day,
            amount=Decimal(10 * amount), currency="RUB",
        )
        for number, (day, amount) in enumerate(orders(9))
    ))  # fmt: skip
    book.measure()
    by_shipments = forecast(book, 9)
    assert by_deals is not None
    assert by_shipments is not None
    assert by_deals.value is not None
    assert by_shipments.value is not None
    assert by_shipments.value > 3 * by_deals.value


def test_of_few_accounts_nothing_is_learned_and_that_is_said(services: Services) -> None:
    book = book_of(services, 12)
    book.measure()
    assert ask(services, LEARNED) == [(TODAY, [], "few_accounts")]
    said = forecast(book, 5)
    assert said is not None
    assert (said.value, said.why) == (None, Unforeseen.FEW_ACCOUNTS)
    assert book.points("predicted_ltv", company="5") == {}


def test_a_start_does_not_wait_for_scipy() -> None:
    said = (
        "import sys, kam_sync.kpi.step; print([m for m in ('scipy', 'numpy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("was", "now", "wrong"),
    [
        ("\n  learned:", "\n  # learned:", "the example has to say what is learned"),
        ("measure: money", "measure: count", "measure has to be money"),
        ("function: predicted_ltv\n", "", "learned is for KPIs with a function"),
        ("function: predicted_ltv", "function: guess", "function"),
    ],
)
def test_what_a_function_lacks_is_said_with_the_file(
    tmp_path: Path, was: str, now: str, wrong: str
) -> None:
    text = (Path(registry.__file__).parent / "definitions" / "predicted_ltv.yaml").read_text(
        "utf-8"
    )
    file = tmp_path / "predicted_ltv.yaml"
    file.write_text(text.replace(was, now), "utf-8")
    with pytest.raises(BadDefinition, match=f"^predicted_ltv.yaml: .*{wrong}"):
        registry.read(file)
