"""A held deletion is shown, approved and rejected by API and by page."""

from decimal import Decimal
from hashlib import sha256
from typing import Any, ClassVar

import pytest

import connectors as gate
from connectors import Connector, Noun, Outcome, RawRecord, RetryLater
from kam_sync.intake.model import Access, HeldWhy, Source
from kam_sync.intake.store import HeldStore, RawStore
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.web.conftest import TestClient
from tests.web.world import WHEN, World

TOKEN = sha256(b"1 2").hexdigest()[:12]
HELD = "/api/v1/sources/sales/held"


@pytest.fixture
def held(world: World) -> int:
    """Two companies of a source, both held; returns the id of the deletion."""
    source_id = world.add_source()
    world.add_companies(source_id, "ООО «Ромашка»", "ООО «Лютик»")
    deal = gate.Deal("51", "Кабель", "1", "2", Outcome.OPEN, Decimal(2_100), "RUB", "1")
    world.save(source_id, Noun.DEAL, deal)
    raws = [RawRecord(Noun.COMPANY, key, {"id": int(key), "name": key}) for key in ("1", "2")]
    with world.services.database.transaction() as session:
        RawStore(session, source_id).keep(Noun.COMPANY, raws, WHEN)
        store = HeldStore(session, source_id)
        store.hold(Noun.COMPANY, {"1": None, "2": None}, live=8, why=HeldWhy.SHARE, now=WHEN)
        return store.waiting()[0].id


def test_what_is_held_is_told_with_what_it_would_do(client: TestClient, held: int) -> None:
    assert client.get(HELD).json() == {
        "items": [
            {
                "id": str(held),
                "noun": "company",
                "count": 2,
                "live": 8,
                "token": TOKEN,
                "percent": 25,
                "why": "2 of 8 (25%) would be deleted; so many within a day, or all, need a person",
                "found_at": "2026-11-23T09:00:00Z",
                "sample": [
                    {"external_id": "1", "name": "ООО «Ромашка»"},
                    {"external_id": "2", "name": "ООО «Лютик»"},
                ],
                "open_amounts": [{"amount": "2100.00", "currency": "RUB"}],
            }
        ]
    }


def test_an_approval_deletes_at_once(client: TestClient, world: World, held: int) -> None:
    answer = client.post(f"{HELD}/{held}/approve?seen={TOKEN}")
    assert answer.json() == {"state": "approved", "records": 2}
    gone = "SELECT external_id FROM company WHERE is_deleted ORDER BY 1"
    assert ask(world.services, gone) == [("1",), ("2",)]
    assert client.get(HELD).json() == {"items": []}


def test_a_rejection_keeps(client: TestClient, world: World, held: int) -> None:
    answer = client.post(f"{HELD}/{held}/reject?seen={TOKEN}")
    assert answer.json() == {"state": "rejected", "records": 2}
    assert ask(world.services, "SELECT count(*) FROM company WHERE is_deleted") == [(0,)]


def test_what_was_decided_is_not_decided_again(client: TestClient, held: int) -> None:
    client.post(f"{HELD}/{held}/reject?seen={TOKEN}")
    again = client.post(f"{HELD}/{held}/approve?seen={TOKEN}")
    assert (again.status_code, "rejected already" in again.json()["detail"]) == (400, True)


def test_what_is_not_held_cannot_be_decided(client: TestClient, held: int) -> None:
    assert client.post(f"{HELD}/{held + 1}/approve?seen={TOKEN}").status_code == 404
    assert client.post(f"{HELD}/{2**63}/approve?seen={TOKEN}").status_code == 422
    assert client.post(f"/api/v1/sources/none/held/{held}/approve?seen={TOKEN}").status_code == 404


def test_an_approval_while_the_source_is_pulled_is_refused(
    client: TestClient, world: World, held: int
) -> None:
    with world.services.database.alone("source 1"):
        assert client.post(f"{HELD}/{held}/approve?seen={TOKEN}").status_code == 409
    assert len(client.get(HELD).json()["items"]) == 1


@pytest.mark.parametrize("path", [HELD, "/sources/1/held"])
@pytest.mark.parametrize("what", ["approve", "reject"])
def test_a_decision_about_others_than_were_seen_is_refused(
    client: TestClient, held: int, path: str, what: str
) -> None:
    answer = client.post(f"{path}/{held}/{what}?seen=000000000000")
    assert (answer.status_code, "changed since, 2 now" in answer.text) == (409, True)
    assert client.post(f"{path}/{held}/{what}").status_code == 422
    assert len(client.get(HELD).json()["items"]) == 1


class Watched(Services):
    """Services that note how many connections are in use while a CRM is opened."""

    in_use: ClassVar[list[int]] = []

    def open(self, source: Source, access: Access) -> Connector:
        pool: Any = self.database.engine.pool
        self.in_use.append(pool.checkedout())
        raise RetryLater("not now")


@pytest.mark.parametrize("path", [HELD, "/sources/1/held"])
def test_an_approval_holds_one_connection_while_the_crm_is_asked(
    world: World, held: int, path: str
) -> None:
    plain = {name: getattr(world.services, name) for name in Services.__dataclass_fields__}
    Watched.in_use.clear()
    with TestClient(create_app(Watched(**plain))) as client:
        client.post(f"{path}/{held}/approve?seen={TOKEN}", follow_redirects=False)
    assert Watched.in_use == [1]  # that of the lock


def test_another_site_may_not_decide(client: TestClient, held: int) -> None:
    stranger = {"Origin": "http://evil.example"}
    for path in (
        f"{HELD}/{held}/approve?seen={TOKEN}",
        f"/sources/1/held/{held}/approve?seen={TOKEN}",
    ):
        assert client.post(path, headers=stranger).status_code == 403


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["A deletion waits for you: Companies", "2 of 8 (25%) would be deleted"]),
        ("ru", ["Удаление ждёт вашего решения: Компании", "2 из 8 (25"]),
    ],
)
def test_the_page_shows_what_waits_and_its_buttons_decide(
    client: TestClient, held: int, lang: str, words: list[str]
) -> None:
    page = client.get(f"/sources/sales?lang={lang}").text
    for said in (
        *words,
        "ООО «Ромашка» (1)",
        f'action="/sources/1/held/{held}/reject?seen={TOKEN}"',
    ):
        assert said in page
    answer = client.post(f"/sources/1/held/{held}/approve?seen={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sources/sales#held")
    assert f"/held/{held}/" not in client.get("/sources/sales").text
