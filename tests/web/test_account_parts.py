"""The parts of an account's page: deals, people, money, key figures, all that happened."""

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

import connectors as gate
from connectors import Happening, Noun, Outcome
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import ZoneStore
from kam_sync.web.pages.everything import Happened, woven
from tests.web.conftest import TestClient
from tests.web.test_account_page import plain
from tests.web.world import WHEN, World, won_deal

PARTS = ("", "/figures", "/deals", "/people", "/money", "/timeline", "/data")
_STAGES = (gate.Stage("1", "Новая", 1, Outcome.OPEN), gate.Stage("2", "Счёт", 2, Outcome.OPEN))


def open_deal(external_id: str, name: str, stage: str, amount: int, days: int) -> gate.Deal:
    """A deal that was opened so many days ago."""
    return gate.Deal(
        external_id, name, "10", stage, Outcome.OPEN, Decimal(amount), "RUB", "1",
        created_at=WHEN - timedelta(days=days), updated_at=WHEN,
    )  # fmt: skip


@pytest.fixture
def account(world: World) -> UUID:
    """An account with three deals, two contacts and two calls."""
    source = world.add_source()
    world.add_companies(source, "Вега")
    world.save(source, Noun.USER, gate.User("7", "Анна Смирнова"))
    world.save(source, Noun.PIPELINE, gate.Pipeline("10", "Продажи", _STAGES))
    world.save(
        source,
        Noun.DEAL,
        open_deal("1", "Насосы", "1", 100_000, 90),
        open_deal("2", "Кабель", "2", 300_000, 5),
        won_deal("3", "1", 200_000, WHEN - timedelta(days=3)),
    )
    world.save(
        source, Noun.CONTACT, gate.Contact("11", "Борис Ткач", "1"),
        gate.Contact("12", "Алла Мышь", "1", "Директор"), gate.Contact("13", "Яков Рой", "1"),
    )  # fmt: skip
    calls = [("c1", "11", 1), ("c2", "12", 96)]
    world.save(
        source, Noun.NOTE,
        *(gate.Activity(key, Happening.CALL, "call_in", WHEN - timedelta(days=days), Noun.CONTACT,
                        contact, "7", True) for key, contact, days in calls),
    )  # fmt: skip
    return own_account(source, "1")


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("lang", ["ru", "en"])
def test_each_part_of_an_account_of_which_nothing_is_known_says_what_is_missing(
    client: TestClient, world: World, part: str, lang: str
) -> None:
    (account,) = world.add_companies(world.add_source(), "Тихая")

    page = client.get(f"/accounts/{account}{part}?lang={lang}")

    assert page.status_code == 200
    assert page.text.count('aria-current="page"') == 2  # of the site and of the account
    assert re.search(r'class="(note|empty)"', page.text.partition('aria-current="page"')[2])


def test_deals_are_summed_by_stage_and_told_by_how_long_they_are_in_it(
    client: TestClient, account: UUID
) -> None:
    page = plain(client.get(f"/accounts/{account}/deals?lang=ru&state=open&sort=stalest").text)

    board = re.findall(r"<li class=\"of-(\w+)\"><span>([^<]+)</span>", page)
    assert board == [("open", "Новая"), ("open", "Счёт"), ("won", "выиграна")]
    assert page.index(">Насосы</a>") < page.index(">Кабель</a>")
    assert '<span class="badge bad">90 дней</span>' in page
    assert "Deal 3" not in page
    assert "Таких сделок нет" in client.get(f"/accounts/{account}/deals?lang=ru&state=lost").text


@pytest.mark.parametrize(
    "bad", ["deals?state=gone", "deals?sort=x", "people?sort=x", "timeline?kind=x",
            "figures?span=9y", "timeline?page=0"],
)  # fmt: skip
def test_what_is_not_known_in_an_address_is_refused(
    client: TestClient, account: UUID, bad: str
) -> None:
    assert client.get(f"/accounts/{account}/{bad}").status_code in {400, 422}


def test_people_come_by_their_last_touch_and_a_long_silence_stands_out(
    client: TestClient, account: UUID
) -> None:
    page = plain(client.get(f"/accounts/{account}/people?lang=ru").text)
    silent = client.get(f"/accounts/{account}/people?lang=ru&sort=silent").text

    assert re.findall(r"<strong><a[^>]*>([^<]+)</a></strong>", page) == [
        "Борис Ткач",
        "Алла Мышь",
        "Яков Рой",
    ]
    assert '<span class="badge bad">96 дней без контакта</span>' in page
    assert "Входящий звонок, Анна Смирнова" in page
    assert re.findall(r"<strong><a[^>]*>([^<]+)</a></strong>", silent)[0] == "Яков Рой"


def test_what_a_robot_wrote_is_no_touch_of_a_person(
    client: TestClient, world: World, account: UUID
) -> None:
    robot = gate.Activity("r1", Happening.NOTE, "service", WHEN, Noun.CONTACT, "13")
    world.save(1, Noun.NOTE, robot)
    page = plain(client.get(f"/accounts/{account}/people?lang=ru").text)
    assert re.findall(r"<strong><a[^>]*>([^<]+)</a></strong>", page) == [
        "Борис Ткач",
        "Алла Мышь",
        "Яков Рой",
    ]


