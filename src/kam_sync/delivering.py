"""Sends the messages that wait for a target, and writes down what came of each."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random

import structlog

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.notify.channels.webhook import Sender
from kam_sync.notify.model import Delivery, DeliveryState, Outgoing, Target, TargetState
from kam_sync.notify.patience import Answer, Fate, Tried, Verdict, judge
from kam_sync.notify.reach import Allowed
from kam_sync.notify.signing import signed
from kam_sync.notify.store import DeliveryStore, TargetStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.delivering")

_MOST = 100
_LONGEST = timedelta(seconds=10)
"""After so many messages, or so long, others have their turn."""


@dataclass(slots=True)
class Delivered:
    """What came of the messages of a target."""

    sent: int = 0
    failed: int = 0
    is_more: bool = False
    """More is due at once."""


def deliver(
    services: Services, target_id: int, *, go_on: Callable[[], None] = lambda: None
) -> Delivered:
    """Send what is due to a target, for a short while.

    Busy when another process is at it. A message whose sending was cut off is sent once more,
    with the same id.
    """
    result, began = Delivered(), services.now()
    with services.database.alone(f"target {target_id}"), ExitStack() as opened:
        sender: Sender | None = None
        while message := _next(services, target_id):
            if result.sent + result.failed >= _MOST or services.now() - began > _LONGEST:
                result.is_more = True
                break
            go_on()
            if sender is None or sender.url != message.url:
                sender = opened.enter_context(sender_to(services, message.url))
            answer = send(services, sender, message)
            note(services, message.delivery, answer)
            if answer.is_good:
                result.sent += 1
            else:
                result.failed += 1
    return result


def sender_to(services: Services, url: str) -> closing[Sender]:
    """What sends to a URL, as far as it may be sent to."""
    return closing(Sender(url, Allowed.read(services.settings.private_targets)))


def send(services: Services, sender: Sender, message: Outgoing) -> Answer:
    """Send one message, signed with all secrets that are good now.

    A fault of ours in it is a failed try as any other, so that it ends one day.
    """
    secrets = [services.cipher.unlock(sealed) for sealed in message.sealed_secrets]
    body, now = message.body.encode(), services.now()
    headers = signed(message.message_id, body, secrets, now)
    try:
        return sender.send(body, headers, now)
    except Exception as error:  # noqa: BLE001 - recorded, and a failed try
        _log.exception("message not sent", delivery_id=message.delivery.id)
        return Answer(error=f"not sent: {type(error).__name__}: {error}"[:200])


def note(services: Services, delivery: Delivery, answer: Answer, *, again: bool = True) -> None:
    """Write down what came of a try; without `again` it is not tried again whatever came of it."""
    now = services.now()
    with services.database.transaction() as session:
        target = TargetStore(session).by_id(delivery.target_id)
        if target is None:  # removed meanwhile
            return
        name = target.name
        tried = Tried(
            number=delivery.attempts + 1,
            first_at=delivery.first_tried_at or now,
            failing_since=target.failing_since,
            failures=target.failures,
        )
        verdict = judge(answer, tried, now, random())  # noqa: S311 - spreads, hides nothing  # nosec B311
        _note_delivery(session, delivery, answer, tried, verdict if again else None, now)
        if again or answer.is_good:
            _note_target(session, target, answer, verdict, now)
    if not answer.is_good:
        _log.warning(
            "webhook not taken", target=name, target_id=delivery.target_id,
            delivery_id=delivery.id, attempt=tried.number, status=answer.status,
            fate=verdict.fate.value,
        )  # fmt: skip


def _next(services: Services, target_id: int) -> Outgoing | None:
    with services.database.transaction() as session:
        found = DeliveryStore(session).next_due(target_id, services.now())
        session.expunge_all()
        return found


def _note_delivery(
    session: Session, delivery: Delivery, answer: Answer, tried: Tried, verdict: Verdict | None,
    now: datetime,
) -> None:  # fmt: skip
    state, due_at = DeliveryState.GIVEN_UP, delivery.due_at
    if answer.is_good:
        state = DeliveryState.DELIVERED
    elif verdict is not None and verdict.fate in {Fate.AGAIN, Fate.STOP}:
        state, due_at = DeliveryState.WAITING, verdict.due_at
    DeliveryStore(session).note(
        delivery.id, state=state, due_at=due_at, attempts=tried.number, tried_at=now,
        first_tried_at=tried.first_at, status=answer.status, error=answer.error,
    )  # fmt: skip


def _note_target(
    session: Session, target: Target, answer: Answer, verdict: Verdict, now: datetime
) -> None:
    store = TargetStore(session)
    if answer.is_good:
        store.change(
            target.id, delivered=target.delivered + 1, failures=0, failing_since=None,
            rests_until=None, last_success_at=now, last_status=answer.status, last_error="",
        )  # fmt: skip
        return
    since = target.failing_since or now
    store.change(
        target.id, refused=target.refused + 1, failures=target.failures + 1, failing_since=since,
        rests_until=verdict.rests_until, last_status=answer.status, last_error=answer.error,
    )  # fmt: skip
    if verdict.fate is Fate.STOP and target.state is TargetState.ACTIVE:
        store.change(target.id, state=TargetState.STOPPED)
        facts = {
            "target": target.name, "since": since.isoformat(), "status": answer.status,
            "error": answer.error, "command": command(f"target resume {target.name}"),
        }  # fmt: skip
        IncidentStore(session).open(IncidentKind.TARGET_PAUSED, subject(target.id), facts, now)


def subject(target_id: int) -> str:
    """What incidents about a target are about."""
    return f"target:{target_id}"


def step_of(target_id: int) -> str:
    """What incidents call the sending to a target when it breaks by a fault of ours."""
    return f"deliver:{target_id}"
