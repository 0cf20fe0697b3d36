"""Accounts and records over HTTP."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

import connectors as gate
from connectors import Noun, Outcome
from kam_sync.accounts.store import SavingStore
from tests.web.world import WHEN, World, won_deal


def test_accounts_come_by_name_with_text_ids(client, world: World) -> None:
    world.add_companies(world.add_source(), "Вега", "Альфа")

    items = client.get("/api/v1/accounts").json()["items"]

    assert [item["name"] for item in items] == ["Альфа", "Вега"]
    assert UUID(items[0]["id"])
    assert items[0]["changed_at"] == "2026-11-23T09:00:00Z"


def test_accounts_are_found_by_a_part_of_the_name_or_the_beginning_of_the_inn(
    client, fallen: UUID
) -> None:
    for text, count in (("РОМАШ", 1), ("7707", 1), ("083893", 0), ("%", 0)):
        found = client.get("/api/v1/accounts", params={"q": text}).json()["items"]
        assert len(found) == count, text


def test_an_account_names_its_owner_and_sources(client, fallen: UUID) -> None:
    account = client.get(f"/api/v1/accounts/{fallen}").json()

    assert account["name"] == "ООО «Ромашка»"
    assert (account["inn"], account["kpp"]) == ("7707083893", "770701001")
    assert (account["owner"], account["sources"]) == ("Анна Смирнова", ["sales"])


def test_an_account_without_an_owner_says_null(client, world: World) -> None:
    (account_id,) = world.add_companies(world.add_source(), "Вега")

    assert client.get(f"/api/v1/accounts/{account_id}").json()["owner"] is None


def test_a_deal_has_exact_money_its_account_and_its_source(client, world: World) -> None:
    source_id = world.add_source()
    (account_id,) = world.add_companies(source_id, "Вега")
    deals = [
        won_deal("1", "1", None, WHEN),
        gate.Deal("2", "Насосы", "1", "2", Outcome.OPEN, Decimal("123.45"), "RUB", "1"),
        gate.Deal("3", "Без компании", "1", "2", Outcome.OPEN, Decimal("0.1234"), "USD"),
    ]
    world.save(source_id, Noun.DEAL, *deals)

    none, exact, alone = client.get("/api/v1/deals").json()["items"]

    assert none["amount"] is None
    assert exact["amount"] == {"amount": "123.45", "currency": "RUB"}
    assert (exact["account_id"], exact["source"]) == (str(account_id), "sales")
    assert (exact["external_id"], exact["created_at"]) == ("2", None)
    assert (alone["account_id"], alone["amount"]["amount"]) == (None, "0.1234")
    assert none["closed_at"] == "2026-11-23T09:00:00Z"


@pytest.fixture
def two_sources(world: World) -> list[UUID]:
    """Accounts of two sources with a contact, a deal and a task each."""
    accounts = []
    for name in ("east", "west"):
        source_id = world.add_source(name)
        accounts += world.add_companies(source_id, f"Company {name}")
        world.save(source_id, Noun.CONTACT, gate.Contact("5", f"Ann {name}", "1"))
        world.save(source_id, Noun.DEAL, won_deal("1", "1", 10, WHEN))
        task = gate.Task("9", f"call {name}", is_done=False, about_noun=Noun.CONTACT,
                         about_external_id="5")  # fmt: skip
        world.save(source_id, Noun.TASK, task)
        world.save(source_id, Noun.USER, gate.User("7", f"Bob {name}"))
    return accounts


@pytest.mark.parametrize("noun", ["contacts", "deals", "tasks", "users"])
def test_records_are_filtered_by_source_name_or_id(client, two_sources, noun: str) -> None:
    assert len(client.get(f"/api/v1/{noun}").json()["items"]) == 2
    for given in ("west", "2"):
        items = client.get(f"/api/v1/{noun}", params={"source": given}).json()["items"]
        assert [item["source"] for item in items] == ["west"]


@pytest.mark.parametrize("noun", ["contacts", "deals", "tasks"])
def test_records_are_filtered_by_account_and_name_it(client, two_sources, noun: str) -> None:
    items = client.get(f"/api/v1/{noun}", params={"account": str(two_sources[1])}).json()["items"]

    assert [(item["source"], item["account_id"]) for item in items] == [
        ("west", str(two_sources[1]))
    ]


def test_records_of_an_account_are_those_of_the_filter(client, two_sources) -> None:
    for noun in ("contacts", "deals"):
        nested = client.get(f"/api/v1/accounts/{two_sources[0]}/{noun}").json()
        filtered = client.get(f"/api/v1/{noun}", params={"account": str(two_sources[0])}).json()
        assert nested == filtered


def test_records_are_filtered_by_text_and_by_time_of_change(client, two_sources) -> None:
    assert len(client.get("/api/v1/contacts", params={"q": "ANN W"}).json()["items"]) == 1
    assert len(client.get("/api/v1/tasks", params={"q": "call e"}).json()["items"]) == 1
    for later, count in ((0, 2), (1, 0)):
        since = (WHEN + timedelta(seconds=later)).isoformat()
        found = client.get("/api/v1/contacts", params={"updated_since": since}).json()["items"]
        assert len(found) == count


def test_a_deleted_record_stays_with_its_mark(client, world: World) -> None:
    source_id = world.add_source()
    world.save(source_id, Noun.CONTACT, gate.Contact("1", "Ann", is_deleted=True))

    (item,) = client.get("/api/v1/contacts").json()["items"]

    assert item["is_deleted"] is True
    assert item["account_id"] is None


def test_pipelines_come_with_their_stages_in_order(client, world: World) -> None:
    source_id = world.add_source()
    stages = (gate.Stage("142", "Won", 2, Outcome.WON), gate.Stage("1", "Talks", 1, Outcome.OPEN))
    world.save(source_id, Noun.PIPELINE, gate.Pipeline("1", "Sales", stages))

    (pipeline,) = client.get("/api/v1/pipelines").json()["items"]

    assert [stage["name"] for stage in pipeline["stages"]] == ["Talks", "Won"]


def test_links_say_why(client, world: World) -> None:
    (account_id,) = world.add_companies(world.add_source(), "Вега")

    (link,) = client.get(f"/api/v1/accounts/{account_id}/links").json()["items"]

    assert (link["source"], link["company_external_id"]) == ("sales", "1")
    assert link["evidence"]


def test_a_later_change_is_found_by_its_time(client, world: World) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        later = datetime(2026, 12, 1, tzinfo=UTC)
        SavingStore(session, source_id).save(Noun.CONTACT, [gate.Contact("1", "Ann")], later)

    params = {"updated_since": "2026-12-01T00:00:00Z"}
    (item,) = client.get("/api/v1/contacts", params=params).json()["items"]

    assert item["changed_at"] == "2026-12-01T00:00:00Z"


def test_accounts_tell_their_sources_and_are_found_by_one(client, world: World) -> None:
    world.add_companies(world.add_source("sales"), "Вега")
    world.add_companies(world.add_source("partner"), "Сириус")

    items = client.get("/api/v1/accounts").json()["items"]
    assert [(item["name"], item["sources"]) for item in items] == [
        ("Вега", ["sales"]), ("Сириус", ["partner"]),
    ]  # fmt: skip
    found = client.get("/api/v1/accounts", params={"source": "partner"}).json()["items"]
    assert [item["name"] for item in found] == ["Сириус"]
    assert client.get("/api/v1/accounts", params={"source": "x"}).status_code == 404