def test_what_is_owed_is_late_by_the_days_of_the_account(
    client: TestClient, world: World, account: UUID
) -> None:
    bill = gate.Invoice("i1", "Счёт", "issued", Decimal(100), "RUB", payer_noun=Noun.COMPANY,
                        payer_external_id="1", issued_on=date(2026, 9, 1),
                        due_on=date(2026, 10, 23))  # fmt: skip
    world.save(1, Noun.INVOICE, bill)
    path = f"/accounts/{account}/money?lang=en"
    assert '<span class="badge bad">31 days</span>' in plain(client.get(path).text)
    with world.services.database.transaction() as session:
        ZoneStore(session).place(account, "Pacific/Honolulu", by="test", now=WHEN)
    assert '<span class="badge bad">30 days</span>' in plain(client.get(path).text)


def test_what_is_owed_is_the_same_in_bars_in_the_list_and_in_the_key_figures(
    client: TestClient, world: World, account: UUID
) -> None:
    source = 1
    bills = (("i1", 100_000, date(2026, 9, 1)), ("i2", 50_000, date(2026, 11, 10)),
             ("i3", 70_000, date(2026, 12, 10)))  # fmt: skip
    world.save(
        source, Noun.INVOICE,
        *(gate.Invoice(key, f"Счёт {key}", "issued", Decimal(amount), "RUB", number=key,
                       payer_noun=Noun.COMPANY, payer_external_id="1",
                       issued_on=date(2026, 8, 20), due_on=due) for key, amount, due in bills),
    )  # fmt: skip
    world.save(
        source, Noun.PAYMENT,
        gate.Payment(external_id="p1", company_external_id="1", paid_on=date(2026, 10, 1),
                     amount=Decimal(40_000), currency="RUB", invoice_external_id="i1"),
    )  # fmt: skip
    world.measure()

    page = plain(client.get(f"/accounts/{account}/money?lang=en").text)

    owed, unpaid = page.split('id="unpaid-title"')
    bars = re.findall(r'<data class="value" value="([\d.]+)"', owed)
    assert [float(one) for one in bars] == [180_000, 70_000, 50_000, 0, 60_000, 0]
    left = re.findall(r'data-label="To be paid"><data class="value" value="([\d.]+)"', unpaid)
    assert [float(one) for one in left] == [60_000, 50_000, 70_000]
    assert '<span class="badge bad">83 days</span>' in unpaid


def test_the_timeline_shows_one_kind_alone_and_what_we_know_ourselves(
    client: TestClient, fallen: UUID, world: World
) -> None:
    world.measure()
    path = f"/accounts/{fallen}/timeline?lang=ru"

    assert "Deal 1-23" in plain(client.get(path).text)
    assert "Deal 1-23" in plain(client.get(f"{path}&kind=deals").text)
    alerts = plain(client.get(f"{path}&kind=alerts").text)
    assert "<strong>Тревога: открыта</strong>" in alerts
    assert "Сделка выиграна" not in alerts
    assert "Такого ещё не было." in client.get(f"{path}&kind=invoices").text


def test_a_page_of_two_lists_holds_what_stands_there_in_their_sum() -> None:
    def at(hour: int) -> Happened:
        return Happened(WHEN - timedelta(hours=hour))

    long, short = [at(hour) for hour in range(0, 60, 2)], [at(hour) for hour in (1, 5, 31, 57)]
    whole = sorted([*long, *short], key=lambda one: one.at, reverse=True)

    def read(skip: int, most: int) -> list[Happened]:
        return long[skip : skip + most]

    pages = [woven(read, short, skip, 7) for skip in range(0, 35, 7)]
    assert [one for page in pages for one in page] == whole


def test_the_chart_marks_what_happened_and_goes_as_far_back_as_is_asked(
    client: TestClient, fallen: UUID, world: World
) -> None:
    day = datetime(2026, 6, 15, tzinfo=WHEN.tzinfo)
    world.save(1, Noun.DEAL, won_deal("big", "1", 9_000_000, day))
    plan = gate.Plan(
        external_id="p", company_external_id="1", kpi="won_revenue", starts_on=date(2026, 10, 1),
        ends_on=date(2026, 11, 30), target=Decimal(6_000_000), currency="RUB",
    )  # fmt: skip
    world.save(1, Noun.PLAN, plan)
    world.measure()
    path = f"/accounts/{fallen}?lang=en&kpi=won_revenue.RUB"
    page = client.get(path).text

    said = re.search(r'id="chart-data">(.+?)</script>', page)
    chart = json.loads(said[1] if said else "")
    assert len(chart["months"]) == 13
    june, november = chart["months"].index("Jun 2026"), chart["months"].index("Nov 2026")
    assert chart["marks"] == {"deals": [june], "alerts": [november], "data": [november]}
    assert chart["notes"][june] == ["Deal won: Deal big, RUB\N{NO-BREAK SPACE}9M"]
    assert sum(value or 0 for value in chart["plan"]) == pytest.approx(6_000_000)
    assert "Jun 15, 2026: Deal won: Deal big" in page
    assert '<li class="of-plan">plan</li>' in page
    all_of_it = client.get(f"/accounts/{fallen}/figures?kpi=won_revenue.RUB&span=all").text
    assert all_of_it.count('<th scope="row">') > 20
