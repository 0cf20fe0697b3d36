"""How messages come to their target, and what happens when they do not."""

import json
from datetime import timedelta
from threading import Thread

import pytest
from standardwebhooks import Webhook, WebhookVerificationError
from structlog.testing import capture_logs

from connectors import Noun
from kam_sync import delivering, targeting
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.clock import utc_now
from kam_sync.notify.model import DeliveryState, TargetState
from kam_sync.notify.patience import WAITS
from kam_sync.notify.store import TargetStore
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.telling import Told


def change(shop: Told, amount: int = 7) -> None:
    """One more event that waits."""
    shop.crm.put(Noun.DEAL, "1", amount=amount)
    shop.sync()
    shop.announce()


def incidents(shop: Told) -> list[tuple[str, bool]]:
    """Subjects, and whether they are open."""
    with shop.services.database.transaction() as session:
        found = IncidentStore(session).incidents(limit=10)
        return [(one.subject, one.resolved_at is None) for one in found]


def test_a_message_is_signed_as_somebody_elses_code_expects(told_shop: Told) -> None:
    told_shop.time.at = utc_now()  # the public package has a clock of its own
    change(told_shop)
    told_shop.deliver()
    [post] = told_shop.ear.posts
    assert post.path == "/in"
    assert post.headers["content-type"] == "application/json"
    assert post.headers["user-agent"].startswith("kam_sync/")
    assert Webhook(told_shop.secret).verify(post.body, post.headers)["type"] == "deal.updated"
    with pytest.raises(WebhookVerificationError):
        Webhook(told_shop.secret).verify(post.body + b" ", post.headers)


