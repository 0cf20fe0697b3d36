"""What has changed comes, by whatever way amoCRM leaves open, at a small price."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Cursor
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened

PRODUCTS, INVOICES = "catalogs/1001/elements", "catalogs/1002/elements"


def pull_all(crm: AmoCrm, since: dict[Noun, Cursor] | None = None) -> dict[Noun, Cursor]:
    """Pull every noun; the cursors to go on from."""
    kept = dict(since or {})
    for noun in crm.nouns:
        for page in crm.pull(noun, kept.get(noun)):
            if page.cursor:
                kept[noun] = page.cursor
    return kept


def ids(crm: AmoCrm, noun: Noun, cursor: Cursor | None) -> set[str]:
    return {raw.external_id for raw in records(crm.pull(noun, cursor))}


def says_filters_are_on(box: AmoSandbox) -> None:
    """Let the account say what is not true."""
    body = orjson.dumps({"id": 30000001, "is_api_filter_enabled": True})
    box.faults.append(Fault(path="/api/v4/account", status=200, body=body, times=None))


@pytest.mark.parametrize("api_filter", ["on", "ignored", "refused"])
def test_with_nothing_changed_a_noun_costs_at_most_two_requests(
    opened: Opened, api_filter: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    kept = pull_all(crm)
    _, again = opened()
    again._reader._http._client.base_url = box.url
    again.about()
    for noun in crm.nouns:
        before = again.requests
        found = records(again.pull(noun, kept.get(noun)))
        assert again.requests - before <= 2
        assert crm.nouns[noun].is_whole or found == []


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
@pytest.mark.parametrize(
    ("noun", "path"),
    [
        (Noun.COMPANY, "companies"), (Noun.CONTACT, "contacts"), (Noun.DEAL, "leads"),
        (Noun.CUSTOMER, "customers"), (Noun.TASK, "tasks"), (Noun.INVOICE, INVOICES),
        (Noun.PRODUCT, PRODUCTS),
    ],
)  # fmt: skip
def test_a_change_comes_with_the_next_pull_and_little_else(
    opened: Opened, api_filter: str, noun: Noun, path: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    crm.about()
    cursor = last_cursor(crm.pull(noun, None))
    changed = box.ids(path)[0]
    values = {"text": "Другое"} if noun is Noun.TASK else {"name": "Другое"}
    box.change(path, changed, **values)
    before = crm.requests
    assert ids(crm, noun, cursor) == {str(changed)}
    assert crm.requests - before <= 3


def test_a_filter_that_turns_out_to_be_ignored_is_done_without_in_the_same_run(
    opened: Opened,
) -> None:
    box, crm = opened(api_filter="ignored")
    says_filters_are_on(box)
    cursors = {noun: last_cursor(crm.pull(noun, None)) for noun in (Noun.DEAL, Noun.CUSTOMER)}
    lead, customer = box.ids("leads")[7], box.ids("customers")[0]
    box.change("leads", lead, price=777)
    box.change("customers", customer, name="Другое")
    assert ids(crm, Noun.DEAL, cursors[Noun.DEAL]) == {str(lead)}
    assert ids(crm, Noun.CUSTOMER, cursors[Noun.CUSTOMER]) == {str(customer)}


def test_an_order_that_is_ignored_costs_the_whole_list_and_no_change(opened: Opened) -> None:
    box, crm = opened(api_filter="ignored")
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    changed = box.ids("leads")[7]
    box.change("leads", changed, price=777)
    rows = [box.row("leads", id_) for id_ in box.ids("leads")[:20]]
    body = orjson.dumps({"_embedded": {"leads": rows}})  # in the order of ids, 777 among them
    box.faults.append(Fault(path="/api/v4/leads$", status=200, body=body))
    assert ids(crm, Noun.DEAL, cursor) == {str(id_) for id_ in box.ids("leads")}


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
def test_a_row_that_shows_later_than_its_own_time_is_not_missed(
    opened: Opened, api_filter: str
) -> None:
    now = [1_790_000_000.0]
    box, crm = opened(api_filter=api_filter, clock=lambda: now[0])
    changed = box.ids("leads")[7]
    box.change("leads", changed, price=777)
    box.late("leads", changed, 300)
    now[0] += 60
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    now[0] += 300
    crm._reader._http._heard = None  # so many minutes passed for us, too
    assert str(changed) in ids(crm, Noun.DEAL, cursor)


@pytest.mark.parametrize("next_link", ["full", "always", "missing"])
@pytest.mark.parametrize("empty_page", ["204", "list"])
def test_links_to_a_next_page_and_forms_of_an_empty_one_change_nothing(
    opened: Opened, next_link: str, empty_page: str
) -> None:
    box, crm = opened(next_link=next_link, empty_page=empty_page)
    assert len(records(crm.pull(Noun.DEAL, None))) == box.count("leads") > 250
    assert len(records(crm.pull(Noun.USER, None))) == box.count("users")


def test_a_gateway_that_gives_up_on_large_pages_is_asked_for_parts_of_them(opened: Opened) -> None:
    box, crm = opened(slow_above=60)
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    for lead in box.ids("leads"):
        box.change("leads", lead, price=777)
    assert ids(crm, Noun.DEAL, cursor) == {str(lead) for lead in box.ids("leads")}


def test_a_new_purchase_is_told_by_the_log_and_an_edited_one_comes_once_a_day(
    opened: Opened,
) -> None:
    box, crm = opened()
    cursor = last_cursor(crm.pull(Noun.PURCHASE, None))
    customer = box.ids("customers")[0]
    new = box.add("customers/transactions", {"customer_id": customer, "price": 500})
    edited = box.ids("customers/transactions")[0]
    box.change("customers/transactions", edited, comment="исправлено")
    assert ids(crm, Noun.PURCHASE, cursor) == {str(new)}
    _, daily = opened({"whole_every": "0"})
    daily._reader._http._client.base_url = box.url
    pages = list(daily.pull(Noun.PURCHASE, cursor))
    assert {raw.external_id for raw in records(pages)} >= {str(new), str(edited)}
    assert all(page.is_whole for page in pages)


def test_a_new_product_of_which_no_event_tells_comes_once_a_day(opened: Opened) -> None:
    box, crm = opened({"whole_every": "0"})
    cursor = last_cursor(crm.pull(Noun.PRODUCT, None))
    new = box.add(PRODUCTS, {"name": "Кабель", "catalog_id": 1001})
    assert str(new) in ids(crm, Noun.PRODUCT, cursor)


def test_a_log_that_is_refused_costs_the_whole_list(opened: Opened) -> None:
    box, crm = opened()
    cursor = last_cursor(crm.pull(Noun.PURCHASE, None))
    box.faults.append(Fault(path="/api/v4/events", status=403, body=b"{}", times=None))
    assert len(ids(crm, Noun.PURCHASE, cursor)) == box.count("customers/transactions")


def test_of_four_lists_of_notes_those_with_news_are_asked(opened: Opened) -> None:
    box, crm = opened()
    cursor = last_cursor(crm.pull(Noun.NOTE, None))
    lead = box.ids("leads")[0]
    new = box.add(
        "leads/notes", {"entity_id": lead, "note_type": "common", "params": {"text": "а"}}
    )
    before = [seen.path for seen in box.requests]
    assert ids(crm, Noun.NOTE, cursor) == {f"leads/{new}"}
    asked = [seen.path for seen in box.requests][len(before) :]
    assert set(asked) == {"/api/v4/events", "/api/v4/leads/notes"}


def test_an_edited_note_of_which_no_event_tells_comes_once_an_hour(opened: Opened) -> None:
    box, crm = opened({"notes_every": "0"})
    cursor = last_cursor(crm.pull(Noun.NOTE, None))
    edited = box.ids("contacts/notes")[0]
    box.change("contacts/notes", edited, params={"text": "исправлено"})
    assert ids(crm, Noun.NOTE, cursor) == {f"contacts/{edited}"}


def test_definitions_of_fields_are_read_again_once_an_hour(opened: Opened) -> None:
    _, crm = opened()
    cursor = last_cursor(crm.pull(Noun.FIELD, None))
    before = crm.requests
    assert list(crm.pull(Noun.FIELD, cursor)) == []
    assert crm.requests == before
    _, hourly = opened({"notes_every": "0"})
    assert len(records(hourly.pull(Noun.FIELD, cursor))) > 20


@pytest.mark.parametrize("noun", [Noun.CUSTOMER, Noun.PURCHASE])
def test_an_account_that_has_no_customers_has_an_empty_noun(opened: Opened, noun: Noun) -> None:
    _, crm = opened(customers="unpaid")
    assert records(crm.pull(noun, None)) == []


def test_without_customers_the_notes_and_fields_of_the_others_come(opened: Opened) -> None:
    _, crm = opened(customers="unpaid")
    assert {raw.external_id.split("/")[0] for raw in records(crm.pull(Noun.NOTE, None))} == {
        "leads", "contacts",
    }  # fmt: skip
    assert {raw.external_id.split("/")[0] for raw in records(crm.pull(Noun.FIELD, None))} == {
        "deal", "contact", "company",
    }  # fmt: skip


def test_contacts_of_deals_come_by_their_links_where_with_is_passed_over(opened: Opened) -> None:
    box, crm = opened()
    lead = box.row("leads", box.ids("leads")[0])
    lead["_embedded"] = {"tags": [], "companies": []}
    links: list[dict[str, Any]] = [
        {"entity_id": lead["id"], "to_entity_id": 7, "to_entity_type": "contacts",
         "metadata": {"main_contact": False}},
        {"entity_id": lead["id"], "to_entity_id": 9, "to_entity_type": "contacts",
         "metadata": {"main_contact": True}},
        {"entity_id": lead["id"], "to_entity_id": 6, "to_entity_type": "companies",
         "metadata": []},
    ]  # fmt: skip
    for path, name, rows in (("leads$", "leads", [lead]), ("leads/links", "links", links)):
        body = orjson.dumps({"_embedded": {name: rows}})
        box.faults.append(Fault(path=f"/api/v4/{path}", status=200, body=body, times=1))
    cursor = '{"since":"1970-01-01T00:00:00Z","until":"2030-01-01T00:00:00Z","page":2}'
    found: Any = crm.translate(records(crm.pull(Noun.DEAL, cursor))[0])
    assert found.contact_external_ids == ("9", "7")


def test_rows_of_one_second_all_come(opened: Opened) -> None:
    box, crm = opened()
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    server_time = crm._reader.now()
    same = int((server_time - timedelta(minutes=9)).timestamp())
    changed = box.ids("leads")[:3]
    for lead in changed:
        box.change("leads", lead, updated_at=same)
    cursor = last_cursor(crm.pull(Noun.DEAL, cursor))
    box.change("leads", box.ids("leads")[5], updated_at=same)
    assert str(box.ids("leads")[5]) in ids(crm, Noun.DEAL, cursor)


def test_a_catalog_that_is_gone_in_the_middle_of_a_walk_costs_no_other(opened: Opened) -> None:
    box, crm = opened()
    cursor = '{"until":"2030-01-01T00:00:00Z","path":"catalogs/999/elements","page":1}'
    assert ids(crm, Noun.PRODUCT, cursor) == {str(id_) for id_ in box.ids(PRODUCTS)}
