"""Tells people: sends what is due on a channel, and writes down what came of it.

What is due of one account is one message. How it reads is a matter of words, which stand above this
floor: whoever starts a worker gives it who writes the letters (`web.wording.letters`).
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.model import Alert, Change, IncidentKind
from kam_sync.alerts.store import AlertStore, IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy
from kam_sync.drift.rule import Rule
from kam_sync.drift.store import RuleStore
from kam_sync.notify import step
from kam_sync.notify.channel import Channel, Letter, Matter, Send, SendState, Tried
from kam_sync.notify.channels import people
from kam_sync.notify.digest import Digest, digest
from kam_sync.notify.keeping import Keeping, open_for
from kam_sync.notify.lasting import after_failure
from kam_sync.notify.reach import Allowed
from kam_sync.notify.store import ChannelStore, SendStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.telling")

_LINES = 20
"""So many changes of one account stand in one message."""
_MOST = 50
"""After so many messages others have their turn."""


class Write(Protocol):
    """Writes what is sent about matters of one account, or a digest, as a channel speaks."""

    def __call__(
        self,
        services: Services,
        channel: Channel,
        about: Account | Digest,
        matters: Sequence[Matter],
        /,
    ) -> Letter: ...


@dataclass(slots=True)
class Told:
    """What came of the messages of a channel."""

    sent: int = 0
    failed: int = 0
    is_more: bool = False
    """More is due at once."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is told in one message: matters of one account, or all that waited."""

    channel: Channel
    url: str = field(repr=False)
    about: Account | Digest
    matters: Sequence[Matter]


def tell(
    services: Services, channel_id: int, write: Write, *, go_on: Callable[[], None] = lambda: None
) -> Told:
    """Send what is due on a channel; in quiet hours all waits for their end.

    Busy when another process is at it. A message whose sending was cut off is sent once more.
    """
    result = Told()
    with services.database.alone(f"channel {channel_id}"):
        while bundle := _next(services, channel_id):
            if result.sent + result.failed >= _MOST:
                result.is_more = True
                break
            go_on()
            tried = _send(services, bundle, write)
            note(services, channel_id, [one.send for one in bundle.matters], tried)
            if tried.is_good:
                result.sent += 1
            else:
                result.failed += 1
    return result


def catch_up(services: Services) -> None:
    """Tell what people did to alerts since the last measuring, which may be hours ago.

    While measuring runs, it is left to it.
    """
    with suppress(Busy), services.database.alone("measuring"):
        is_more = True
        while is_more:
            with services.database.transaction() as session:
                is_more = step.is_behind(session)
                if is_more:
                    step.run(session, services.now(), services.habits)


def escalate(services: Services) -> None:
    """Keep for others what nobody has answered for too long, where a route asks for it."""
    with (
        suppress(Busy),  # another process is at it
        services.database.alone("escalating"),
        services.database.transaction() as session,
    ):
        Keeping(session, services.now(), services.habits).escalate(
            lambda: services.workdays, services.zone
        )


def keep(services: Services, channel_id: int, *, go_on: Callable[[], None] = lambda: None) -> Told:
    """Tell nothing: where nobody writes letters, all waits for a worker that has words."""
    go_on()
    _log.warning("nobody writes letters here", channel_id=channel_id, at=services.now().isoformat())
    return Told()


def allowed(services: Services) -> Allowed:
    """What an admin allows beside public addresses."""
    return Allowed.read(services.settings.private_targets)


def zone_of(services: Services, channel: Channel) -> ZoneInfo:
    """The zone in which a channel tells times."""
    return services.habits.zone_of(channel)


def note(services: Services, channel_id: int, sends: Sequence[Send], tried: Tried) -> None:
    """Write down what came of a try, on the sends and on their channel."""
    now = services.now()
    with services.database.transaction() as session:
        channel = ChannelStore(session).by_id(channel_id)
        if channel is None:  # removed meanwhile
            return
        if tried.is_good:
            _note_success(session, channel, sends, now)
            return
        _log.warning("not told", channel=channel.name, channel_id=channel_id, error=tried.error)
        _note_failure(session, channel, sends, tried.error, now)


def works(session: Session, channel: Channel, now: datetime) -> None:
    """A channel takes messages: what waited for that is due now."""
    ChannelStore(session).change(
        channel.id, failures=0, failing_since=None, rests_until=None, last_success_at=now,
        last_error="",
    )  # fmt: skip
    IncidentStore(session).resolve(IncidentKind.CHANNEL_DEAD, subject(channel.id), now)


