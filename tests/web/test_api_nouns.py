"""Repeat buyers, purchases, invoices, activities, and what a CRM is made of, over HTTP."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

import connectors as gate
from connectors import Happening, Item, Noun, Outcome
from tests.web.world import WHEN, World

OF_ACCOUNTS = ("customers", "purchases", "invoices", "activities", "tasks", "deals")
OF_CRMS = ("products", "loss-reasons", "groups", "fields")


@pytest.fixture
def accounts(world: World) -> list[UUID]:
    """Accounts of two sources with one record of every noun each."""
    found = []
    for name in ("east", "west"):
        source = world.add_source(name)
        found += world.add_companies(source, f"Company {name}")
        records: dict[Noun, gate.Record] = {
            Noun.GROUP: gate.Group("0", f"Sales {name}"),
            Noun.FIELD: gate.Field("company/9", Noun.COMPANY, f"INN {name}", "text"),
            Noun.LOSS_REASON: gate.LossReason("41", f"Too dear {name}", 10),
            Noun.PRODUCT: gate.Product("1001", f"Pump {name}", "77", "P-1", Decimal("99.5"), "RUB"),
            Noun.DEAL: gate.Deal(
                "5", f"Deal {name}", "1", "143", Outcome.LOST, Decimal(10), "RUB", "1",
                loss_reason_external_id="41", items=(Item("2001", Decimal(2), "78"),),
                contract_ends_on=date(2027, 3, 31), tags=("опт",),
                custom={"9": {"name": "INN", "kind": "text", "value": "77"}},
            ),
            Noun.CUSTOMER: gate.Customer(
                "31", f"Buyer {name}", "1", ("5",), total_amount=Decimal("1500.50"),
                next_amount=Decimal(200), purchases_count=3, currency="RUB",
            ),
            Noun.PURCHASE: gate.Purchase("61", "31", Decimal(500), "RUB", WHEN, f"Order {name}"),
            Noun.INVOICE: gate.Invoice("2001", f"Bill {name}", "paid", Decimal(10), "RUB", WHEN),
            Noun.TASK: gate.Task("9", f"call {name}", False, Noun.CUSTOMER, "31", is_ours=True),
            Noun.NOTE: gate.Activity(
                "leads/1", Happening.CALL, "call_in", WHEN, Noun.DEAL, "5", "7", True,
                f"About {name}", 65,
            ),
        }  # fmt: skip
        for noun, record in records.items():
            world.save(source, noun, record)
    return found


def items(client: Any, path: str, **params: str) -> list[dict[str, Any]]:
    """The items of a list."""
    answer = client.get(f"/api/v1/{path}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.parametrize("path", [*OF_ACCOUNTS, *OF_CRMS])
def test_every_noun_is_listed_and_filtered_by_source_text_and_time(
    client, accounts, path: str
) -> None:
    assert [item["source"] for item in items(client, path)] == ["east", "west"]
    assert [item["source"] for item in items(client, path, source="west")] == ["west"]
    assert [item["source"] for item in items(client, path, q="EAST")] == ["east"]
    assert items(client, path, updated_since="2027-01-01T00:00:00Z") == []


@pytest.mark.parametrize("path", OF_ACCOUNTS)
def test_every_noun_of_customers_is_filtered_by_account_and_names_it(
    client, accounts, path: str
) -> None:
    found = items(client, path, account=str(accounts[1]))

    assert [(item["source"], item["account_id"]) for item in found] == [("west", str(accounts[1]))]


@pytest.mark.parametrize("path", OF_CRMS)
def test_what_is_of_no_account_is_not_asked_by_one(client, accounts, path: str) -> None:
    answer = client.get(f"/api/v1/{path}", params={"account": str(accounts[0])})
    assert answer.status_code == 422


def test_amounts_are_exact_money(client, accounts) -> None:
    (customer,) = items(client, "customers", source="east")

    assert customer["total_amount"] == {"amount": "1500.50", "currency": "RUB"}
    assert customer["next_amount"] == {"amount": "200.00", "currency": "RUB"}
    assert customer["purchases_count"] == 3
    assert items(client, "purchases")[0]["amount"]["amount"] == "500.00"
    assert items(client, "invoices")[0]["amount"]["amount"] == "10.00"
    assert items(client, "products")[0]["price"] == {"amount": "99.50", "currency": "RUB"}


def test_a_deal_has_its_tags_items_loss_reason_and_custom_fields(client, accounts) -> None:
    deal = items(client, "deals")[0]

    assert deal["tags"] == ["опт"]
    assert deal["items"] == [{"external_id": "2001", "quantity": "2", "catalog_external_id": "78"}]
    assert (deal["loss_reason_external_id"], deal["contract_ends_on"]) == ("41", "2027-03-31")
    assert deal["custom"]["9"]["value"] == "77"


def test_an_invoice_belongs_to_who_pays_it_before_the_deal_it_is_attached_to(
    client, world: World, accounts: list[UUID]
) -> None:
    invoice = gate.Invoice("2001", "Bill", "paid", None, "RUB", None, Noun.COMPANY, "404")
    world.save(1, Noun.INVOICE, invoice)

    assert items(client, "invoices", source="east")[0]["account_id"] is None
    world.save(1, Noun.COMPANY, gate.Company("404", "Payer"))
    payer = items(client, "accounts", q="Payer")[0]["id"]
    assert items(client, "invoices", source="east")[0]["account_id"] == payer
    assert len(items(client, "invoices", account=payer)) == 1


def test_an_activity_says_who_what_and_when(client, accounts) -> None:
    (call, _) = items(client, "activities")

    assert (call["happening"], call["kind"], call["at"]) == (
        "call", "call_in", "2026-11-23T09:00:00Z"
    )  # fmt: skip
    assert (call["is_incoming"], call["seconds"], call["author_external_id"]) == (True, 65, "7")
    assert call["is_ours"] is False


def test_an_account_shows_segment_contract_and_tags_of_its_companies(client, world: World) -> None:
    source = world.add_source()
    company = gate.Company(
        "1", "Вега", segment="A", contract_ends_on=date(2027, 1, 31), tags=("vip", "опт")
    )
    world.save(source, Noun.COMPANY, company)

    (listed,) = items(client, "accounts")
    one = client.get(f"/api/v1/accounts/{listed['id']}").json()

    for shown in (listed, one):
        assert (shown["segment"], shown["contract_ends_on"]) == ("A", "2027-01-31")
        assert shown["tags"] == ["vip", "опт"]


def test_the_timeline_of_an_account_comes_page_by_page(client, world: World, accounts) -> None:
    later = datetime(2026, 11, 24, tzinfo=UTC)
    ours = gate.Activity("leads/2", Happening.NOTE, "common", later, Noun.DEAL, "5", is_ours=True)
    world.save(1, Noun.NOTE, ours)
    path = f"/api/v1/accounts/{accounts[0]}/timeline"

    first = client.get(path, params={"limit": 1}).json()
    second = client.get(path, params={"limit": 1, "cursor": first["next_cursor"]}).json()

    assert [(e["what"], e["is_ours"]) for e in first["items"]] == [("note", True)]
    (call,) = second["items"]
    assert (call["what"], call["about_noun"], call["about_name"]) == ("call", "deal", "Deal east")
    assert call["source"] == "east"
    assert second["next_cursor"] is None


def test_the_timeline_of_nobody_is_not_here(client, accounts) -> None:
    path = "/api/v1/accounts/6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa/timeline"
    assert client.get(path).status_code == 404
