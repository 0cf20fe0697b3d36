"""Lists are walked page by page, each item once, and a wrong cursor is refused."""

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.kpi.registry import KPIS
from kam_sync.web.paging import Cursor, number, text
from tests.web.world import World


def walk(client, path: str, limit: int) -> list[dict]:
    """All items of a list, page by page."""
    items, cursor = [], None
    while True:
        params = {"limit": limit} | ({"cursor": cursor} if cursor else {})
        page = client.get(path, params=params).json()
        assert len(page["items"]) <= limit
        items += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return items


@pytest.mark.parametrize("limit", [1, 2, 3, 6, 7, 200])
def test_every_list_gives_each_item_once(client, world: World, limit: int) -> None:
    for name in ("east", "west"):
        source_id = world.add_source(name)
        world.add_companies(source_id, "Same", "Same", "Другая")
        contacts = [gate.Contact(f"a{n}", "Ann", "1") for n in range(3)]
        world.save(source_id, Noun.CONTACT, *contacts)
        world.set_aside(source_id, 6)
        world.add_run(source_id)
    for path, key, count in (
        ("/api/v1/accounts", "id", 6),
        ("/api/v1/sources", "id", 2),
        ("/api/v1/runs", "id", 2),
        ("/api/v1/sources/east/set-aside", "external_id", 6),
        ("/api/v1/kpis", "key", len(KPIS)),
    ):
        found = [item[key] for item in walk(client, path, limit)]
        assert len(found) == len(set(found)) == count, path
    contacts = [(c["source"], c["external_id"]) for c in walk(client, "/api/v1/contacts", limit)]
    assert len(contacts) == len(set(contacts)) == 6


@pytest.mark.parametrize("limit", [1, 2, 5])
def test_alerts_and_kpis_of_an_account_are_walked_once(client, world: World, limit: int) -> None:
    source_id = world.add_source()
    ids = world.add_companies(source_id, "A", "B", "C")
    for company in ("1", "2", "3"):
        world.add_months(source_id, company, *[1000] * 21, 100, 100, 100)
    world.measure()

    alerts = [alert["id"] for alert in walk(client, "/api/v1/alerts?state=open", limit)]
    kpis, at_once = (
        [kpi["kpi"] for kpi in walk(client, f"/api/v1/accounts/{ids[0]}/kpis", most)]
        for most in (limit, 200)
    )

    assert len(alerts) == len(set(alerts)) >= 3
    assert kpis == at_once
    assert len(kpis) == len(set(kpis)) >= 6


def test_a_page_has_fifty_items_unless_told(client, world: World) -> None:
    world.add_companies(world.add_source(), *(f"Company {n:03}" for n in range(51)))

    page = client.get("/api/v1/accounts").json()

    assert len(page["items"]) == 50
    assert page["next_cursor"]


OTHER = Cursor("accounts", text, text).write("name", "no uuid")
HUGE = Cursor("runs", text).write("9" * 40)
NUL = Cursor("sources", text).write("a\x00b")


@pytest.mark.parametrize(
    ("path", "cursor"),
    [
        ("accounts", "nonsense"), ("accounts", ""), ("accounts", "é"), ("accounts", OTHER),
        ("contacts", OTHER), ("runs", HUGE), ("sources", NUL), ("alerts", "W10"), ("kpis", "MQ"),
        ("tasks", Cursor("records", number, text).write(2**40, "1")),
    ],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_a_problem(client, path: str, cursor: str) -> None:
    answer = client.get(f"/api/v1/{path}", params={"cursor": cursor})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"].startswith("cursor: ")


@pytest.mark.parametrize("params", ["limit=0", "limit=201", "limit=x", "lmit=5", "q=%00"])
def test_a_wrong_or_unknown_parameter_is_refused(client, params: str) -> None:
    answer = client.get(f"/api/v1/accounts?{params}")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"].startswith("query.")
