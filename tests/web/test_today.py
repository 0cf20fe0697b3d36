"""Today: what it lists, how it is sifted, and what its buttons do without a script."""

import csv
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import quote
from uuid import UUID

import pytest
import sqlalchemy as sa

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.store import KpiStore
from kam_sync.web.sifting import Sieve
from tests.web.conftest import TestClient
from tests.web.test_pages import plain
from tests.web.world import WHEN, World

_MANY = """
    INSERT INTO alert SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(), 'rule', 'r' || n, 'assignee', 'Анна ' || n % 3, 'rank', n
    ))).* FROM alert a, generate_series(1, 69) n
"""


@pytest.fixture
def alert(client: TestClient, fallen: UUID) -> str:
    """The id of the only open alert."""
    [found] = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    return str(found["id"])


def ids(page: str) -> list[str]:
    """The alerts of a page in their order."""
    return re.findall(r'id="alert-([0-9a-f-]+)"', page)


def test_a_row_has_the_number_the_reason_the_money_and_a_line(
    client: TestClient, alert: str
) -> None:
    page = plain(client.get("/").text)
    row = page[page.index(f'id="alert-{alert}"') :]
    for said in ("1,2 млн ₽", "обычно 2,9 млн ₽", "под угрозой 20,4 млн ₽ в год", "Анна Смирнова"):
        assert said in row
    assert row.count("<polyline") == 1
    assert 'class="trend-band"' in row
    assert "1 тревога ждёт ответа, <strong>под угрозой около 20,4 млн ₽</strong>" in page


def test_without_a_script_an_act_leads_back_to_the_same_choice_and_says_so(
    client: TestClient, alert: str
) -> None:
    sent = {"do": "acknowledge", "back": "?state=all&owner=Анна Смирнова"}
    page = client.post(f"/alerts/{alert}", data=sent)
    assert page.url.path == "/"
    assert page.url.params["state"] == "all"
    assert page.url.params["owner"] == "Анна Смирнова"
    assert "Вы взяли это в работу" in page.text
    assert ">Отменить</button>" in page.text
    undone = client.post(f"/alerts/{alert}", data={"do": "wake", "back": "?state=all&owner="})
    assert "Снова ждёт ответа" in undone.text
    assert ids(client.get("/").text) == [alert]


def test_the_way_back_leads_to_no_other_site(client: TestClient, alert: str) -> None:
    sent = {"do": "comment", "note": "звонил", "back": "//evil.example/?state=all"}
    answer = client.post(f"/alerts/{alert}", data=sent, follow_redirects=False)
    assert answer.headers["location"].startswith("/?")


def test_what_is_closed_says_that_it_stays_so_and_is_listed_as_over(
    client: TestClient, alert: str
) -> None:
    page = client.post(f"/alerts/{alert}", data={"do": "resolve", "outcome": "false", "back": "?"})
    assert "Закрыто: ложная тревога. Открыть снова нельзя" in page.text
    assert ">Отменить</button>" not in page.text
    assert "Всё спокойно" in client.get("/").text
    assert ids(client.get("/?state=over").text) == [alert]


def test_an_address_that_says_what_is_not_so_is_not_believed(
    client: TestClient, alert: str
) -> None:
    for did in ("acknowledge", "resolve", "dance"):
        assert "<strong>ООО" not in client.get(f"/?did={did}&alert={alert}").text
    assert client.get(f"/?did=comment&alert={UUID(int=0)}").status_code == 200
    assert client.get("/?did=comment&alert=nonsense").status_code == 200


@pytest.mark.parametrize(
    "back", ["/stranger.example", "//stranger.example", "?x=//stranger.example"]
)
def test_the_way_back_leads_nowhere_but_to_today(client: TestClient, alert: str, back: str) -> None:
    page = client.get(f"/alerts/{alert}", params={"do": "comment", "back": back}).text
    assert "stranger.example" not in page.partition("<main")[2].partition("</main>")[0]
    said = {"do": "acknowledge", "back": back}
    answer = client.post(f"/alerts/{alert}", data=said, follow_redirects=False)
    assert answer.headers["location"].startswith("/?state=needs&owner=&did=")