def test_for_a_day_the_old_secret_signs_beside_the_new_one(told_shop: Told) -> None:
    told_shop.time.at = utc_now() - timedelta(hours=24)
    _, fresh = targeting.rotate(told_shop.services, "bridge")
    told_shop.time.at = utc_now() - timedelta(seconds=60)
    change(told_shop)
    told_shop.deliver()
    for secret in (fresh, told_shop.secret):
        Webhook(secret).verify(told_shop.ear.posts[0].body, told_shop.ear.posts[0].headers)
    told_shop.time.at = utc_now()
    change(told_shop, 8)
    told_shop.deliver()
    last = told_shop.ear.posts[1]
    Webhook(fresh).verify(last.body, last.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(told_shop.secret).verify(last.body, last.headers)


def test_what_fails_is_sent_again_with_the_same_id_and_body(told_shop: Told) -> None:
    told_shop.ear.statuses += [500, 302, 404]
    change(told_shop)
    assert told_shop.deliver().failed == 1
    assert told_shop.deliver() == delivering.Delivered()  # it is not due yet
    for wait in WAITS[:3]:
        told_shop.time.go_on(seconds=wait.total_seconds() * 1.2)
        told_shop.deliver()
    posts = told_shop.ear.posts
    assert len(posts) == 4
    assert len({(post.headers["webhook-id"], post.body) for post in posts}) == 1
    assert len({post.headers["webhook-timestamp"] for post in posts}) == 4
    [one] = told_shop.deliveries()
    assert (one.state, one.attempts, one.status, one.error) == ("delivered", 4, 200, "")
    assert (told_shop.standing().delivered, told_shop.standing().refused) == (1, 3)


def test_a_redirect_is_not_followed(told_shop: Told) -> None:
    with Listener() as elsewhere:
        told_shop.ear.statuses.append(307)
        told_shop.ear.replies["Location"] = f"{elsewhere.url}/in"
        change(told_shop)
        told_shop.deliver()
        assert elsewhere.posts == []
    assert told_shop.deliveries()[0].error == "HTTP 307"


def test_a_receiver_that_asks_for_time_gets_it(told_shop: Told) -> None:
    told_shop.ear.statuses.append(429)
    told_shop.ear.replies["Retry-After"] = "1800"
    change(told_shop)
    told_shop.deliver()
    told_shop.time.go_on(minutes=29)
    change(told_shop, 8)
    told_shop.deliver()
    assert len(told_shop.ear.posts) == 1
    told_shop.time.go_on(minutes=2)
    told_shop.deliver()
    assert len(told_shop.ear.posts) == 3


def test_a_url_that_was_taken_before_we_knew_better_is_a_failed_try(told_shop: Told) -> None:
    change(told_shop)
    with told_shop.services.database.transaction() as session:
        TargetStore(session).change(told_shop.target.id, url=f"{told_shop.ear.url}/хук")
    assert told_shop.deliver().failed == 1
    [one] = told_shop.deliveries()
    assert one.attempts == 1
    assert "Latin letters" in one.error


def test_a_fault_of_ours_in_a_message_is_a_failed_try(
    told_shop: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(told_shop)
    monkeypatch.setattr(delivering, "signed", lambda *_: {"webhook-id": "ж"})
    assert told_shop.deliver().failed == 1
    [one] = told_shop.deliveries()
    assert one.attempts == 1
    assert one.error.startswith("not sent: TypeError")


def test_a_message_that_is_refused_holds_up_no_other(told_shop: Told) -> None:
    told_shop.ear.statuses.append(422)
    change(told_shop)
    change(told_shop, 8)
    assert told_shop.deliver() == delivering.Delivered(sent=1, failed=1)


def test_a_receiver_that_is_gone_is_stopped_and_told_of(told_shop: Told) -> None:
    told_shop.ear.statuses.append(410)
    change(told_shop)
    change(told_shop, 8)
    with capture_logs() as logged:
        told_shop.deliver()
    assert [line["target"] for line in logged] == ["bridge"]
    assert len(told_shop.ear.posts) == 1
    assert told_shop.standing().state is TargetState.STOPPED
    assert incidents(told_shop) == [(f"target:{told_shop.target.id}", True)]
    told_shop.resume()
    assert told_shop.deliver().sent == 2
    assert incidents(told_shop) == [(f"target:{told_shop.target.id}", False)]


def fail_for(shop: Told, **span: float) -> None:
    """Try whatever is due every 20 minutes, and let every try fail."""
    until = shop.time.at + timedelta(**span)
    while shop.time.at < until:
        shop.time.go_on(minutes=20)
        shop.ear.statuses[:] = [500] * 100
        shop.deliver()


@pytest.mark.heavy
def test_a_target_that_takes_nothing_for_a_day_is_stopped_and_goes_on_when_told_to(
    told_shop: Told,
) -> None:
    change(told_shop)
    fail_for(told_shop, hours=23)
    assert told_shop.standing().state is TargetState.ACTIVE
    change(told_shop, 8)
    fail_for(told_shop, hours=3)
    stopped = told_shop.standing()
    assert stopped.state is TargetState.STOPPED
    before = len(told_shop.ear.posts)
    change(told_shop, 9)  # what happens meanwhile is kept
    fail_for(told_shop, hours=24)
    assert len(told_shop.ear.posts) == before
    facts = ask(told_shop.services, "SELECT facts FROM incident")[0][0]
    assert facts["target"] == "bridge"
    assert facts["status"] == 500
    assert facts["command"].endswith("target resume bridge")
    told_shop.ear.statuses.clear()
    told_shop.resume()
    assert told_shop.deliver().sent == 3
    assert told_shop.standing().failing_since is None
    bodies = [json.loads(post.body) for post in told_shop.ear.posts[before:]]
    assert [body["data"]["amount"]["amount"] for body in bodies] == ["7.00", "8.00", "9.00"]


@pytest.mark.heavy
def test_one_message_that_fails_for_a_day_is_given_up_and_may_be_replayed(told_shop: Told) -> None:
    change(told_shop)
    for number in range(len(WAITS) + 1):
        told_shop.ear.statuses[:] = [422]
        told_shop.deliver()
        change(told_shop, 100 + number)
        told_shop.deliver()  # and others come through
        told_shop.time.go_on(hours=9)
    poor = told_shop.deliveries()[-1]
    assert (poor.state, poor.attempts) == (DeliveryState.GIVEN_UP, len(WAITS) + 1)
    assert told_shop.standing().state is TargetState.ACTIVE
    first_id = told_shop.ear.posts[0].headers["webhook-id"]
    with told_shop.services.database.transaction() as session:
        assert targeting.replay(session, "bridge", told_shop.time(), ids=[str(poor.id)]) == 1
    told_shop.deliver()
    assert told_shop.ear.posts[-1].headers["webhook-id"] == first_id
    assert told_shop.deliveries()[-1].state is DeliveryState.DELIVERED


def test_a_paused_target_gets_it_all_afterwards(told_shop: Told) -> None:
    with told_shop.services.database.transaction() as session:
        targeting.pause(session, "bridge")
    change(told_shop)
    assert told_shop.deliver() == delivering.Delivered()
    told_shop.resume()
    assert told_shop.deliver().sent == 1


def test_a_ping_is_sent_at_once_also_to_a_paused_target(told_shop: Told) -> None:
    with told_shop.services.database.transaction() as session:
        targeting.pause(session, "bridge")
    assert targeting.ping(told_shop.services, "bridge").answer.status == 200
    assert json.loads(told_shop.ear.posts[0].body)["type"] == "ping"
    told_shop.ear.statuses.append(500)
    assert targeting.ping(told_shop.services, "bridge").answer.error == "HTTP 500"
    assert [one.state for one in told_shop.deliveries()] == ["given_up", "delivered"]
    assert told_shop.standing().failing_since is None


def test_a_killed_process_sends_twice_with_one_id(
    told_shop: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    change(told_shop)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr(delivering, "note", die)
        with pytest.raises(SystemExit):
            told_shop.deliver()
    assert told_shop.deliver().sent == 1
    first, second = (post.headers["webhook-id"] for post in told_shop.ear.posts)
    assert first == second


def test_a_target_that_hangs_holds_up_no_other(told_shop: Told) -> None:
    with Listener(silent=True) as deaf:
        slow, _ = targeting.add(told_shop.services, "slow", deaf.url, ["*"])
        change(told_shop)
        sending = Thread(target=delivering.deliver, args=(told_shop.services, slow.id))
        sending.start()
        assert deaf.hears(1)
        assert told_shop.deliver().sent == 1
    sending.join(30)
    assert not sending.is_alive()


def test_a_host_that_is_no_longer_allowed_is_not_sent_to(told_shop: Told) -> None:
    change(told_shop)
    told_shop.services.settings.allowed_targets = ""
    told_shop.deliver()
    assert told_shop.ear.posts == []
    assert "127.0.0.1 is not public" in told_shop.deliveries()[0].error


def test_a_target_that_is_removed_while_it_is_sent_to_harms_nothing(told_shop: Told) -> None:
    change(told_shop)
    [waiting] = told_shop.deliveries()
    with told_shop.services.database.transaction() as session:
        targeting.remove(session, "bridge", told_shop.time())
    delivering.note(told_shop.services, waiting, delivering.Answer(200))
    assert told_shop.deliver() == delivering.Delivered()


def test_no_secret_is_kept_in_the_clear(told_shop: Told) -> None:
    for row in ask(told_shop.services, "SELECT sealed_secret, sealed_former FROM target"):
        assert told_shop.secret not in row
        assert told_shop.services.cipher.unlock(row[0]) == told_shop.secret
