"""The amoCRM account over HTTP: who it is, its limits, its rights, its paid filter."""

from datetime import date, timedelta
from typing import Any

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Credentials
from connectors.kit.errors import NeedsPerson, NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened


def test_the_account_says_its_currency_and_time_zone(opened: Opened) -> None:
    _, crm = opened(currency="KZT")
    about = crm.about()
    assert (about.account, about.name) == ("30000001", "Песочница")
    assert about.facts == {
        "currency": "KZT",
        "timezone": "Europe/Moscow",
        "customers_mode": "segments",
        "invoices_catalog": "1002",
        "api_filter": "on",
        "is_admin": "yes",
    }
    assert about.warnings == ()


def test_what_is_not_an_administrators_token_is_told_in_words(opened: Opened) -> None:
    _, crm = opened(admin=False)
    about = crm.about()
    assert about.facts["is_admin"] == "no"
    assert "not an administrator's" in about.warnings[0]


def test_what_is_no_amocrm_account_needs_a_person(opened: Opened) -> None:
    box, crm = opened()
    box.faults.append(Fault(path="/api/v4/account", status=200, body=b'{"hello":"world"}'))
    with pytest.raises(NeedsPerson, match="not an amoCRM account"):
        crm.about()


def test_204_ends_a_list(opened: Opened) -> None:
    box, crm = opened()
    assert len(records(crm.pull(Noun.DEAL, None))) == box.count("leads") > 250
    assert {seen.status for seen in box.requests} == {200, 204}


def test_204_on_the_first_page_is_an_empty_list(opened: Opened) -> None:
    box, crm = opened()
    for id_ in box.ids("contacts"):
        box.remove("contacts", id_)
    assert records(crm.pull(Noun.CONTACT, None)) == []


def test_contacts_of_a_deal_come_with_it(opened: Opened) -> None:
    box, crm = opened()
    box.change("leads", box.ids("leads")[0], _embedded={"contacts": [{"id": 7}, {"id": 9}]})
    changed = str(box.ids("leads")[0])
    first = next(raw for raw in records(crm.pull(Noun.DEAL, None)) if raw.external_id == changed)
    deal: Any = crm.translate(first)
    assert deal.contact_external_ids == ("7", "9")


@pytest.mark.parametrize("api_filter", ["on", "ignored", "refused"])
def test_only_changes_are_pulled_whether_the_filter_is_paid_for_or_not(
    opened: Opened, api_filter: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    changed = box.ids("leads")[7]
    box.change("leads", changed, price=777)
    found = records(crm.pull(Noun.DEAL, cursor))
    assert [(raw.external_id, raw.body["price"]) for raw in found] == [(str(changed), 777)]


def test_a_filter_that_is_refused_is_done_without(opened: Opened) -> None:
    box, crm = opened()  # the account says that filters are on
    cursor = last_cursor(crm.pull(Noun.DEAL, None))
    changed = box.ids("leads")[7]
    box.change("leads", changed, price=777)
    box.faults.append(Fault(path="/api/v4/leads", status=400, times=1))
    assert [r.external_id for r in records(crm.pull(Noun.DEAL, cursor))] == [str(changed)]


def test_tasks_are_filtered_even_where_filters_are_refused(opened: Opened) -> None:
    box, crm = opened(api_filter="refused")
    cursor = last_cursor(crm.pull(Noun.TASK, None))
    changed = box.ids("tasks")[0]
    box.change("tasks", changed, text="Позвонить")
    assert [r.external_id for r in records(crm.pull(Noun.TASK, cursor))] == [str(changed)]


@pytest.mark.parametrize("form", ["body", "header"])
def test_too_many_requests_are_tried_again_after_the_wait_that_amocrm_asks_for(
    opened: Opened, waits: list[float], form: str
) -> None:
    box, crm = opened(retry_after=form)
    box.faults.append(refusal(box, seconds=7))
    assert len(records(crm.pull(Noun.DEAL, None))) == box.count("leads")
    assert waits == [7.0]


@pytest.mark.parametrize("form", ["none", "html"])
def test_too_many_requests_without_a_wait_are_tried_again_a_little_later(
    opened: Opened, waits: list[float], form: str
) -> None:
    box, crm = opened(retry_after=form)
    box.faults.append(refusal(box, seconds=7))
    assert len(records(crm.pull(Noun.DEAL, None))) == box.count("leads")
    assert [0.75 <= wait <= 1.25 for wait in waits] == [True]


@pytest.mark.parametrize("form", ["body", "header"])
def test_a_long_wait_is_left_to_the_next_run(opened: Opened, waits: list[float], form: str) -> None:
    box, crm = opened(retry_after=form)
    box.faults.append(refusal(box, seconds=300))
    with pytest.raises(RetryLater, match="too many requests") as caught:
        list(crm.pull(Noun.DEAL, None))
    assert caught.value.wait == timedelta(minutes=5)
    assert waits == []


def test_the_connectors_own_pace_keeps_it_under_the_limit(waits: list[float]) -> None:
    world = MadeUpWorld(size=5, deals=20, contacts=10, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        crm = AmoCrm(Credentials(box.url, box.token, {"per_second": "0.1"}))
        list(crm.pull(Noun.DEAL, None))
        crm.close()
    assert [seen.status for seen in box.requests] == [200, 200, 204]
    assert [0 < wait <= 10 * number for number, wait in enumerate(waits, 1)] == [True, True]


def test_users_are_refused_to_who_is_no_administrator(opened: Opened) -> None:
    _, crm = opened(admin=False)
    with pytest.raises(NoRights, match="administrator"):
        list(crm.pull(Noun.USER, None))
    assert records(crm.pull(Noun.DEAL, None))


def test_an_account_that_is_not_paid_for_needs_a_person(opened: Opened) -> None:
    box, crm = opened()
    box.faults.append(Fault(status=402, times=None))
    with pytest.raises(NeedsPerson, match="not paid"):
        list(crm.pull(Noun.DEAL, None))


def refusal(box: AmoSandbox, *, seconds: int) -> Fault:
    """429 once, in the form that the sandbox is set to."""
    said = box.too_fast(seconds)
    return Fault(status=429, body=said.body, content_type=said.content_type, headers=said.headers)
