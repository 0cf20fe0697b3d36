"""Who subscribes to webhooks of the sandbox, and to what."""

from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from tests.fakes.clock import Clock
from tests.fakes.subscribing import ask, subscribe


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(open_box: Any, clock: Clock) -> AmoSandbox:
    """A sandbox whose hooks leave when a test says so."""
    opened = open_box(clock=clock)
    opened.webhooks.automatic = False
    return opened


def test_a_subscription_is_made_shown_and_deleted(box: AmoSandbox, clock: Clock) -> None:
    url = "http://127.0.0.1:9/h/abc"
    assert ask(box, "GET").status_code == 204
    made = subscribe(box, url, "add_lead")
    assert made.status_code == 201
    assert made.json() == {
        "id": 1,
        "destination": url,
        "created_at": int(clock.now),
        "updated_at": int(clock.now),
        "account_id": 30_000_001,
        "created_by": box.row("users", box.ids("users")[0])["id"],
        "sort": 1,
        "disabled": False,
        "settings": ["add_lead"],
    }
    listed = ask(box, "GET").json()
    assert listed == {"_total_items": 1, "_embedded": {"webhooks": [made.json()]}}
    assert ask(box, "DELETE", {"destination": url}).status_code == 204
    assert ask(box, "DELETE", {"destination": url}).status_code == 404
    assert ask(box, "GET").status_code == 204


def test_the_same_destination_again_replaces_its_settings(box: AmoSandbox) -> None:
    url = "http://localhost:9/h"
    first = subscribe(box, url, "add_lead").json()
    second = subscribe(box, url, "add_task", "update_task").json()
    assert second["id"] == first["id"]
    found = ask(box, "GET", query=f"?filter[destination]={url}").json()
    assert found["_embedded"]["webhooks"][0]["settings"] == ["add_task", "update_task"]
    assert ask(box, "GET", query="?filter[destination]=http://other").status_code == 204


@pytest.mark.parametrize(
    ("destination", "settings", "status"),
    [
        ("http://пример.рф/h", ["add_lead"], 422),
        ("https://app.example.test/h", ["add_lead"], 422),
        ("http://192.0.2.1/h", ["add_lead"], 422),
        ("nowhere", ["add_lead"], 422),
        ("http://127.0.0.1:9/h", ["add_deal"], 400),
        ("http://127.0.0.1:9/h", [{}], 400),
        ("http://127.0.0.1:9/h", [], 400),
        (None, ["add_lead"], 400),
    ],
)
def test_what_cannot_be_subscribed_to_is_refused(
    box: AmoSandbox, destination: Any, settings: Any, status: int
) -> None:
    asked = {"destination": destination, "settings": settings}
    assert ask(box, "POST", asked).status_code == status


def test_an_account_has_at_most_100_subscriptions(box: AmoSandbox) -> None:
    made = [subscribe(box, f"http://127.0.0.1:9/{n}").status_code for n in range(101)]
    assert made == [201] * 100 + [422]


def test_only_an_admin_may_subscribe(open_box: Any) -> None:
    box = open_box(admin=False)
    answer = subscribe(box, "http://127.0.0.1:9/h")
    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/json")


def test_other_methods_and_empty_bodies_are_refused(box: AmoSandbox) -> None:
    assert ask(box, "PATCH", {}).status_code == 405
    assert ask(box, "POST").status_code == 400


def test_a_plan_without_webhooks_refuses_with_402(box: AmoSandbox) -> None:
    box.webhooks.paid = False
    assert subscribe(box, "http://127.0.0.1:9/h").status_code == 402
    assert ask(box, "GET").status_code == 402
