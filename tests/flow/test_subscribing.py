"""The CRM is asked to call us, and that it does is looked after."""

from datetime import timedelta

import pytest

from connectors import ErrorKind, RetryLater, Subscribed
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import flow, removing, subscribing
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.model import Source, SourceState
from kam_sync.intake.store import HookKeyStore, RemovalStore, SourceStore
from kam_sync.intake.subscription import HooksState
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, state
from tests.fakes.memory_crm import MemoryCrm, connected
from tests.fakes.subscribed import address_of, at, incidents, later, shown
from tests.fakes.subscribing import subscribe

HOUR = timedelta(hours=1)


@pytest.fixture
def services(services: Services) -> Services:
    """Services that have a public address, which a CRM on this machine can reach."""
    return at(services)


def doors(services: Services) -> int:
    """How many keys open something now."""
    with services.database.transaction() as session:
        return len(HookKeyStore(session).doors(services.now()))


def test_a_source_is_subscribed_at_the_first_look_and_stays_so(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    first = flow.look_after_hooks(services, source.id)
    assert (first.state, first.was) == (HooksState.ACTIVE, Subscribed.ABSENT)
    since = shown(services, source).since
    second = flow.look_after_hooks(services, source.id)
    assert (second.state, second.was) == (HooksState.ACTIVE, Subscribed.ACTIVE)
    assert box.webhooks.subscriptions() == {address_of(services, source): True}
    assert shown(services, source).since == since
    assert incidents(services) == []


def test_a_subscription_that_was_lost_switched_off_or_changed_is_mended(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    url = address_of(services, source)
    for deed, was in (
        (lambda: box.webhooks.forget(url), Subscribed.ABSENT),
        (lambda: box.webhooks.disable(url), Subscribed.SWITCHED_OFF),
        (lambda: subscribe(box, url, "add_lead"), Subscribed.WRONG_EVENTS),
    ):
        deed()
        found = flow.look_after_hooks(services, source.id)
        assert (found.state, found.was) == (HooksState.ACTIVE, was)
        assert box.webhooks.subscriptions() == {url: True}
    assert flow.look_after_hooks(services, source.id).was is Subscribed.ACTIVE


def test_without_a_public_address_nothing_is_asked_and_it_is_no_incident(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    unreached = at(services, None)
    box.faults.append(Fault(path="/api/v4/webhooks", status=500, times=None))
    assert flow.look_after_hooks(unreached, source.id).state is HooksState.NO_ADDRESS
    assert incidents(services) == []


def test_another_public_address_is_subscribed_and_the_old_one_is_not_any_more(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    moved = at(services, "http://localhost:9/kam")
    flow.look_after_hooks(moved, source.id)
    assert box.webhooks.subscriptions() == {address_of(moved, source): True}
    assert address_of(moved, source).startswith("http://localhost:9/kam/hooks/")


def test_an_old_address_that_cannot_be_taken_back_now_is_taken_back_later(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    moved = at(services, "http://localhost:9")
    box.faults.append(Fault(path="/api/v4/webhooks", after=2, status=500, times=None))
    with pytest.raises(RetryLater):
        flow.look_after_hooks(moved, source.id)
    assert len(box.webhooks.subscriptions()) == 2
    box.faults.clear()
    flow.look_after_hooks(moved, source.id)
    assert box.webhooks.subscriptions() == {address_of(moved, source): True}


@pytest.mark.parametrize(
    ("paid", "status", "kind"),
    [(False, None, ErrorKind.NOT_PAID), (True, 403, ErrorKind.NO_RIGHTS),
     (True, 422, ErrorKind.ADDRESS_REFUSED)],
)  # fmt: skip
def test_a_refusal_is_an_incident_with_its_reason_until_it_works(
    services: Services,
    box: AmoSandbox,
    source: Source,
    paid: bool,
    status: int | None,
    kind: ErrorKind,
) -> None:
    box.webhooks.paid = paid
    if status:
        box.faults.append(Fault(path="/api/v4/webhooks", after=status == 422, status=status))
    assert flow.look_after_hooks(services, source.id).state is HooksState.REFUSED
    assert incidents(services) == [("hooks_off", kind.value)]
    assert state(services, source)[0] is SourceState.ACTIVE
    box.webhooks.paid = True
    box.faults.clear()
    assert flow.look_after_hooks(services, source.id).state is HooksState.ACTIVE
    assert incidents(services) == []


def test_what_is_switched_off_four_times_in_a_day_is_an_incident_until_a_calmer_day(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    now = services.now()
    flow.look_after_hooks(services, source.id)
    seen = []
    for hour in range(1, 5):
        box.webhooks.disable(address_of(services, source))
        flow.look_after_hooks(later(services, now + hour * HOUR), source.id)
        seen.append(incidents(services))
    assert seen == [[], [], [], [("hooks_off", "hooks_fail")]]
    flow.look_after_hooks(later(services, now + 20 * HOUR), source.id)
    assert len(incidents(services)) == 1
    flow.look_after_hooks(later(services, now + 26 * HOUR), source.id)
    assert incidents(services) == []


def test_a_crm_that_is_away_changes_nothing_that_we_know(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    box.faults.append(Fault(path="/api/v4/webhooks", status=503, times=None))
    with pytest.raises(RetryLater):
        flow.look_after_hooks(services, source.id)
    assert shown(services, source).state is HooksState.ACTIVE
    assert incidents(services) == []


def test_who_wants_no_webhooks_has_none_and_who_wants_them_again_has_them(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    flow.look_after_hooks(services, subscribing.want(services, source.name, wanted=False))
    assert box.webhooks.subscriptions() == {}
    assert (shown(services, source).state, shown(services, source).is_wanted) == (
        HooksState.OFF, False,
    )  # fmt: skip
    box.webhooks.paid = False
    flow.look_after_hooks(services, source.id)
    assert incidents(services) == []
    box.webhooks.paid = True
    flow.look_after_hooks(services, subscribing.want(services, source.name, wanted=True))
    assert box.webhooks.subscriptions() == {address_of(services, source): True}


def test_the_wish_for_no_webhooks_is_an_option_that_translates_nothing_anew(
    services: Services, source: Source
) -> None:
    flow.sync(services, source.id)
    before = ask(services, "SELECT count(*) FROM translation")
    subscribing.want(services, source.name, wanted=False)
    assert ask(services, "SELECT options->>'webhooks' FROM source") == [("off",)]
    assert ask(services, "SELECT count(*) FROM translation") == before
    assert before != [(0,)]


def test_another_key_is_subscribed_and_the_old_one_opens_until_then(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    old = address_of(services, source)
    subscribing.rotate(services, source.name)
    assert doors(services) == 2
    box.faults.append(Fault(path="/api/v4/webhooks", status=500, times=None))
    with pytest.raises(RetryLater):
        flow.look_after_hooks(services, source.id)
    assert doors(services) == 2
    box.faults.clear()
    flow.look_after_hooks(services, source.id)
    assert address_of(services, source) != old
    assert box.webhooks.subscriptions() == {address_of(services, source): True}
    assert doors(services) == 1


def test_where_a_person_tells_the_crm_the_old_key_opens_for_a_day_more(
    services: Services, source: Source
) -> None:
    unreached = at(services, None)
    subscribing.hook_key(services, source.name)
    subscribing.rotate(services, source.name)
    flow.look_after_hooks(unreached, source.id)
    assert doors(services) == 2
    assert doors(later(services, services.now() + 25 * HOUR)) == 1


def test_a_source_that_is_removed_is_not_called_about_any_more(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    subscribe(box, "http://127.0.0.1:9/another-program")
    assert removing.remove(services, source.name)
    assert box.webhooks.subscriptions() == {"http://127.0.0.1:9/another-program": True}


@pytest.mark.parametrize("is_away", [False, True])
def test_a_removal_that_was_cut_short_takes_leave_of_the_crm_at_last(
    services: Services, box: AmoSandbox, source: Source, *, is_away: bool
) -> None:
    flow.look_after_hooks(services, source.id)
    if is_away:
        box.faults.append(Fault(path="/api/v4/webhooks", status=503, times=None))
        assert not subscribing.let_go(services, source.id)
        box.faults.clear()
    else:
        assert subscribing.let_go(services, source.id)
    with services.database.transaction() as session:
        RemovalStore(session, source.id).begin()
    assert removing.remove(services, source.name)
    assert box.webhooks.subscriptions() == {}


def test_a_crm_that_is_away_keeps_no_source(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.look_after_hooks(services, source.id)
    box.faults.append(Fault(path="/api/v4/webhooks", status=503, times=None))
    assert not removing.remove(services, source.name)
    assert ask(services, "SELECT count(*) FROM subscription") == [(0,)]
    with pytest.raises(NotHere):
        subscribing.hook_key(services, source.name)


def test_a_token_that_is_refused_stops_the_source_as_a_sync_would(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.token = "another"
    with pytest.raises(Exception, match="token is refused"):
        flow.look_after_hooks(services, source.id)
    assert state(services, source)[0] is SourceState.NEEDS_REAUTH


def test_addresses_are_kept_sealed(services: Services, source: Source) -> None:
    flow.look_after_hooks(services, source.id)
    key = subscribing.hook_key(services, source.name)
    assert key not in str(ask(services, "SELECT * FROM subscription"))


def test_a_crm_that_cannot_be_asked_to_call_is_not_asked(services: Services) -> None:
    opened, source_id = connected(services, MemoryCrm())
    name = ask(services, "SELECT name FROM source WHERE id = :id", id=source_id)[0][0]
    with pytest.raises(WrongUse):
        subscribing.want(opened, name, wanted=True)
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        assert subscribing.look(services, session, source) is None
