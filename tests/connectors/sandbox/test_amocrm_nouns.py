"""What a KAM needs beside deals: customers, purchases, notes, catalogs, tags, reasons, fields."""

from collections.abc import Callable
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.worlds import SmallWorld

Walk = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def shop(open_box: Any, world: MadeUpWorld) -> AmoSandbox:
    """The usual company with 40 customers."""
    box: AmoSandbox = open_box(world)
    return box


def _fields(row: dict[str, Any]) -> dict[str, Any]:
    return {field["field_name"]: field for field in row["custom_fields_values"] or []}


def test_customers_are_the_key_clients_with_what_they_bought(shop: AmoSandbox, walk: Walk) -> None:
    customers = walk(shop, "customers", "with=companies")
    purchases = walk(shop, "customers/transactions")
    assert len(customers) == 8
    for customer in customers:
        bought = [p["price"] for p in purchases if p["customer_id"] == customer["id"]]
        assert (customer["ltv"], customer["purchases_count"]) == (sum(bought), len(bought))
        assert customer["_embedded"]["companies"][0]["id"] in shop.ids("companies")
        assert "contacts" not in customer["_embedded"]


def test_purchases_of_one_customer_have_their_own_list(
    shop: AmoSandbox, get: Any, walk: Walk
) -> None:
    one = walk(shop, "customers/transactions")[0]
    found = get(shop, f"customers/{one['customer_id']}/transactions").json()["_embedded"]
    assert one in found["transactions"]
    assert {p["customer_id"] for p in found["transactions"]} == {one["customer_id"]}


def test_transactions_know_no_filter_but_the_id(shop: AmoSandbox, walk: Walk) -> None:
    ids = shop.ids("customers/transactions")
    late = walk(shop, "customers/transactions", "filter[updated_at][from]=2000000000")
    assert len(late) == len(ids)
    assert [p["id"] for p in walk(shop, "customers/transactions", f"filter[id][]={ids[3]}")] == [
        ids[3]
    ]


def test_customers_have_no_order(shop: AmoSandbox, walk: Walk) -> None:
    found = walk(shop, "customers", "order[updated_at]=desc")
    assert [customer["id"] for customer in found] == shop.ids("customers")


@pytest.mark.parametrize(
    "what", ["customers", "customers/transactions", "customers/1", "customers/notes"]
)
def test_customers_that_are_not_paid_for_are_402(open_box: Any, get: Any, what: str) -> None:
    box = open_box(customers="unpaid")
    assert get(box, what).status_code == 402
    assert get(box, "account").json()["customers_mode"] == "unavailable"


def test_customer_statuses_are_422_unless_customers_are_by_periods(
    open_box: Any, get: Any, world: MadeUpWorld
) -> None:
    assert get(open_box(world), "customers/statuses").status_code == 422
    box = open_box(world, customers="periodicity")
    assert len(get(box, "customers/statuses").json()["_embedded"]["statuses"]) == 4
    assert get(box, "account").json()["customers_mode"] == "periodicity"


def test_the_account_tells_whether_there_are_customers(open_box: Any, get: Any) -> None:
    assert get(open_box(), "account").json()["customers_mode"] == "segments"
    small = open_box(SmallWorld())
    assert get(small, "account").json()["customers_mode"] == "unavailable"
    assert get(small, "customers").status_code == 204


def test_the_account_names_the_catalog_of_invoices(box: AmoSandbox, get: Any) -> None:
    account = get(box, "account?with=invoices_settings,users_groups,task_types").json()
    assert account["invoices_settings"] == {"lang": "ru", "invoices_catalog_id": 1002}
    assert [kind["id"] for kind in account["_embedded"]["task_types"]] == [1, 2]
    assert account["_embedded"]["users_groups"][0]["id"] == 0


def test_notes_are_listed_for_each_noun_and_for_one_row(
    shop: AmoSandbox, get: Any, walk: Walk
) -> None:
    note = walk(shop, "leads/notes")[0]
    listed = get(shop, f"leads/{note['entity_id']}/notes").json()["_embedded"]["notes"]
    assert note in listed
    assert {other["entity_id"] for other in listed} == {note["entity_id"]}
    for path in (f"leads/notes/{note['id']}", f"leads/{note['entity_id']}/notes/{note['id']}"):
        assert get(shop, path).json() == note
    assert get(shop, "companies/notes").status_code == 204


