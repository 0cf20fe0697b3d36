"""Money in one currency: each row by the rate of its own day, or as it was."""

from dataclasses import asdict, replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.rates import LASTS_DAYS
from kam_sync.kpi.store import PlanStore, RateStore
from kam_sync.kpi.store.layout import statements
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes.books import WHEN, Book, deal
from tests.fakes.connecting import ask

Rates = dict[tuple[str, date], Decimal]

RATES: Rates = {
    ("USD", date(2026, 9, 4)): Decimal("80.5"),
    ("USD", date(2026, 10, 2)): Decimal(90),
    ("KZT", date(2026, 9, 4)): Decimal("0.1612"),  # 16.12 for a hundred
}


def kept(services: Services, rates: Rates) -> None:
    with services.database.transaction() as session:
        rows = [(currency, on, rate) for (currency, on), rate in rates.items()]
        RateStore(session).save(rows, "test", WHEN)


def in_(services: Services, currency: str) -> Services:
    return replace(services, settings=services.settings.model_copy(update={"currency": currency}))


def worth(rates: Rates, currency: str, day: date) -> Decimal | None:
    """In roubles, said without the database."""
    if currency == "RUB":
        return Decimal(1)
    known = [on for code, on in rates if code == currency and on <= day]
    newest = max(known, default=None)
    if newest is None or (day - newest).days > LASTS_DAYS:
        return None
    return rates[currency, newest]


def test_each_row_is_converted_by_its_own_day_or_stays(services: Services) -> None:
    book = Book(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-06", currency="USD"),  # Sunday: Friday's rate
        deal("2", opened="2026-09-01", won="2026-09-13 22:00:00", currency="USD"),  # the 14th here
        deal("3", opened="2026-09-01", won="2026-09-15", currency="USD"),  # too old
        deal("4", opened="2026-09-01", won="2026-09-07", currency="RUB"),
        deal("5", opened="2026-09-01", won="2026-10-05", currency="USD"),
        deal("6", opened="2026-09-01", won="2026-09-08", currency="KZT"),
    )
    kept(services, RATES)
    book.measure()
    assert book.points("won_revenue", "USD")["2026-09"] == 300
    own = ask(services, "SELECT * FROM series ORDER BY 1, 2, 3, 4, 5")

    book.services = in_(services, "RUB")
    book.measure()
    said = book.points("won_revenue")
    assert (said["2026-09"], said["2026-10"]) == (Decimal("16216.12"), 9000)
    assert book.points("won_revenue", "USD")["2026-09"] == 100
    assert not book.points("won_revenue", "KZT")
    with services.database.transaction() as session:
        store = RateStore(session)
        assert [asdict(m) for m in store.missing("RUB", WHEN, services.zone)] == [
            {"currency": "USD", "rows": 1, "first_on": (day := date(2026, 9, 15)), "last_on": day}
        ]

    plan = gate.Plan(
        external_id="1",
        company_external_id="1",
        kpi="won_revenue",
        starts_on=date(2026, 9, 7),
        ends_on=date(2026, 10, 6),
        target=Decimal(10),
        currency="USD",
    )
    book.save(Noun.PLAN, plan)
    with services.database.transaction() as session:
        asked = {"today": date(2026, 10, 1), "since": date(2026, 9, 1)}
        found = [
            PlanStore(session).of_account(book.account(), **asked, currency=currency)[0]
            for currency in ("", "RUB", "KZT", "EUR")
        ]
    assert [(one.currency, round(one.target, 2)) for one in found] == [
        ("USD", 10), ("RUB", 805), ("KZT", Decimal("4993.80")), ("USD", 10),
    ]  # fmt: skip

    kept(services, {("USD", date(2026, 9, 12)): Decimal(70)})
    book.measure()
    assert book.points("won_revenue")["2026-09"] == Decimal("8050") + 7000 + 7000 + 100 + Decimal(
        "16.12"
    )
    assert not book.points("won_revenue", "USD")

    book.services = in_(services, "USD")
    book.measure()
    assert book.points("won_revenue", "USD")["2026-09"] == round(
        300 + (100 + Decimal("16.12")) / Decimal("80.5"), 4
    )

    book.services = services
    book.measure()
    shown = [(row[:6], row[6]) for row in ask(services, "SELECT * FROM series ORDER BY 1,2,3,4,5")]
    assert shown == [(row[:6], row[6]) for row in own]


DAYS = st.integers(0, 60).map(lambda n: date(2026, 8, 1) + timedelta(days=n))
MONEY = st.tuples(st.sampled_from(("RUB", "USD", "KZT")), DAYS, st.integers(1, 10**6))


@pytest.mark.heavy
@settings(max_examples=5, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    deals=st.lists(MONEY, min_size=1, max_size=6),
    invoices=st.lists(MONEY, max_size=6),
    rates=st.dictionaries(
        st.tuples(st.sampled_from(("USD", "KZT")), DAYS),
        st.decimals("0.01", "200", places=4),
        max_size=8,
    ),
    to=st.sampled_from(("RUB", "USD")),
)
def test_all_money_is_what_a_person_would_reckon(
    services: Services,
    deals: list[tuple[str, date, int]],
    invoices: list[tuple[str, date, int]],
    rates: Rates,
    to: str,
) -> None:
    empty(services.database)
    book = Book(in_(services, to))
    kept(services, rates)
    book.deals(
        *(
            deal(str(n), opened="2026-07-01", won=f"{day} 09:00:00", amount=sum_, currency=code)
            for n, (code, day, sum_) in enumerate(deals)
        )
    )
    book.save(
        Noun.INVOICE,
        *(
            gate.Invoice(
                str(n), f"Счёт {n}", "sent", Decimal(sum_), code, None, Noun.COMPANY, "1",
                issued_on=day, due_on=day,
            )
            for n, (code, day, sum_) in enumerate(invoices)
        ),
    )  # fmt: skip
    book.measure()
    for kpi, rows in (("realised_ltv", deals), ("receivables", invoices)):
        wanted: dict[str, Decimal] = {}
        for code, day, amount in rows:
            of, target = worth(rates, code, day), worth(rates, to, day)
            is_known = code == to or (of is not None and target is not None)
            unit = to if is_known else code
            factor = of / target if of and target and code != to else Decimal(1)
            wanted[unit] = wanted.get(unit, Decimal(0)) + amount * factor
        found = {
            unit: value
            for unit in ("RUB", "USD", "KZT")
            for value in [book.points(kpi, unit).get("2026-10")]
            if value is not None
        }
        assert found.keys() == wanted.keys()
        assert all(abs(found[unit] - wanted[unit]) < Decimal("0.001") for unit in found)


def test_nothing_is_laid_out_for_rates_where_no_currency_is_set() -> None:
    formula = "SELECT * FROM deals JOIN invoices USING (account_id)"
    plain = list(statements("account_link", [formula], Grain.MONTH))
    assert not [one for one in plain if "kpi_rate" in one]
    assert "kpi_rate" in "".join(statements("account_link", [formula], Grain.MONTH, converts=True))
