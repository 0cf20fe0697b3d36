"""How webhooks of the sandbox travel: late, twice, in any order, again, never."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from tests.fakes.clock import Clock
from tests.fakes.listener import Listener, fields
from tests.fakes.subscribing import ask, happen, subscribe

MINUTE = 60


@pytest.fixture
def ear() -> Iterator[Listener]:
    with Listener() as opened:
        yield opened


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def box(open_box: Any, clock: Clock) -> AmoSandbox:
    """A sandbox whose hooks leave when a test says so."""
    opened = open_box(clock=clock)
    opened.webhooks.automatic = False
    return opened


@pytest.fixture
def outcomes(box: AmoSandbox) -> Callable[[], list[tuple[int, int]]]:
    """Number and status of every attempt so far."""
    return lambda: [(sent.attempt, sent.status) for sent in box.webhooks.sent]


def test_a_hook_comes_as_a_form_with_the_headers_of_amocrm(box: AmoSandbox, ear: Listener) -> None:
    subscribe(box, f"{ear.url}/h/abc?t=1")
    happen(box)
    assert box.webhooks.deliver() == 1
    [post] = ear.posts
    assert post.path == "/h/abc?t=1"
    assert post.headers["content-type"] == "application/x-www-form-urlencoded"
    assert post.headers["user-agent"] == "amoCRM-Webhooks/3.0"
    assert len(post.headers["x-amocrm-requestid"]) == 36
    assert post.form["leads[update][0][id]"] == "5000001"
    assert post.form["account[id]"] == "30000001"


def test_only_what_was_subscribed_to_comes(box: AmoSandbox, ear: Listener) -> None:
    subscribe(box, ear.url, "add_lead", "update_company")
    happen(box, "leads")
    happen(box, "companies", 6_000_001)
    box.webhooks.deliver()
    assert [post.form.get("contacts[update][0][type]") for post in ear.posts] == ["company"]


def test_hooks_leave_by_themselves(open_box: Any, ear: Listener) -> None:
    box = open_box()
    subscribe(box, ear.url)
    happen(box)
    assert ear.hears(1)


@pytest.mark.parametrize("status", [199, 200, 202, 299])
def test_anything_from_100_to_299_is_a_success(
    box: AmoSandbox, ear: Listener, outcomes: Any, status: int
) -> None:
    ear.statuses = [status]
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    assert outcomes() == [(1, status)]
    assert box.webhooks.waiting() == 0


def test_a_redirect_is_a_failure(box: AmoSandbox, ear: Listener) -> None:
    ear.statuses = [302]
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    assert box.webhooks.waiting() == 1


def test_a_client_error_is_given_up_after_20_minutes(
    box: AmoSandbox, ear: Listener, clock: Clock, outcomes: Any
) -> None:
    ear.statuses = [404] * 9
    subscribe(box, ear.url)
    happen(box)
    for minutes in (0, 4, 1, 14, 1):
        clock.now += minutes * MINUTE
        box.webhooks.deliver()
    assert outcomes() == [(1, 404), (2, 404), (3, 404)]
    assert box.webhooks.waiting() == 0


@pytest.mark.parametrize("status", [499, 503])
def test_a_server_error_is_given_up_after_95_minutes(
    box: AmoSandbox, ear: Listener, clock: Clock, outcomes: Any, status: int
) -> None:
    ear.statuses = [status] * 9
    subscribe(box, ear.url)
    happen(box)
    for minutes in (0, 5, 15, 15, 59, 1):
        clock.now += minutes * MINUTE
        box.webhooks.deliver()
    assert outcomes() == [(attempt, status) for attempt in (1, 2, 3, 4, 5)]
    assert box.webhooks.waiting() == 0


def test_a_receiver_that_is_away_gets_the_hook_later(
    box: AmoSandbox, ear: Listener, clock: Clock, outcomes: Any
) -> None:
    with Listener() as gone:
        subscribe(box, gone.url)
    happen(box)
    box.webhooks.deliver()
    assert outcomes() == [(1, 0)]
    assert box.webhooks.waiting() == 1


def test_a_receiver_has_two_seconds(box: AmoSandbox, ear: Listener, outcomes: Any) -> None:
    ear.silent = True
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    assert outcomes() == [(1, 0)]


def test_all_delays_can_be_shortened(
    box: AmoSandbox, ear: Listener, clock: Clock, outcomes: Any
) -> None:
    box.webhooks.speed = 300
    ear.statuses = [500]
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    clock.now += 1
    box.webhooks.deliver()
    assert outcomes() == [(1, 500), (2, 200)]


@pytest.mark.parametrize("keeps", [True, False])
def test_an_attempt_after_the_first_may_keep_its_request_id(
    box: AmoSandbox, ear: Listener, clock: Clock, keeps: bool
) -> None:
    box.webhooks.keeps_request_id = keeps
    ear.statuses = [500]
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    clock.now += 5 * MINUTE
    box.webhooks.deliver()
    first, second = (post.headers["x-amocrm-requestid"] for post in ear.posts)
    assert (first == second) is keeps


def test_more_than_100_failures_in_two_hours_disable_a_subscription(
    box: AmoSandbox, ear: Listener, clock: Clock
) -> None:
    subscribe(box, ear.url)
    ear.statuses = [400] * 101
    for _ in range(101):
        happen(box)
    box.webhooks.deliver()
    assert ask(box, "GET").json()["_embedded"]["webhooks"][0]["disabled"] is True
    happen(box)
    clock.now += 5 * MINUTE
    assert box.webhooks.deliver() == 0
    assert len(ear.posts) == 101  # neither new ones nor those that were to be tried again
    assert subscribe(box, ear.url).json()["disabled"] is False


def test_failures_that_are_more_than_two_hours_apart_do_not_disable(
    box: AmoSandbox, ear: Listener, clock: Clock
) -> None:
    subscribe(box, ear.url)
    ear.statuses = [400] * 101
    for count in (100, 1):
        for _ in range(count):
            happen(box)
        box.webhooks.deliver()
        clock.now += 121 * MINUTE
    assert ask(box, "GET").json()["_embedded"]["webhooks"][0]["disabled"] is False


def test_subscribing_anew_may_leave_it_disabled(box: AmoSandbox, ear: Listener) -> None:
    box.webhooks.post_enables = False
    subscribe(box, ear.url)
    ear.statuses = [400] * 101
    for _ in range(101):
        happen(box)
    box.webhooks.deliver()
    assert subscribe(box, ear.url).json()["disabled"] is True


def test_a_deleted_subscription_gets_no_more_attempts(
    box: AmoSandbox, ear: Listener, clock: Clock
) -> None:
    ear.statuses = [500] * 9
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    ask(box, "DELETE", {"destination": ear.url})
    clock.now += 5 * MINUTE
    assert box.webhooks.deliver() == 0


def test_hooks_may_come_twice(box: AmoSandbox, ear: Listener) -> None:
    box.webhooks.duplicated = True
    subscribe(box, ear.url)
    happen(box)
    box.webhooks.deliver()
    assert len(ear.posts) == 2
    assert ear.posts[0].body == ear.posts[1].body


def test_hooks_may_come_an_hour_and_a_half_late(
    box: AmoSandbox, ear: Listener, clock: Clock
) -> None:
    box.webhooks.delayed = 90 * MINUTE
    subscribe(box, ear.url)
    happen(box)
    assert box.webhooks.deliver() == 0
    clock.now += 90 * MINUTE
    assert box.webhooks.deliver() == 1


def test_hooks_may_come_in_the_wrong_order(box: AmoSandbox, ear: Listener) -> None:
    box.webhooks.reordered = True
    subscribe(box, ear.url)
    for id_ in (5_000_001, 5_000_002):
        happen(box, id_=id_)
    box.webhooks.deliver()
    assert [post.form["leads[update][0][id]"] for post in ear.posts] == ["5000002", "5000001"]


def test_several_hooks_may_come_in_one_body(box: AmoSandbox, ear: Listener) -> None:
    box.webhooks.together = True
    subscribe(box, ear.url, "update_lead", "update_company")
    happen(box)
    happen(box)
    happen(box, "companies", 6_000_001)
    box.webhooks.deliver()
    [sent] = box.webhooks.sent
    assert fields(sent.body).keys() >= {
        "leads[update][0][id]",
        "leads[update][1][id]",
        "contacts[update][0][id]",
    }