def test_notes_are_filtered_by_type_row_and_change(open_box: Any, walk: Walk) -> None:
    box = open_box(api_filter="refused")
    lead, other = box.ids("leads")[:2]
    box.add("leads/notes", {"entity_id": lead, "note_type": "sms_in", "updated_at": 2_000_000_000})
    box.add(
        "leads/notes", {"entity_id": other, "params": {"text": "a"}, "updated_at": 2_000_000_009}
    )
    assert [
        [note["entity_id"] for note in walk(box, "leads/notes", query)]
        for query in (
            "filter[note_type][]=sms_in",
            f"filter[entity_id][]={other}",
            "filter[updated_at]=2000000000",
            "filter[updated_at][from]=2000000000&order[updated_at]=desc",
        )
    ] == [[lead], [other], [other], [other, lead]]


def test_the_other_party_of_a_call_is_a_name_or_a_number(shop: AmoSandbox, walk: Walk) -> None:
    calls = [note for note in walk(shop, "contacts/notes") if note["note_type"] == "call_in"]
    kinds = {type(call["params"]["call_responsible"]) for call in calls}
    assert kinds == {str, int}
    assert all(call["params"]["duration"] > 0 for call in calls)


def test_tasks_are_filtered_by_what_they_are_about(open_box: Any, walk: Walk) -> None:
    box = open_box(api_filter="refused")
    lead = box.ids("leads")[0]
    box.add("tasks", {"entity_id": lead, "entity_type": "leads", "responsible_user_id": 702})
    done = {"entity_id": 6_000_001, "entity_type": "companies", "is_completed": True}
    box.add("tasks", done | {"responsible_user_id": 703})
    about = f"filter[entity_type]=leads&filter[entity_id][]={lead}&filter[is_completed]=0"
    assert {task["entity_id"] for task in walk(box, "tasks", about)} == {lead}
    assert {
        (task["entity_type"], task["responsible_user_id"])
        for task in walk(box, "tasks", "filter[is_completed]=1&filter[responsible_user_id]=703")
    } >= {("companies", 703)}


def test_lost_deals_have_a_reason_embedded_as_a_list(
    shop: AmoSandbox, walk: Walk, get: Any
) -> None:
    reasons = {row["id"]: row for row in walk(shop, "leads/loss_reasons")}
    leads = walk(shop, "leads", "limit=250&with=loss_reason")
    lost = [lead for lead in leads if lead["loss_reason_id"]]
    assert {lead["status_id"] for lead in lost} == {143}
    assert all(
        lead["_embedded"]["loss_reason"] == [reasons[lead["loss_reason_id"]]] for lead in lost
    )
    assert {len(lead["_embedded"]["loss_reason"]) for lead in leads} == {0, 1}
    assert "loss_reason" not in get(shop, f"leads/{lost[0]['id']}").json()["_embedded"]


def test_tags_are_numbered_for_each_noun(shop: AmoSandbox, walk: Walk) -> None:
    leads, companies = walk(shop, "leads/tags"), walk(shop, "companies/tags")
    assert not {tag["id"] for tag in leads} & {tag["id"] for tag in companies}
    assert [tag["name"] for tag in companies] == ["ключевой клиент"]
    assert [tag["name"] for tag in walk(shop, "leads/tags", "filter[name]=опт")] == ["опт"]
    used = {tag["id"] for lead in walk(shop, "leads") for tag in lead["_embedded"]["tags"]}
    assert used == {tag["id"] for tag in leads}


def test_products_and_invoices_hang_on_deals(shop: AmoSandbox, walk: Walk) -> None:
    catalogs = {row["id"]: row["type"] for row in walk(shop, "catalogs")}
    assert catalogs == {1001: "products", 1002: "invoices"}
    elements = {
        id_: {row["id"] for row in walk(shop, f"catalogs/{id_}/elements")} for id_ in catalogs
    }
    attached = [
        (element["metadata"]["catalog_id"], element["id"])
        for lead in walk(shop, "leads", "limit=250&with=catalog_elements")
        for element in lead["_embedded"]["catalog_elements"]
    ]
    assert {catalog for catalog, _ in attached} == {1001, 1002}
    assert all(id_ in elements[catalog] for catalog, id_ in attached)


