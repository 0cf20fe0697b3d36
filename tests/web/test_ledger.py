"""The ledger by API and on pages, and what asks for a check or a repair."""

from typing import Any

import pytest

from tests.fakes.connecting import ask
from tests.web.conftest import TestClient
from tests.web.parted import Parted, part
from tests.web.world import WHEN, World

LEDGER = "/api/v1/sources/sales/ledger"


@pytest.fixture
def parted(world: World) -> Parted:
    return part(world)


def waiting(world: World) -> list[tuple[Any, ...]]:
    query = """SELECT args ->> 'noun', (args ->> 'repairs')::bool, priority
        FROM procrastinate_jobs ORDER BY id"""
    return ask(world.services, query)


def test_the_ledger_tells_both_sides(client: TestClient, parted: Parted) -> None:
    [deal] = client.get(LEDGER).json()["items"]
    told = {key: deal[key] for key in ("noun", "state", "here", "there", "left", "parted_since")}
    assert told == {
        "noun": "deal", "state": "parted", "here": 2, "there": 3, "left": 2,
        "parted_since": WHEN.date().isoformat(),
    }  # fmt: skip
    assert deal["sums"] == [
        {
            "here": {"amount": "4200.00", "currency": "RUB"},
            "there": {"amount": "5600.00", "currency": "RUB"},
        }
    ]


def test_a_check_tells_the_ids_on_each_side(client: TestClient, parted: Parted) -> None:
    check = client.get(f"{LEDGER}/deal", params={"account": parted.account}).json()
    assert [(one["external_id"], one["kind"]) for one in check["records"]] == [
        ("52", "differing"),
        ("53", "only_there"),
    ]
    assert len(check["history"]) == 1
    lines = client.get(f"{LEDGER}/deal/accounts").json()
    assert lines["items"] == [
        {
            "account_id": parted.account,
            "name": "ООО «Ромашка»",
            "here": 2,
            "there": 3,
            "sum_here": {"amount": "4200.00", "currency": "RUB"},
            "sum_there": {"amount": "5600.00", "currency": "RUB"},
            "differing": 2,
            "held": 0,
            "found": 2,
            "parted_since": WHEN.date().isoformat(),
        }
    ]
    assert lines["next_cursor"] is None


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("deal?day=2020-01-01", 404),
        ("company", 404),
        ("dael", 404),
        ("%00", 404),
        ("deal?day=soon", 422),
        ("deal?dya=2020-01-01", 422),
        ("deal?account=7", 404),
        ("deal/accounts?cursor=x", 400),
    ],
)
def test_what_is_not_there_is_said(
    client: TestClient, parted: Parted, path: str, status: int
) -> None:
    assert parted.source_id
    assert client.get(f"{LEDGER}/{path}").status_code == status


def test_a_check_and_a_repair_are_queued(client: TestClient, world: World, parted: Parted) -> None:
    assert parted.source_id
    assert client.post(f"{LEDGER}/check").json() == {"state": "queued", "nouns": []}
    assert client.post(f"{LEDGER}/check").json()["state"] == "waiting already"
    answer = client.post(f"{LEDGER}/repair")
    assert (answer.status_code, answer.json()["nouns"]) == (202, ["deal"])
    assert waiting(world) == [("", False, 10), ("deal", True, 10)]
    assert client.post(f"{LEDGER}/check", params={"noun": "dael"}).status_code == 404
    foreign = {"Origin": "https://elsewhere.example"}
    assert client.post(f"{LEDGER}/check", headers=foreign).status_code == 403


def test_a_source_that_was_never_synced_cannot_be_compared(
    client: TestClient, world: World
) -> None:
    world.add_source()
    assert client.post(f"{LEDGER}/check").status_code == 409
    assert client.post(f"{LEDGER}/repair").status_code == 409


def test_the_metrics_count_what_is_left(client: TestClient, parted: Parted) -> None:
    assert parted.source_id
    told = client.get("/metrics").text
    assert 'kam_sync_ledger_difference{noun="deal",source="sales"} 2.0' in told
    assert 'kam_sync_ledger_checked_timestamp_seconds{noun="deal",source="sales"}' in told


def test_before_the_first_check_the_page_says_what_will_be(
    client: TestClient, world: World
) -> None:
    world.add_source()
    page = client.get("/sources/sales/ledger", params={"lang": "en"}).text
    assert "Nothing was compared yet" in page
    assert "First the source has to be synced once." in page
    assert "kam-sync ledger check sales" in page


def test_the_page_of_a_check_shows_sums_ids_and_accounts(
    client: TestClient, parted: Parted
) -> None:
    page = client.get("/sources/sales/ledger/deal", params={"lang": "ru"}).text
    for said in (
        "расходится",
        "только в CRM",
        "ООО «Ромашка»",
        "5 600",
        "нашла расхождение, и каждая состоявшаяся после неё тоже.",
        f"/accounts/{parted.account}",
    ):
        assert said in page.replace("\N{NO-BREAK SPACE}", " ")
    assert client.get("/sources/sales/ledger/deal?day=2020-01-01").status_code == 404


def test_the_buttons_of_the_page_queue_and_come_back(
    client: TestClient, world: World, parted: Parted
) -> None:
    assert parted.source_id
    for button in ("check?noun=deal", "repair?noun=deal"):
        answer = client.post(f"/sources/sales/ledger/{button}", follow_redirects=False)
        assert answer.headers["location"] == "/sources/sales/ledger?did=queued"
    assert waiting(world) == [("deal", False, 10), ("deal", True, 10)]
