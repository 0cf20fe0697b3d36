"""What lies in the inbox is fetched, once for many calls, and only the answer is believed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from connectors import BadHook, Noun
from connectors.amocrm import client
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.account import ACCOUNT
from connectors.sandbox.faults import Fault
from kam_sync import flow
from kam_sync.flow import HearingResult
from kam_sync.intake.inbox import HookState, Post
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import InboxStore
from kam_sync.jobs.queue import defer_replay
from kam_sync.jobs.replaying import Wanted, replay
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.posting import FORM, post, states
from tests.fakes.waiting import PATIENCE, wait_until_somebody_waits


@pytest.fixture
def source(services: Services, source: Source) -> Source:
    """The shop, synced once."""
    flow.sync(services, source.id)
    return source


def hear(services: Services, source: Source) -> HearingResult:
    return flow.hear(services, source.id, go_on=lambda: None)


def update(lead: int, changed_at: int, *, action: str = "update") -> bytes:
    """What amoCRM posts about a deal, shortened."""
    item = f"leads[{action}][0]"
    body = f"{item}[id]={lead}&{item}[updated_at]={changed_at}&account[id]={ACCOUNT}"
    return body.encode()


def told(box: AmoSandbox, lead: int) -> bytes:
    return update(lead, box.row("leads", lead)["updated_at"])


def asked(box: AmoSandbox) -> int:
    """How often deals were asked for since it was last cleared."""
    return sum(1 for seen in box.requests if seen.path == "/api/v4/leads")


def price(services: Services, lead: int) -> int:
    query = "SELECT amount FROM deal WHERE external_id = :id"
    return int(ask(services, query, id=str(lead))[0][0])


def test_a_change_that_a_webhook_tells_of_is_here_without_a_sync(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    box.change("leads", lead, price=77_000)
    post(services, source, told(box, lead))
    result = hear(services, source)
    assert (result.state, result.hooks, result.hints) == (RunState.DONE, 1, 1)
    assert price(services, lead) == 77_000
    assert states(services) == [("read", "")]
    assert ask(services, "SELECT named FROM hook") == [({"deal": [str(lead)]},)]


def test_many_webhooks_about_a_record_are_one_question(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    first, second = box.ids("leads")[:2]
    for amount in range(1, 20):
        box.change("leads", first, price=amount)
        post(services, source, *[told(box, first)] * 2, told(box, second))
    box.requests.clear()
    result = hear(services, source)
    assert (result.hooks, result.hints) == (57, 2)
    assert asked(box) == 1
    assert price(services, first) == 19


def test_webhooks_that_come_late_or_twice_about_what_is_here_ask_nothing(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    box.change("leads", lead, price=1)
    now = box.row("leads", lead)["updated_at"]
    post(services, source, told(box, lead))
    hear(services, source)
    # as if it had been fetched a while after the change
    back = "UPDATE deal SET updated_at = updated_at - interval '10 s' WHERE external_id = :id"
    with services.database.transaction() as session:
        session.connection().exec_driver_sql(back.replace(":id", f"'{lead}'"))
    post(services, source, update(lead, now - 60), *[update(lead, now - 10)] * 5)
    box.requests.clear()
    assert hear(services, source).hints == 0
    assert asked(box) == 0
    assert states(services) == [("read", "")] * 7


def test_what_a_webhook_says_is_deleted_or_restored_is_asked_about_whatever_its_time(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead, stays = box.ids("leads")[:2]
    old = box.row("leads", lead)["updated_at"] - 1_000
    gone = "SELECT external_id FROM raw_record WHERE gone_at IS NOT NULL"
    box.remove("leads", lead)
    forged = update(stays, old, action="delete")
    post(services, source, update(lead, old, action="delete"), forged)
    assert hear(services, source).hints == 2
    assert ask(services, gone) == [(str(lead),)]
    box.restore("leads", lead)
    post(services, source, update(lead, old, action="restore"))
    hear(services, source)
    assert ask(services, gone) == []


def test_what_is_not_understood_or_not_ours_is_kept_with_the_reason(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    partly = f"leads[update][0][id]={lead}&dances[add][0][id]=5".encode()
    post(services, source, b'{"broken": ', b"leads[update][0][id]=1&account[id]=7", partly)
    result = hear(services, source)
    (broken, why), foreign, half = states(services)
    assert broken == "unknown"
    assert why
    assert foreign == ("foreign", f"it is about account 7, the source is account {ACCOUNT}")
    assert half == ("unknown", "not understood: dances[add]")
    assert result.hints == 1


def test_a_webhook_that_breaks_the_reader_keeps_no_other_unread(
    services: Services, box: AmoSandbox, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = box.ids("leads")[0]
    box.change("leads", lead, price=5)

    def read(headers: object, body: bytes, invoices: object) -> object:
        if body == b"bomb":
            raise ZeroDivisionError
        return original(headers, body, invoices)

    original = client.read_hook
    monkeypatch.setattr(client, "read_hook", read)
    post(services, source, b"bomb", told(box, lead))
    hear(services, source)
    assert [state for state, _ in states(services)] == ["failed", "read"]
    assert price(services, lead) == 5


def test_what_was_read_is_asked_about_later_when_the_crm_is_away(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    box.change("leads", lead, price=9)
    post(services, source, told(box, lead))
    box.faults.append(Fault(path="/api/v4/leads", status=503, times=None))
    assert hear(services, source).state is RunState.LATER
    assert states(services) == [("read", "")]
    box.faults.clear()
    assert hear(services, source).nouns[Noun.DEAL].updated == 1
    assert price(services, lead) == 9


def test_a_webhook_that_is_being_kept_while_the_reading_begins_is_read_by_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    with ThreadPoolExecutor(1) as threads:
        with services.database.transaction() as session:
            inbox = InboxStore(session)
            assert inbox.enter({source.id, 99}) == {source.id}
            inbox.keep([Post(source.id, FORM, told(box, lead))])
            reading = threads.submit(hear, services, source)
            wait_until_somebody_waits(services.database)
            assert not reading.done()
        assert reading.result(timeout=PATIENCE).hooks == 1


def test_what_a_replayed_webhook_names_is_fetched_whatever_we_have_of_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    lead = box.ids("leads")[0]
    post(services, source, update(lead, 1_500_000_000))
    assert hear(services, source).hints == 0
    with services.database.transaction() as session:
        assert replay(session, Wanted(source_id=source.id)) == 1
    assert hear(services, source).hints == 1


def test_a_reading_that_begins_while_a_replay_is_being_asked_for_reads_it(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    post(services, source, told(box, box.ids("leads")[0]))
    hear(services, source)
    with services.database.transaction() as session:
        assert defer_replay(session, source.id)
    with ThreadPoolExecutor(1) as threads:
        with services.database.transaction() as session:
            assert replay(session, Wanted(source_id=source.id)) == 1
            reading = threads.submit(hear, services, source)  # the job that was waiting begins
            wait_until_somebody_waits(services.database)
            assert not reading.done()
        assert reading.result(timeout=PATIENCE).hooks == 1
    assert states(services) == [("read", "")]


def test_what_was_not_understood_is_read_by_a_later_release_when_a_person_asks_for_it(
    services: Services, box: AmoSandbox, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_yet(*_: object) -> object:
        raise BadHook("what is this?")

    lead = box.ids("leads")[0]
    box.change("leads", lead, price=5)
    post(services, source, told(box, lead))
    with monkeypatch.context() as old:
        old.setattr(client, "read_hook", not_yet)
        hear(services, source)
    assert states(services) == [("unknown", "what is this?")]
    with services.database.transaction() as session:
        assert replay(session, Wanted(source_id=source.id, state=HookState.UNKNOWN)) == 1
    hear(services, source)
    assert states(services) == [("read", "")]
    assert price(services, lead) == 5