def test_an_invoice_has_status_payer_lines_and_sum(shop: AmoSandbox, get: Any) -> None:
    id_ = shop.ids("catalogs/1002/elements")[0]
    invoice = get(shop, f"catalogs/1002/elements/{id_}").json()
    fields = {field["field_code"]: field["values"] for field in invoice["custom_fields_values"]}
    assert fields["BILL_STATUS"][0]["enum_code"] == "paid"
    assert fields["PAYER"][0]["value"]["entity_type"] == "companies"
    assert fields["BILL_PRICE"][0]["value"].isdecimal()
    assert get(shop, "catalogs/9/elements").status_code == 404


def test_is_deleted_of_an_element_may_be_null(shop: AmoSandbox, walk: Walk) -> None:
    flags = {
        row["is_deleted"] for id_ in (1001, 1002) for row in walk(shop, f"catalogs/{id_}/elements")
    }
    assert flags == {None, False}


def test_elements_are_searched_and_filtered_by_id_alone(shop: AmoSandbox, get: Any) -> None:
    def ids(query: str) -> list[int]:
        body = get(shop, f"catalogs/1001/elements?{query}").json()
        return [row["id"] for row in body["_embedded"]["elements"]]

    first, second, *_ = shop.ids("catalogs/1001/elements")
    assert ids("query=Насос") == [second]
    assert ids(f"filter[id][]={first}") == [first]
    assert len(ids("filter[updated_at][from]=2000000000")) == 10


def test_custom_fields_come_in_many_types(shop: AmoSandbox, get: Any) -> None:
    types = {
        field["type"]
        for noun in ("leads", "contacts", "companies", "customers", "catalogs/1002")
        for field in get(shop, f"{noun}/custom_fields").json()["_embedded"]["custom_fields"]
    }
    assert types >= {
        *("text", "numeric", "monetary", "select", "multiselect", "date", "date_time"),
        *("checkbox", "url", "legal_entity", "multitext", "birthday", "chained_list", "items"),
    }
    assert get(shop, "companies/custom_fields/9011").json()["name"] == "ИНН"


def test_a_few_companies_have_a_legal_entity_instead_of_tax_numbers(
    shop: AmoSandbox, walk: Walk
) -> None:
    companies = [_fields(row) for row in walk(shop, "companies")]
    legal = [
        fields["Реквизиты"]["values"][0]["value"] for fields in companies if "Реквизиты" in fields
    ]
    assert len(legal) == 4
    assert not any({"ИНН", "Реквизиты"} <= fields.keys() for fields in companies)
    assert {type(entity["vat_id"]) for entity in legal} == {str, int}
    assert {type(entity["tax_registration_reason_code"]) for entity in legal} == {int}


def test_a_date_is_midnight_in_moscow(shop: AmoSandbox, walk: Walk) -> None:
    ends = [
        fields["Договор до"]["values"][0]["value"]
        for fields in map(_fields, walk(shop, "companies"))
        if "Договор до" in fields
    ]
    assert {end % 86_400 for end in ends} == {75_600}


def test_dates_may_come_as_texts(open_box: Any, walk: Walk, world: MadeUpWorld) -> None:
    companies = walk(open_box(world, dates="rfc3339"), "companies")
    ends = [fields["Договор до"] for fields in map(_fields, companies) if "Договор до" in fields]
    assert ends[0]["values"][0]["value"].endswith("T21:00:00+00:00")


def test_an_element_of_a_chained_list_has_no_value(
    open_box: Any, world: MadeUpWorld, get: Any
) -> None:
    box = open_box(world)
    lead = next(id_ for id_ in box.ids("leads") if id_ % 100 == 0)
    field = _fields(get(box, f"leads/{lead}").json())["Товар"]
    assert field["values"][0].keys() == {"catalog_id", "catalog_element_id"}


def test_names_are_whatever_people_type(shop: AmoSandbox, walk: Walk) -> None:
    names = [contact["name"] for contact in walk(shop, "contacts")]
    assert "" in names
    assert any(name.startswith("=") for name in names)
    assert any("<b>" in name for name in names)
    assert max(map(len, names)) == 300
