"""The page of the portfolio and the list of accounts: sorting, filters, and what has changed."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.kpi.portfolio import Place, What, moves
from kam_sync.overseeing import Kind, Overseer, happened
from tests.conftest import NOW
from tests.web.conftest import TestClient
from tests.web.world import World

NAMES = ("Луг", "Поле", "Лес", "Пруд")


@pytest.fixture
def four(world: World) -> World:
    """Four accounts that bought for 400, 300, 200 and 100 a month; the last is nobody's."""
    source = world.add_source()
    world.save(
        source, Noun.USER,
        gate.User("7", "Анна", "anna@example.com"), gate.User("8", "Борис", "boris@example.com"),
    )  # fmt: skip
    owners = ("7", "8", "8", None)
    world.save(source, Noun.COMPANY, *(
        gate.Company(str(n), name, owner_external_id=owner, segment="сеть" if n < 3 else None)
        for n, (name, owner) in enumerate(zip(NAMES, owners, strict=True), 1)
    ))  # fmt: skip
    for n in range(1, 5):
        world.add_months(source, str(n), *[500 - 100 * n] * 25)
    world.measure()
    return world


def listed(client: TestClient, **asked: str) -> list[str]:
    """The names in the table of a page, in their order."""
    page = client.get("/portfolio", params=asked).text.partition('id="list"')[2]
    table = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', table)


LISTED = (
    ({}, ["Луг", "Поле", "Лес", "Пруд"]),
    ({"by": "amount", "reverse": "1"}, ["Пруд", "Лес", "Поле", "Луг"]),
    ({"by": "name"}, ["Лес", "Луг", "Поле", "Пруд"]),
    ({"by": "kam", "reverse": "1"}, ["Поле", "Лес", "Луг", "Пруд"]),
    ({"kam": "boris@example.com"}, ["Поле", "Лес"]),
    ({"kam": "nobody"}, ["Пруд"]),
    ({"class": "A", "by": "name"}, ["Лес", "Луг", "Поле"]),
    ({"segment": "сеть"}, ["Луг", "Поле"]),
    ({"q": "п"}, ["Поле", "Пруд"]),
    ({"q": "%"}, []),
    ({"band": "unknown", "source": "sales"}, []),
)


def test_the_table_is_sorted_and_narrowed_by_its_address(client: TestClient, four: World) -> None:
    for asked, names in LISTED:
        assert listed(client, **asked) == names, asked


def test_the_page_says_how_it_is_sorted_and_keeps_the_filters_in_its_links(
    client: TestClient, four: World
) -> None:
    page = client.get("/portfolio?by=name&kam=boris@example.com&lang=en").text
    turned = "/portfolio?kam=boris%40example.com&amp;by=name&amp;reverse=1"
    assert f'aria-sort="ascending"><a class="sort" href="{turned}"' in page
    assert 'href="/portfolio?kam=boris%40example.com&amp;by=alerts"' in page
    assert "2 accounts." in page


def test_what_cannot_be_asked_for_is_refused(client: TestClient, four: World) -> None:
    wrong = ("by=size", "page=0", "page=x", "class=D", "days=8", "kam=x", "unit=USD", "source=x")
    taken = [one for one in wrong if client.get(f"/portfolio?{one}").status_code not in {404, 422}]
    assert taken == []


