"""What changes in the sandbox is told by webhooks, whoever changes it."""

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.hooks.told import SETTINGS
from tests.fakes.listener import Listener
from tests.fakes.subscribing import subscribe

Forms = Callable[[], list[dict[str, str]]]


@pytest.fixture
def forms(box: AmoSandbox) -> Iterator[Forms]:
    """A subscriber to everything; called, it gives the bodies that have come since."""
    box.webhooks.automatic = False
    with Listener() as ear:
        subscribe(box, ear.url, *sorted(SETTINGS))

        def come() -> list[dict[str, str]]:
            box.webhooks.deliver()
            posts, ear.posts = ear.posts, []
            return [post.form for post in posts]

        yield come


def first_keys(forms: list[dict[str, str]]) -> list[str]:
    """The root and action of each body."""
    return [next(iter(form)).partition("[0]")[0] for form in forms]


def an_open_lead(box: AmoSandbox) -> int:
    rows = [box.row("leads", id_) for id_ in box.ids("leads")]
    return next(row["id"] for row in rows if row["closed_at"] is None)


def test_a_won_deal_is_told_with_its_old_stage(box: AmoSandbox, forms: Forms) -> None:
    id_ = an_open_lead(box)
    old = box.row("leads", id_)["status_id"]
    box.change("leads", id_, status_id=142)
    status, update = forms()
    assert status["leads[status][0][status_id]"] == "142"
    assert status["leads[status][0][old_status_id]"] == str(old)
    assert update["leads[update][0][id]"] == str(id_)


def test_a_deal_is_added_deleted_and_restored(box: AmoSandbox, forms: Forms) -> None:
    id_ = box.add("leads", {"name": "Щиты", "price": 5_000})
    box.remove("leads", id_)
    box.restore("leads", id_)
    added, deleted, restored = forms()
    assert added["leads[add][0][name]"] == restored["leads[restore][0][name]"] == "Щиты"
    deal = {key for key in deleted if key.startswith("leads")}
    assert deal == {f"leads[delete][0][{key}]" for key in ("id", "status_id", "pipeline_id")}


def test_a_contact_is_told_with_its_company_and_its_leads(box: AmoSandbox, forms: Forms) -> None:
    lead = next(row for id_ in box.ids("leads") if (row := box.row("leads", id_)))
    person = box.row("contacts", lead["_embedded"]["contacts"][0]["id"])
    company = box.row("companies", person["_embedded"]["companies"][0]["id"])
    box.change("contacts", person["id"], name="Анна")
    [form] = forms()
    assert form["contacts[update][0][company_name]"] == company["name"]
    assert form[f"contacts[update][0][linked_leads_id][{lead['id']}][ID]"] == str(lead["id"])
    assert form["contacts[update][0][type]"] == "contact"


def test_companies_tasks_notes_and_customers_are_told(box: AmoSandbox, forms: Forms) -> None:
    lead, company = box.ids("leads")[0], box.ids("companies")[0]
    box.change("companies", company, name="ООО Новое")
    box.add("tasks", {"text": "Позвонить", "entity_id": lead, "entity_type": "leads"})
    box.add("leads/notes", {"entity_id": lead, "params": {"text": "Ждут"}})
    box.add("companies/notes", {"entity_id": company, "params": {"text": "Ждут"}})
    box.add("customers", {"name": "Постоянный"})
    assert first_keys(forms()) == [
        "contacts[update]",
        "task[add]",
        "leads[note]",
        "contacts[note]",
        "customers[add]",
    ]


@pytest.mark.parametrize(
    ("is_told", "actions"), [(True, ["delete", "update"]), (False, ["update"])]
)
def test_a_merge_may_tell_of_the_loser_and_updates_the_survivor(
    box: AmoSandbox, forms: Forms, is_told: bool, actions: list[str]
) -> None:
    loser, survivor = box.ids("contacts")[:2]
    box.merge("contacts", loser, survivor, delete_event=is_told)
    assert first_keys(forms()) == [f"contacts[{action}]" for action in actions]


def test_what_the_api_writes_comes_back_as_a_hook(box: AmoSandbox, forms: Forms) -> None:
    id_, headers = box.ids("leads")[0], {"Authorization": f"Bearer {box.token}"}
    httpx.patch(f"{box.url}/api/v4/leads/{id_}", headers=headers, json={"price": 125_000})
    [form] = forms()
    assert form["leads[update][0][price]"] == "125000"
    assert form["leads[update][0][modified_user_id]"] == str(box.ids("users")[0])


def test_silent_changes_are_told_to_nobody(box: AmoSandbox, forms: Forms) -> None:
    id_ = an_open_lead(box)
    box.change("leads", id_, silent=True, price=1)
    box.remove("leads", id_, silent=True)
    assert forms() == []


def test_a_late_hook_may_describe_what_is_gone(box: AmoSandbox, forms: Forms, get: Any) -> None:
    id_ = an_open_lead(box)
    box.change("leads", id_, price=1)
    box.remove("leads", id_, silent=True)
    [form] = forms()
    assert form["leads[update][0][id]"] == str(id_)
    assert get(box, f"leads/{id_}").status_code == 204
