"""Subscriptions to amoCRM's webhooks: made, mended and taken back, whatever stood there before."""

import pytest

from connectors.amocrm import AmoCrm
from connectors.amocrm.subscribing import TOLD
from connectors.kit.contract import Subscribed, SubscribesHooks
from connectors.kit.errors import ErrorKind, NeedsPerson, NoRights, Refused, RetryLater
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.connectors.conftest import Opened
from tests.fakes.listener import Listener
from tests.fakes.subscribing import ask, subscribe

URL = "http://127.0.0.1:9/hooks/key"


@pytest.fixture
def both(opened: Opened) -> tuple[AmoSandbox, AmoCrm]:
    return opened()


@pytest.fixture
def box(both: tuple[AmoSandbox, AmoCrm]) -> AmoSandbox:
    return both[0]


@pytest.fixture
def crm(both: tuple[AmoSandbox, AmoCrm]) -> AmoCrm:
    return both[1]


def test_it_is_absent_then_active_then_absent(box: AmoSandbox, crm: AmoCrm) -> None:
    assert isinstance(crm, SubscribesHooks)
    assert crm.subscribed(URL) is Subscribed.ABSENT
    crm.subscribe(URL)
    assert crm.subscribed(URL) is Subscribed.ACTIVE
    crm.unsubscribe(URL)
    crm.unsubscribe(URL)
    assert crm.subscribed(URL) is Subscribed.ABSENT


def test_subscribing_twice_is_subscribing_once(box: AmoSandbox, crm: AmoCrm) -> None:
    crm.subscribe(URL)
    crm.subscribe(URL)
    assert box.webhooks.subscriptions() == {URL: True}


def test_another_destination_is_none_of_ours(box: AmoSandbox, crm: AmoCrm) -> None:
    subscribe(box, f"{URL}-of-another-program")
    assert crm.subscribed(URL) is Subscribed.ABSENT
    crm.subscribe(URL)
    crm.unsubscribe(URL)
    assert box.webhooks.subscriptions() == {f"{URL}-of-another-program": True}


def test_events_that_are_missing_are_added(box: AmoSandbox, crm: AmoCrm) -> None:
    subscribe(box, URL, "add_lead", "update_lead")
    assert crm.subscribed(URL) is Subscribed.WRONG_EVENTS
    crm.subscribe(URL)
    assert crm.subscribed(URL) is Subscribed.ACTIVE


@pytest.mark.parametrize("post_enables", [True, False])
def test_what_was_switched_off_is_on_again_whether_a_post_enables_or_not(
    box: AmoSandbox, crm: AmoCrm, post_enables: bool
) -> None:
    box.webhooks.post_enables = post_enables
    crm.subscribe(URL)
    box.webhooks.disable(URL)
    assert crm.subscribed(URL) is Subscribed.SWITCHED_OFF
    crm.subscribe(URL)
    assert crm.subscribed(URL) is Subscribed.ACTIVE


def test_every_change_of_the_nouns_that_are_told_is_told(box: AmoSandbox, crm: AmoCrm) -> None:
    paths = {"leads": "deal", "contacts": "contact", "companies": "company",
             "customers": "customer", "tasks": "task"}  # fmt: skip
    assert {noun.value for noun in TOLD} == set(paths.values())
    box.webhooks.automatic = False
    with Listener() as ear:
        crm.subscribe(ear.url)
        for path in paths:
            box.change(path, box.ids(path)[0], responsible_user_id=box.ids("users")[1])
        box.webhooks.deliver()
        hooks = [crm.read_hook(post.headers, post.body) for post in ear.posts]
    assert {hint.noun for hook in hooks for hint in hook.hints} == set(TOLD)


def test_a_plan_without_webhooks_needs_a_person(box: AmoSandbox, crm: AmoCrm) -> None:
    box.webhooks.paid = False
    with pytest.raises(NeedsPerson) as told:
        crm.subscribe(URL)
    assert told.value.kind is ErrorKind.NOT_PAID


def test_who_is_no_administrator_may_not_subscribe(opened: Opened) -> None:
    with pytest.raises(NoRights) as told:
        opened(admin=False)[1].subscribed(URL)
    assert told.value.kind is ErrorKind.NO_RIGHTS


def test_an_address_that_is_refused_is_told_from_an_account_that_is_full(
    box: AmoSandbox, crm: AmoCrm
) -> None:
    with pytest.raises(Refused) as told:
        crm.subscribe("http://пример.рф/hooks/key")
    assert told.value.kind is ErrorKind.ADDRESS_REFUSED
    for number in range(100):
        subscribe(box, f"http://127.0.0.1:9/{number}")
    with pytest.raises(Refused) as told:
        crm.subscribe(URL)
    assert told.value.kind is ErrorKind.TOO_MANY_HOOKS


@pytest.mark.parametrize(
    "answer", [b"[]", b'{"_embedded": []}', b'{"_embedded": {"webhooks": [null, 7]}}']
)
def test_an_answer_of_another_form_is_no_subscription(
    box: AmoSandbox, crm: AmoCrm, answer: bytes
) -> None:
    box.faults.append(Fault(path="/api/v4/webhooks", status=200, body=answer))
    assert crm.subscribed(URL) is Subscribed.ABSENT


def test_a_crm_that_fails_is_asked_again_later(box: AmoSandbox, crm: AmoCrm) -> None:
    box.faults.append(Fault(path="/api/v4/webhooks", status=500, times=None))
    for deed in (crm.subscribed, crm.subscribe, crm.unsubscribe):
        with pytest.raises(RetryLater):
            deed(URL)
    assert ask(box, "GET").status_code == 500