def test_a_task_that_cannot_be_made_changes_nothing_and_says_why(
    client: TestClient, world: World, alert: str
) -> None:
    made = client.post(f"/alerts/{alert}", data={"do": "task", "back": "?"})
    assert "Задача отправляется в CRM" in made.text
    assert world.deferred_writes == [1]
    assert client.post(f"/alerts/{UUID(int=0)}", data={"do": "task"}).status_code == 404


def test_the_list_is_sifted_counted_and_turned_page_by_page(
    client: TestClient, world: World, alert: str
) -> None:
    with world.services.database.transaction() as session:
        session.execute(sa.text(_MANY))
    first, second = client.get("/?owner=").text, client.get("/?owner=&page=2").text
    assert (len(ids(first)), len(ids(second))) == (50, 20)
    assert len({*ids(first), *ids(second)}) == 70
    assert "51–70 из 70" in second
    assert "На этой странице больше ничего нет" in client.get("/?owner=&page=9").text

    mine = client.get(f"/?owner={quote('Анна 1')}").text
    assert len(ids(mine)) == 23
    assert "Анна 1 (23)" in mine
    assert "Анна 2 (23)" in mine
    assert len(ids(client.get("/").text)) == 23  # it is remembered
    client.get("/?owner=")
    assert len(ids(client.get("/").text)) == 50
    hidden = client.get("/?owner=&q=Василёк").text
    assert "По этому выбору ничего нет" in hidden
    assert 'href="/?state=needs&amp;owner="' in hidden


def test_an_address_is_read_leniently_and_written_in_full() -> None:
    odd = Sieve.of({"state": "??", "severity": "x", "family": "", "page": "²", "q": "a\x00b"})
    assert odd == Sieve(q="ab")
    said = Sieve.of({"state": "all", "page": "3"}, owner="Анна")
    assert said.query() == "?state=all&owner=%D0%90%D0%BD%D0%BD%D0%B0"
    assert said.query(owner="", page=2) == "?state=all&owner=&page=2"
    assert Sieve.of({"owner": ""}, owner="Анна").owner == ""


def test_the_header_names_what_is_not_fresh(client: TestClient, world: World, alert: str) -> None:
    assert "Устарело" not in client.get("/").text
    with world.services.database.transaction() as session:
        IncidentStore(session).open(IncidentKind.OVERDUE, "source:1", {}, WHEN, source_id=1)
    assert "Устарело: sales" in client.get("/").text


def test_when_all_is_answered_it_says_where_that_is(client: TestClient, alert: str) -> None:
    client.post(f"/alerts/{alert}", data={"do": "acknowledge"})
    assert "На всё есть ответ" in client.get("/").text
    assert ids(client.get("/?state=taken").text) == [alert]
    assert "Здесь пусто" in client.get("/?state=away").text


def test_the_latest_values_of_many_series_come_in_one_statement(world: World, fallen: UUID) -> None:
    with world.services.database.transaction() as session:
        key = (fallen, "won_revenue", "RUB", Grain.MONTH)
        absent = (fallen, "won_revenue", "EUR", Grain.MONTH)
        found = KpiStore(session).latest([key, absent], most=4)
        assert {one: series.values for one, series in found.items()} == {
            key: (3_000_000.0, 1_200_000.0, 1_200_000.0, 1_200_000.0)
        }


def test_only_what_people_knew_of_and_what_is_fresh_counts_as_over(
    client: TestClient, world: World, alert: str
) -> None:
    client.post(f"/alerts/{alert}", data={"do": "resolve", "outcome": "true"})
    with world.services.database.transaction() as session:
        store, now = AlertStore(session), world.services.now()
        assert [str(one.id) for one in store.over_since(now - timedelta(1), limit=5)] == [alert]
        assert store.over_since(now + timedelta(1), limit=5) == []


def test_the_alerts_in_a_file_are_those_that_today_shows(client: TestClient, fallen: UUID) -> None:
    def found(**asked: str) -> int:
        text = client.get("/export/alerts.csv", params={"plain": 1, **asked}).text
        return len(list(csv.DictReader(StringIO(text, newline=""))))

    everything = found()
    assert everything > 0
    assert (found(state="needs"), found(state="taken"), found(q="nobody")) == (everything, 0, 0)
    assert "/export/alerts.xlsx?state=needs" in client.get("/").text
