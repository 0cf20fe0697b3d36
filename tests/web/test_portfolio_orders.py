"""In which order the portfolio, its people and the accounts are shown, where figures differ."""

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.alerts.store import StakeStore
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World


@pytest.fixture
def fallen_two(world: World) -> World:
    """Луг and Поле buy less than usual and have alerts, Лес is steady; Пруд, which is nobody's, has
    just bought once, so that its health is not known."""
    source = world.add_source()
    world.save(
        source, Noun.USER,
        gate.User("7", "Анна", "anna@example.com"), gate.User("8", "Борис", "boris@example.com"),
    )  # fmt: skip
    world.save(
        source, Noun.COMPANY,
        gate.Company("1", "Луг", owner_external_id="7"),
        gate.Company("2", "Поле", owner_external_id="8"),
        gate.Company("3", "Лес", owner_external_id="8"), gate.Company("4", "Пруд"),
    )  # fmt: skip
    large = [2_900_000 + 100_000 * (month % 3 - 1) for month in range(21)]
    small = [900_000 + 50_000 * (month % 3 - 1) for month in range(21)]
    world.add_months(source, "1", *large, 1_200_000, 1_200_000, 1_200_000)
    world.add_months(source, "2", *small, 200_000, 200_000, 200_000)
    world.add_months(source, "3", *[200_000] * 25)
    world.add_months(source, "4", 100_000)
    world.measure()
    with world.services.database.transaction() as session:
        session.execute(sa.text("UPDATE account SET is_active = false WHERE name = 'Пруд'"))
    return world


def rows(client: TestClient, path: str, table: str = 'id="accounts"', **asked: str) -> str:
    """The names in a table of a page, in their order."""
    answer = client.get(path, params=asked)
    assert answer.status_code == 200, answer.text
    body = answer.text.partition(table)[2].partition("<tbody>")[2].partition("</tbody>")[0]
    return " ".join(re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', body))


def column(client: TestClient, table: str, name: str, **asked: str) -> Iterator[str]:
    """A column of a file for programs."""
    answer = client.get(f"/export/{table}.csv", params={"plain": "1", **asked})
    return (row[name] for row in csv.DictReader(StringIO(answer.text, newline="")))


def test_the_portfolio_in_each_order_and_turned_round(
    client: TestClient, fallen_two: World
) -> None:
    found = {
        by: (
            rows(client, "/portfolio", 'id="list"', by=by),
            rows(client, "/portfolio", 'id="list"', by=by, reverse="1"),
        )
        for by in ("health", "alerts", "risk", "class", "share")
    }
    assert found == {
        "health": ("Поле Луг Лес Пруд", "Лес Луг Поле Пруд"),  # not known is always last
        "alerts": ("Луг Поле Лес Пруд", "Лес Пруд Луг Поле"),
        "risk": ("Луг Поле Лес Пруд", "Лес Пруд Поле Луг"),
        "class": ("Луг Поле Лес Пруд", "Пруд Лес Луг Поле"),
        "share": ("Луг Поле Лес Пруд", "Пруд Лес Поле Луг"),
    }


def test_the_portfolio_is_narrowed_by_how_healthy_accounts_are(
    client: TestClient, fallen_two: World
) -> None:
    bands = ("poor", "fair", "good", "unknown")
    found = [rows(client, "/portfolio", 'id="list"', band=band) for band in bands]
    assert found == ["Поле", "Луг Лес", "", "Пруд"]


@pytest.mark.heavy
def test_people_in_each_order_with_what_is_not_known_last(
    client: TestClient, fallen_two: World
) -> None:
    found = {
        by: (
            rows(client, "/portfolio", 'id="kams"', kby=by, lang="en"),
            rows(client, "/portfolio", 'id="kams"', kby=by, kreverse="1", lang="en"),
        )
        for by in ("share", "main", "smaller", "health", "alerts", "risk", "name")
    }
    assert found == {
        "share": ("Анна Борис nobody", "nobody Борис Анна"),
        "main": ("Анна Борис nobody", "nobody Анна Борис"),
        "smaller": ("Борис nobody Анна", "Анна Борис nobody"),
        "health": ("Анна Борис nobody", "Борис Анна nobody"),
        "alerts": ("Анна Борис nobody", "nobody Анна Борис"),
        "risk": ("Анна Борис nobody", "nobody Борис Анна"),
        "name": ("Анна Борис nobody", "Борис Анна nobody"),
    }
    asked = {"kby": "health", "kreverse": "true", "lang": "en"}
    of_file = column(client, "kams", "responsible", **asked)
    assert list(of_file) == ["Борис", "Анна", "nobody"]


def test_accounts_are_narrowed_by_alerts_and_by_being_there(
    client: TestClient, fallen_two: World
) -> None:
    assert rows(client, "/accounts", alerts="yes") == "Луг Поле"
    assert rows(client, "/accounts", alerts="no") == "Лес Пруд"
    assert rows(client, "/accounts", there="no") == "Пруд"
    assert rows(client, "/accounts", there="yes") == "Лес Луг Поле"


def test_accounts_are_listed_by_health_and_by_how_it_changed(
    client: TestClient, fallen_two: World
) -> None:
    assert rows(client, "/accounts", by="health") == "Поле Луг Лес Пруд"
    assert rows(client, "/accounts", by="health", reverse="1") == "Лес Луг Поле Пруд"
    worst, best = (rows(client, "/accounts", by="change", reverse=way) for way in ("0", "1"))
    assert (worst.split()[-1], best.split()[-1]) == ("Пруд", "Пруд")  # not known is last
    assert worst.split()[:3] == best.split()[2::-1]
    changes = {
        name: float(change)
        for name, change in zip(
            column(client, "accounts", "name", by="change"),
            column(client, "accounts", "health_change", by="change"), strict=True,
        )
        if change
    }  # fmt: skip
    assert " ".join(changes) == " ".join(worst.split()[:3])
    assert list(changes.values()) == sorted(changes.values())


def test_a_house_without_deals_sees_what_was_shipped(client: TestClient, world: World) -> None:
    source = world.add_source()
    world.add_companies(source, "Луг")
    world.save(source, Noun.SHIPMENT, *(
        gate.Shipment(
            external_id=str(month), company_external_id="1", shipped_on=date(2026, month, 5),
            amount=Decimal(100), currency="RUB",
        )
        for month in range(1, 11)
    ))  # fmt: skip
    world.measure()
    page = client.get("/accounts?lang=en").text
    assert "Shipped in 12 months" in page
    assert "Won in 12 months" not in page
    assert [float(one) for one in column(client, "accounts", "sell_in_RUB")] == [1000]


def test_only_what_people_were_told_of_is_told_to_be_over(fallen_two: World) -> None:
    def over() -> int:
        with fallen_two.services.database.transaction() as session:
            return len(StakeStore(session).over(WHEN - timedelta(days=1), 9))

    def change(sentence: str) -> None:
        with fallen_two.services.database.transaction() as session:
            session.execute(sa.text(sentence))

    change("UPDATE alert SET state = 'resolved', resolved_at = now()")
    assert over() == 4
    change("UPDATE alert_change SET is_quiet = true")
    assert over() == 0
    change("UPDATE alert_change SET is_quiet = false, change = 'uncovered'")
    assert over() == 4
