"""Why a KPI moved, of a real store: each cause and each driver shows up in a part of its own."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import connectors as gate
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.store import ZoneStore
from kam_sync.base.clock import stopped_at
from kam_sync.drift.explaining import Explaining
from kam_sync.drift.moved import Against, Driver, Moved, Part, Unsaid
from kam_sync.drift.spans import base_of
from kam_sync.kpi import step
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.splits import Dimension
from kam_sync.kpi.store import RateStore
from kam_sync.wiring import Services
from tests.fakes import joining
from tests.fakes.books import WHEN, Book, deal

SEPTEMBER, OCTOBER = date(2026, 9, 1), date(2026, 10, 1)
BEGUN = datetime(2026, 11, 1, 0, 10, tzinfo=UTC)
"""Ten minutes after October: it is measured for the first time."""


def explained(
    services: Services, account: UUID, kpi: str, later: tuple[date, ...] = (OCTOBER,),
    against: Against = Against.BEFORE,
) -> list[Moved] | Unsaid:  # fmt: skip
    with services.database.transaction() as session:
        explaining = Explaining(session, services.zone, services.settings.currency)
        return explaining.of(account, kpi, later, base_of(later, against))


def moved(book: Book, kpi: str = "won_revenue") -> Moved:
    """The one change of a KPI from September to October, whose parts sum to it."""
    found = explained(book.services, book.account(), kpi)
    assert not isinstance(found, Unsaid)
    [one] = found
    assert sum(one.parts.values()) == one.change == one.now - one.was
    for driver in one.drivers:
        told = sum((member.change for member in driver.members), driver.others)
        assert told + driver.unexplained == one.change
    return one


def told(driver: Driver) -> dict[str, Decimal]:
    assert (driver.others, driver.unexplained) == (0, 0)
    return {member.name: member.change for member in driver.members}


def began(services: Services) -> Book:
    """A book that is first measured right after October."""
    return Book(replace(services, as_of=stopped_at(BEGUN)))


def later(book: Book) -> Book:
    """Three weeks have passed."""
    book.services = replace(book.services, as_of=stopped_at(WHEN))
    book.measure()
    return book


def test_a_fall_is_split_by_pipeline_owner_contact_and_company(services: Services) -> None:
    book = began(services)
    book.save(
        Noun.PIPELINE,
        gate.Pipeline("3300", "Розница", ()),
        gate.Pipeline("44", "Опт", ()),
    )
    book.save(Noun.USER, gate.User("7", "Анна Смирнова"))
    book.save(Noun.CONTACT, gate.Contact("5", "Пётр Ильин", "1"))
    sold = {"owner_external_id": "7", "contact_external_ids": ("5",)}
    book.deals(
        replace(deal("1", opened="2026-09-01", won="2026-09-10", amount=300), **sold),
        replace(
            deal("2", opened="2026-09-01", won="2026-09-30 20:59:59", amount=500),
            pipeline_external_id="44", **sold,
        ),
        deal("3", opened="2026-09-01", won="2026-09-30 21:00:00", amount=250),  # 1 October here
        deal("4", opened="2026-09-01", lost="2026-10-30", amount=999),
    ).measure()  # fmt: skip
    one = moved(book)
    assert (one.was, one.now, one.parts) == (800, 250, {Part.CLIENT: -550})
    by = {driver.dimension: driver for driver in one.drivers}
    assert told(by[Dimension.PIPELINE]) == {"Опт": -500, "Розница": -50}
    assert told(by[Dimension.OWNER]) == {"Анна Смирнова": -800, "": 250}
    assert told(by[Dimension.CONTACT]) == {"Пётр Ильин": -800, "": 250}
    assert told(by[Dimension.COMPANY]) == {"Ромашка": -550}
    [*_, alone] = one.drivers
    assert alone.dimension is Dimension.COMPANY
    [first, second] = by[Dimension.PIPELINE].members
    assert (first.was, first.now, second.was, second.now) == (500, 0, 300, 250)


def test_a_person_with_two_logins_is_one_driver(services: Services) -> None:
    book = began(services)
    for login in ("7", "8"):
        book.save(Noun.USER, gate.User(login, "Анна Смирнова"))
    won = {"opened": "2026-09-01", "won": "2026-09-10"}
    book.deals(
        replace(deal("1", **won, amount=300), owner_external_id="7"),
        replace(deal("2", **won, amount=500), owner_external_id="8"),
        replace(deal("3", **won, amount=50), owner_external_id="99"),
        replace(
            deal("4", opened="2026-09-01", won="2026-10-02", amount=100), owner_external_id="8"
        ),
    ).measure()
    by = {driver.dimension: driver for driver in moved(book).drivers}
    assert told(by[Dimension.OWNER]) == {"Анна Смирнова": -700, "": -50}


def test_late_data_is_a_part_of_its_own(services: Services) -> None:
    book = began(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=300),
        deal("2", opened="2026-09-01", won="2026-10-10", amount=50),
    ).measure()
    book.deals(deal("3", opened="2026-09-01", won="2026-10-12", amount=90))
    assert moved(later(book)).parts == {Part.CLIENT: -250, Part.FACTS: 90}


def test_another_definition_is_a_part_of_its_own(services: Services) -> None:
    book = began(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=300),
        deal("2", opened="2026-09-01", won="2026-10-10", amount=50),
    )
    other = KPIS["won_revenue"].sql.replace("sum(amount)", "sum(2 * amount)")
    kpis = {**KPIS, "won_revenue": KPIS["won_revenue"].model_copy(update={"sql": other})}
    with services.database.transaction() as session:
        step.run(session, BEGUN, services.zone, services.workdays, kpis)
    assert moved(later(book)).parts == {Part.CLIENT: -500, Part.DEFINITION: 250}


def test_a_merge_is_a_part_of_its_own(services: Services) -> None:
    book = began(services)
    book.save(Noun.COMPANY, gate.Company("2", "Фирма 2"))
    flow.match(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=300),
        deal("2", opened="2026-09-01", won="2026-10-10", amount=250),
        replace(deal("3", opened="2026-09-01", won="2026-09-10"), company_external_id="2"),
    ).measure()
    joining.merge(services, book.account("1"), book.account("2"), by="Анна")
    one = moved(later(book))
    assert one.parts == {Part.CLIENT: -50, Part.ACCOUNT: -100}
    by = {driver.dimension: driver for driver in one.drivers}
    assert told(by[Dimension.COMPANY]) == {"Фирма 2": -100, "Ромашка": -50}


def test_a_merge_before_the_month_was_measured_is_in_both_and_no_part(services: Services) -> None:
    book = Book(replace(services, as_of=stopped_at(datetime(2026, 10, 15, tzinfo=UTC))))
    book.save(Noun.COMPANY, gate.Company("2", "Фирма 2"))
    flow.match(services)
    second = replace(deal("3", opened="2026-09-01", won="2026-09-10"), company_external_id="2")
    book.deals(deal("1", opened="2026-09-01", won="2026-09-10", amount=300), second).measure()
    joining.merge(services, book.account("1"), book.account("2"), by="Анна")
    book.measure()
    assert moved(later(book)).parts == {Part.CLIENT: -400}


def test_rates_that_moved_or_were_corrected_are_a_part_of_its_own(services: Services) -> None:
    settings = services.settings.model_copy(update={"currency": "RUB"})
    book = began(replace(services, settings=settings))
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=10, currency="USD"),
        deal("2", opened="2026-09-01", won="2026-10-10", amount=20, currency="USD"),
        deal("3", opened="2026-09-01", won="2026-10-10", amount=7),
    )
    with services.database.transaction() as session:
        rates = [("USD", date(2026, 9, 9), 80), ("USD", date(2026, 10, 9), 90)]
        RateStore(session).save(rates, "test", WHEN)
    book.measure()
    one = moved(book)
    assert (one.was, one.now) == (800, 1807)
    assert one.parts == {Part.CLIENT: 807, Part.RATE: 200}  # ten more at 80; twenty by 10 dearer
    with services.database.transaction() as session:
        RateStore(session).save([("USD", date(2026, 10, 9), 95)], "test", WHEN)
    assert moved(later(book)).parts == {Part.CLIENT: 807, Part.RATE: 300}
    assert [driver.unexplained for driver in moved(book).drivers] == [0] * 4


def test_another_time_zone_is_a_part_and_rows_follow_it(services: Services) -> None:
    book = began(services)
    book.deals(
        deal("1", opened="2026-09-01", won="2026-09-10", amount=300),
        deal("2", opened="2026-09-01", won="2026-09-30 21:30:00", amount=70),  # 1 October here
    ).measure()
    with services.database.transaction() as session:
        ZoneStore(session).place(book.account(), "Europe/London", by="Анна", now=WHEN)
    one = moved(later(book))
    assert (one.was, one.now) == (370, 0)
    assert one.parts == {Part.CLIENT: -230, Part.ZONE: -140}
    assert told(one.drivers[0]) == {"": -370}


def test_a_ratio_says_what_is_above_and_below_its_line(services: Services) -> None:
    book = began(services)
    book.deals(
        *(deal(f"a{n}", opened="2026-06-01", won="2026-07-20") for n in range(3)),
        deal("b", opened="2026-06-01", lost="2026-07-20"),
        deal("c", opened="2026-06-01", lost="2026-10-05"),
        replace(deal("d", opened="2026-06-01", won="2026-10-06"), pipeline_external_id="44"),
    ).measure()
    one = moved(book, "win_rate")
    assert (one.was, one.now) == (75, Decimal("50.00"))
    assert one.terms is not None
    assert one.terms.numerator + one.terms.denominator == -25
    assert (one.terms.numerator, one.terms.unexplained) == (Decimal("-75.00"), 0)
    average = moved(book, "average_won_deal")
    assert (average.change, average.drivers[0].unexplained) == (0, 0)


def test_what_was_open_at_the_end_of_months_is_split_too(services: Services) -> None:
    book = began(services)
    book.deals(
        deal("1", opened="2026-08-01", amount=30),
        deal("2", opened="2026-08-01", won="2026-10-05", amount=500),
        deal("3", opened="2026-10-31 20:59:59", amount=11),
        deal("4", opened="2026-10-31 21:00:00", amount=999),
    ).measure()
    one = moved(book, "open_pipeline")
    assert (one.was, one.now) == (530, 41)
    assert told(one.drivers[0]) == {"": -489}


def test_nothing_can_be_said_without_values_or_without_a_base(services: Services) -> None:
    book = began(services)
    account = book.account()
    assert explained(services, account, "won_revenue") is Unsaid.NO_VALUES
    book.deals(deal("1", opened="2026-10-02", won="2026-10-10")).measure()
    assert explained(services, account, "won_revenue") is Unsaid.NO_BASE
    found = explained(services, account, "won_revenue", against=Against.YEAR_AGO)
    assert found is Unsaid.NO_BASE


def test_a_kpi_that_is_no_sum_has_causes_and_says_that_it_has_no_drivers(
    services: Services,
) -> None:
    book = began(services)
    book.deals(deal("1", opened="2026-08-01", won="2026-08-10")).measure()
    one = moved(book, "days_since_last_won")
    assert (one.drivers, one.no_drivers) == ((), Unsaid.NOT_MADE_OF_ROWS)
    assert one.parts == {Part.CLIENT: 31}
    empty = moved(book)
    assert (empty.change, empty.drivers, empty.no_drivers) == (0, (), Unsaid.NO_ROWS)
