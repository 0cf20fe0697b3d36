"""Single records of amoCRM by their ids, and what a merge moves without a trace."""

from typing import Any
from urllib.parse import parse_qsl

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import FetchesSome
from connectors.kit.errors import NeedsPerson, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.connectors.conftest import Opened

PATHS = {
    Noun.COMPANY: "companies", Noun.CONTACT: "contacts", Noun.DEAL: "leads",
    Noun.CUSTOMER: "customers", Noun.TASK: "tasks", Noun.PURCHASE: "customers/transactions",
    Noun.PRODUCT: "catalogs/1001/elements", Noun.INVOICE: "catalogs/1002/elements",
    Noun.USER: "users", Noun.PIPELINE: "leads/pipelines", Noun.LOSS_REASON: "leads/loss_reasons",
}  # fmt: skip


def some(crm: AmoCrm, noun: Noun, *ids: Any) -> set[str]:
    return {raw.external_id for raw in crm.get_many(noun, [str(id_) for id_ in ids])}


@pytest.mark.parametrize("api_filter", ["on", "ignored", "refused"])
@pytest.mark.parametrize("noun", PATHS)
def test_those_that_are_there_come_and_no_others(
    opened: Opened, noun: Noun, api_filter: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    assert isinstance(crm, FetchesSome)
    there = box.ids(PATHS[noun])[:1]
    assert some(crm, noun, *there, 99_999_999) == {str(id_) for id_ in there}


def test_deals_by_id_come_with_their_contacts(opened: Opened) -> None:
    for api_filter in ("on", "ignored"):
        box, crm = opened(api_filter=api_filter)
        lead = box.ids("leads")[0]
        found: Any = crm.translate(next(crm.get_many(Noun.DEAL, [str(lead)])))
        assert len(found.contact_external_ids) == 1


def test_three_hundred_ids_cost_three_requests_where_filters_are_on(opened: Opened) -> None:
    box, crm = opened()
    crm.about()
    before = crm.requests
    assert some(crm, Noun.DEAL, *box.ids("leads")) == {str(id_) for id_ in box.ids("leads")}
    assert crm.requests - before == 3
    assert max(len(parse_qsl(seen.query)) for seen in box.requests) <= 102


def test_a_filter_that_is_ignored_gives_nobody_who_was_not_asked_for(opened: Opened) -> None:
    box, crm = opened(api_filter="ignored")
    body = b'{"id": 30000001, "is_api_filter_enabled": true}'
    box.faults.append(Fault(path="/api/v4/account", status=200, body=body, times=None))
    gone = box.ids("leads")[3]
    box.remove("leads", gone)
    first = box.ids("leads")[0]
    assert some(crm, Noun.DEAL, first, gone) == {str(first)}


def test_notes_are_asked_for_in_the_list_of_whose_they_are(opened: Opened) -> None:
    box, crm = opened()
    contact, lead = box.ids("contacts/notes")[0], box.ids("leads/notes")[0]
    asked = (f"contacts/{contact}", f"leads/{lead}", f"leads/{contact}", "companies/1")
    assert some(crm, Noun.NOTE, *asked) == {f"contacts/{contact}", f"leads/{lead}"}


def test_definitions_of_fields_are_found_by_whose_they_are(opened: Opened) -> None:
    _, crm = opened()
    assert some(crm, Noun.FIELD, "company/9011", "deal/9011") == {"company/9011"}


def test_a_row_with_the_mark_of_deletion_is_there_and_says_so(opened: Opened) -> None:
    box, crm = opened()
    lead = box.ids("leads")[0]
    box.change("leads", lead, is_deleted=True)
    found: Any = crm.translate(next(crm.get_many(Noun.DEAL, [str(lead)])))
    assert found.is_deleted


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
def test_what_was_merged_away_is_absent_and_the_survivor_is_there(
    opened: Opened, api_filter: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    loser, survivor = box.ids("contacts")[:2]
    box.merge("contacts", loser, survivor)
    assert some(crm, Noun.CONTACT, loser, survivor) == {str(survivor)}


def test_a_request_that_fails_is_an_error_and_no_absence(
    opened: Opened, waits: list[float]
) -> None:
    box, crm = opened()
    box.faults.append(Fault(path="/api/v4/leads", status=500, times=None))
    with pytest.raises(RetryLater):
        some(crm, Noun.DEAL, box.ids("leads")[0])


def test_customers_of_an_account_that_may_have_none_are_an_error_and_not_absent(
    opened: Opened,
) -> None:
    _, crm = opened(customers="unpaid")
    with pytest.raises(NeedsPerson):
        some(crm, Noun.CUSTOMER, 1)


def test_people_of_an_unsorted_lead_are_absent_until_it_is_accepted(opened: Opened) -> None:
    box, crm = opened(unsorted_in_leads=True)
    lead, person = unsorted_lead(box)
    found = {raw.external_id: raw for raw in crm.get_many(Noun.DEAL, [str(lead)])}
    deal: Any = crm.translate(found[str(lead)])
    assert deal.contact_external_ids == (str(person),)  # it dangles, and is kept as it is
    assert some(crm, Noun.CONTACT, person) == set()
    box.accept(lead)
    assert some(crm, Noun.CONTACT, person) == {str(person)}


def unsorted_lead(box: AmoSandbox) -> tuple[int, int]:
    """A new lead that nobody has accepted, and its person."""
    person = box.add("contacts", {"name": "Анна", "is_unsorted": True})
    more = {"contacts": [{"id": person, "is_main": True}]}
    values = {"name": "Заявка", "is_unsorted": False, "_embedded": more}
    return box.add("leads", values), person


def test_tasks_and_notes_of_a_record_come_whatever_their_time(opened: Opened) -> None:
    box, crm = opened()
    contact = box.ids("contacts")[0]
    task = box.add("tasks", {"text": "Позвонить", "entity_type": "contacts", "entity_id": contact})
    other = box.add("tasks", {"text": "Нет", "entity_type": "leads", "entity_id": contact})
    note = box.add(
        "contacts/notes",
        {"entity_id": contact, "note_type": "common", "params": {"text": "а"}},
    )
    found = {raw.external_id for raw in crm.get_related(Noun.CONTACT, str(contact))}
    assert {str(task), f"contacts/{note}"} <= found
    assert str(other) not in found


def test_nothing_about_a_record_is_nothing(opened: Opened) -> None:
    _, crm = opened()
    assert list(crm.get_related(Noun.COMPANY, "99999999")) == []