def test_a_page_that_is_no_more_leads_to_the_first(client: TestClient, four: World) -> None:
    answer = client.get("/portfolio?page=9&by=name", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/portfolio?by=name")


def test_before_the_first_measuring_the_page_says_what_is_missing(
    client: TestClient, world: World
) -> None:
    world.add_companies(world.add_source(), "Луг")
    assert "Nothing has been pulled yet" in client.get("/portfolio?lang=en").text
    assert client.get("/api/v1/portfolio/accounts").json()["items"] == []


def test_who_looks_after_an_account_is_read_as_of_now(client: TestClient, four: World) -> None:
    moved = gate.Company("1", "Луг", owner_external_id="8")
    four.save(1, Noun.COMPANY, moved)
    [boris, _] = client.get("/api/v1/portfolio").json()["kams"]
    assert (boris["name"], boris["share"]) == ("Борис", 90)


def test_who_is_gone_with_a_source_counts_no_more(client: TestClient, four: World) -> None:
    with four.services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM account WHERE name = 'Луг'"))
    four.measure()
    assert client.get("/api/v1/portfolio").json()["concentration"]["accounts"] == 3


def test_an_account_is_on_the_map_by_what_it_bought_and_how_it_is(
    client: TestClient, four: World
) -> None:
    page = client.get("/portfolio?lang=en").text
    [name] = set(re.findall(r'aria-label="(Луг, [^"]+)"', page))
    assert re.fullmatch(r"Луг, RUB.4\.8K, health \d+ \((good|fair|poor)\)", name)
    assert f"<title>{name}</title>" in page
    assert "style=" not in page


@pytest.mark.heavy
def test_what_moved_between_two_measurings_is_kept_and_told(world: World) -> None:
    source = world.add_source()
    world.add_companies(source, "Луг", "Лес", "Новый")
    world.add_months(source, "1", *[100] * 14)
    world.add_months(source, "2", *[2] * 14)
    world.measure()
    world.add_months(source, "2", *[900] * 14)  # it was larger all the time
    world.add_months(source, "3", 5000)
    world.measure()
    with world.services.database.transaction() as session:
        unit, zone = Overseer(session).unit, world.services.zone
        told = happened(session, unit, NOW, zone, days=7)
    assert [(one.kind, one.account, one.was, one.became) for one in told if one.kind in {
        Kind.CAME, Kind.PARETO,
    }] == [
        (Kind.CAME, "Новый", "", "A"), (Kind.PARETO, "Лес", "C", "A"),
        (Kind.PARETO, "Луг", "A", "B"),
    ]  # fmt: skip


def test_deals_and_contracts_are_told_of_the_days_asked_for(
    client: TestClient, four: World
) -> None:
    won = gate.Deal(
        "big", "Big", "1", "142", gate.Outcome.WON, Decimal(7000), "RUB", "1",
        created_at=NOW, updated_at=NOW, closed_at=NOW - timedelta(days=9),
    )  # fmt: skip
    four.save(1, Noun.DEAL, won)
    ends = (NOW + timedelta(days=5)).date()
    four.save(1, Noun.COMPANY, gate.Company("3", "Лес", contract_ends_on=ends))
    week, month = (
        client.get(f"/portfolio?lang=en&days={days}").text.partition('id="news"')[2]
        for days in (7, 30)
    )
    assert "deal won for RUB" not in week.partition("</section>")[0]
    assert "deal won for RUB\N{NO-BREAK SPACE}7K" in month.partition("</section>")[0]
    assert "contract ends on" in week


@pytest.mark.parametrize(
    ("was", "now", "what"),
    [
        (None, Place(Decimal(1), "C"), [(What.CAME, None, "C")]),
        (Place(Decimal(1), "C"), None, [(What.WENT, "C", None)]),
        (Place(Decimal(1), "C", "good"), Place(Decimal(9), "A", "poor"),
         [(What.PARETO, "C", "A"), (What.HEALTH, "good", "poor")]),
        (Place(Decimal(1), "C"), Place(Decimal(1), "C", "poor"), []),
        (None, None, []),
    ],
)  # fmt: skip
def test_a_move_is_between_two_known_places(
    was: Place | None, now: Place | None, what: list[tuple[What, str | None, str | None]]
) -> None:
    assert [(one.what, one.was, one.became) for one in moves(was, now)] == what


def test_accounts_are_listed_by_each_figure_page_after_page(
    client: TestClient, four: World
) -> None:
    def names(**asked: str) -> list[str]:
        page = client.get("/accounts", params=asked).text.partition("<tbody>")[2]
        return re.findall(r'<th scope="row"><a [^>]*>([^<]+)</a>', page)

    assert names() == ["Лес", "Луг", "Поле", "Пруд"]
    assert names(by="revenue") == ["Луг", "Поле", "Лес", "Пруд"]
    assert names(by="revenue", reverse="1") == ["Пруд", "Лес", "Поле", "Луг"]
    assert names(owner="boris@example.com") == ["Лес", "Поле"]
    assert names(alerts="yes") == []
    assert names(there="no") == []
    assert len(names(by="days")) == len(names(by="alerts")) == 4
    assert client.get("/accounts?by=size").status_code == 422