def subject(channel_id: int) -> str:
    """What incidents about a channel are about."""
    return f"channel:{channel_id}"


def step_of(channel_id: int) -> str:
    """What incidents call the sending by a channel when it breaks by a fault of ours."""
    return f"tell:{channel_id}"


def _send(services: Services, bundle: Bundle, write: Write) -> Tried:
    """Write a letter and send it; a fault of ours is a failed try, so that it ends one day."""
    try:
        letter = write(services, bundle.channel, bundle.about, bundle.matters)
    except Exception as error:  # noqa: BLE001 - recorded, and a failed try
        _log.exception("no letter written", channel_id=bundle.channel.id)
        return Tried(f"not written: {type(error).__name__}")
    return people.send(bundle.url, letter, allowed(services))


def _next(services: Services, channel_id: int) -> Bundle | None:
    """What is due longest, with what else is due of the same account, or of the digest."""
    now = services.now()
    with services.database.transaction() as session:
        sends = SendStore(session).due(channel_id, now, limit=500)
        channel = ChannelStore(session).by_id(channel_id)
        if not sends or channel is None:
            return None
        allowed_at = services.habits.allowed(channel, now)
        if allowed_at > now:
            SendStore(session).postpone(channel_id, allowed_at)
            return None
        alike = [one for one in sends if one.in_digest == sends[0].in_digest]
        found = AlertStore(session).changes([one.change_id for one in alike])
        rules = RuleStore(session).all()
        matters = [_matter(one, *found[one.change_id], rules) for one in alike]
        about, ours = _about(session, channel, matters)
        url = services.cipher.unlock(ChannelStore(session).sealed_url(channel_id))
        session.expunge_all()
    return Bundle(channel, url, about, sorted(ours, key=lambda one: one.change.id))


def _matter(send: Send, change: Change, alert: Alert, rules: Mapping[str, Rule]) -> Matter:
    return Matter(send, change, alert, rules.get(alert.rule))


def _about(
    session: Session, channel: Channel, matters: Sequence[Matter]
) -> tuple[Account | Digest, Sequence[Matter]]:
    """What the next message is about, and which matters are told by it."""
    accounts = AccountStore(session).standing([one.alert.account_id for one in matters])
    if matters[0].send.in_digest:
        waited = [one.alert for one in matters]
        return digest(waited, accounts, open_for(session, channel)), matters
    account = accounts[matters[0].alert.account_id]
    return account, [one for one in matters if _is_of(accounts, one, account.id)][:_LINES]


def _is_of(accounts: dict[UUID, Account], matter: Matter, account_id: UUID) -> bool:
    return accounts[matter.alert.account_id].id == account_id


def _note_success(session: Session, channel: Channel, sends: Sequence[Send], now: datetime) -> None:
    store, was_failing = SendStore(session), channel.failures > 0
    for send in sends:
        store.note(
            [send.id], state=SendState.SENT, attempts=send.attempts + 1, tried_at=now, sent_at=now,
            first_tried_at=send.first_tried_at or now, error="",
        )  # fmt: skip
    works(session, channel, now)
    if was_failing:
        store.hurry(channel.id, now)


def _note_failure(
    session: Session, channel: Channel, sends: Sequence[Send], error: str, now: datetime
) -> None:
    since = channel.failing_since or now
    fates = [after_failure(send, channel, now) for send in sends]
    for send, fate in zip(sends, fates, strict=True):
        SendStore(session).note(
            [send.id], state=SendState.GIVEN_UP if fate.is_given_up else send.state,
            attempts=send.attempts + 1, tried_at=now, first_tried_at=send.first_tried_at or now,
            due_at=fate.due_at, error=error,
        )  # fmt: skip
    ChannelStore(session).change(
        channel.id, failures=channel.failures + 1, failing_since=since,
        rests_until=fates[0].rests_until, last_error=error,
    )  # fmt: skip
    if fates[0].is_dead:
        facts = {
            "channel": channel.name, "since": since.isoformat(), "error": error,
            "command": command(f"channel test {channel.name}"),
        }  # fmt: skip
        IncidentStore(session).open(IncidentKind.CHANNEL_DEAD, subject(channel.id), facts, now)
