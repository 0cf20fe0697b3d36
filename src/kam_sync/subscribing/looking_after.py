"""Looks whether the CRM calls us, and has it call us where it does not."""

from contextlib import closing, suppress
from dataclasses import dataclass

import structlog

from connectors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    Subscribed,
    SubscribesHooks,
)
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.errors import KamSyncError, NotHere
from kam_sync.base.secrets import digest_of
from kam_sync.granting import kind_of, state_after
from kam_sync.intake.model import HouseOptions
from kam_sync.intake.reach import Reach
from kam_sync.intake.store import HookKeyStore, SourceStore, SubscriptionStore
from kam_sync.intake.subscription import HooksState, Subscription, is_often, switched_off_lately
from kam_sync.subscribing.address import address, hook_key, reached
from kam_sync.subscribing.listening import end_quiet, listen
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.subscribing")


@dataclass(frozen=True, slots=True)
class Found:
    """How the webhooks of a source stand now."""

    source: str
    state: HooksState
    message: str = ""
    was: Subscribed | None = None
    """How the CRM had it before we mended it; None when it was not asked."""


def look_after(services: Services, source_id: int) -> Found:
    """See to it that the CRM calls us, or does not where nobody wants it; Busy when others do.

    Raises RetryLater when the CRM is away; then it stands as before.
    """
    with services.database.alone(f"subscription {source_id}"):
        found = _LookingAfter(services, source_id).run()
    _log.info(
        "webhooks looked after", source=found.source, state=found.state.value,
        was=found.was and found.was.value, message=found.message,
    )  # fmt: skip
    return found


def let_go(services: Services, source_id: int) -> bool:
    """Have the CRM call us no more, as a source is about to go; False when it could not be told."""
    with services.database.transaction() as session:
        kept = SubscriptionStore(session).of(source_id)
        old = [] if kept is None else [*kept.sealed_leftovers, kept.sealed_address]
        source = SourceStore(session).by_id(source_id)
        access = SourceStore(session).access(source_id)
        session.flush()
        session.expunge_all()
    try:
        addresses = [services.cipher.unlock(sealed) for sealed in old if sealed]
        if not addresses:
            return True
        with closing(services.open(source, access, is_leaving=True)) as connector:
            for url in addresses:
                if isinstance(connector, SubscribesHooks):
                    connector.unsubscribe(url)
        with services.database.transaction() as session:
            SubscriptionStore(session).note(source_id, sealed_address="", sealed_leftovers=[])
    except (ConnectorError, KamSyncError) as error:
        _log.warning("webhooks left subscribed", source=source.name, message=str(error))
        return False
    return True


class _LookingAfter:
    """One look; the caller holds the lock of the subscription."""

    def __init__(self, services: Services, source_id: int) -> None:
        self._services = services
        self._now = services.now()
        with services.database.transaction() as session:
            self._source = SourceStore(session).by_id(source_id)
            self._kept = SubscriptionStore(session).begin(source_id, self._now)
            self._access = SourceStore(session).access(source_id)
            session.flush()
            session.expunge_all()

    def run(self) -> Found:
        state = self._wished()
        target = self._target() if state is HooksState.ACTIVE else ""
        if target or state is HooksState.OFF:  # else what is subscribed may do its work elsewhere
            self._keep_addresses(target)
        if not target and not self._kept.sealed_leftovers:
            return self._settle(state)
        try:
            with closing(self._services.open(self._source, self._access)) as connector:
                if not isinstance(connector, SubscribesHooks):
                    return self._settle(HooksState.UNKNOWN)
                was = self._subscribe(connector, target) if target else None
                self._drop_leftovers(connector)
                if was is Subscribed.ACTIVE and self._kept.state is HooksState.ACTIVE:
                    listen(self._services, self._source, self._kept, connector, target)
        except NeedsReauth as error:
            self._judge(error)
            raise
        except NeedsPerson as error:
            return self._settle(HooksState.REFUSED if target else state, error)
        if target and not self._kept.sealed_leftovers:
            self._end_old_keys(target)
        return self._settle(state, was=was)

    def _wished(self) -> HooksState:
        """How it is to stand, if the CRM agrees."""
        if not HouseOptions.among(self._access.options).webhooks:
            return HooksState.OFF
        is_reached = reached(self._services, self._source) is Reach.FINE
        return HooksState.ACTIVE if is_reached else HooksState.NO_ADDRESS

    def _target(self) -> str:
        return address(self._services, hook_key(self._services, self._source.name))

    def _keep_addresses(self, target: str) -> None:
        """Write down whom the CRM may be calling, before it is told to: we may die in between."""
        kept, cipher = self._kept, self._services.cipher
        before = cipher.unlock(kept.sealed_address) if kept.sealed_address else ""
        if before == target:
            return
        if before:
            kept.sealed_leftovers = [*kept.sealed_leftovers, kept.sealed_address]
        kept.sealed_address = cipher.lock(target) if target else ""
        self._note_addresses(kept)

    def _subscribe(self, connector: SubscribesHooks, url: str) -> Subscribed:
        was = connector.subscribed(url)
        if was is not Subscribed.ACTIVE:
            connector.subscribe(url)
        return was

    def _drop_leftovers(self, connector: SubscribesHooks) -> None:
        for sealed in list(self._kept.sealed_leftovers):
            connector.unsubscribe(self._services.cipher.unlock(sealed))
            self._kept.sealed_leftovers.remove(sealed)
            self._note_addresses(self._kept)

    def _note_addresses(self, kept: Subscription) -> None:
        with self._services.database.transaction() as session:
            SubscriptionStore(session).note(
                kept.source_id, sealed_address=kept.sealed_address,
                sealed_leftovers=list(kept.sealed_leftovers),
            )  # fmt: skip

    def _end_old_keys(self, target: str) -> None:
        digest = digest_of(target.rpartition("/")[2])
        with self._services.database.transaction() as session:
            HookKeyStore(session).end_others(self._source.id, digest, self._now)

    def _settle(
        self, state: HooksState, error: NeedsPerson | None = None, *, was: Subscribed | None = None
    ) -> Found:
        """Write down how it stands, and tell people where it is theirs to mend."""
        kept, message = self._kept, "" if error is None else str(error)
        kind = ErrorKind.OTHER if error is None else error.kind
        mended = switched_off_lately(kept.mended_at, self._now)
        if was is Subscribed.SWITCHED_OFF:
            mended.append(self._now.isoformat())
        is_new = state is not kept.state or was not in {None, Subscribed.ACTIVE}
        with self._services.database.transaction() as session:
            SubscriptionStore(session).note(
                kept.source_id, state=state, message=message, error_kind=kind, mended_at=mended,
                **({"since": self._now, "counted_from": self._now} if is_new else {}),
            )  # fmt: skip
            if state is not HooksState.ACTIVE:
                end_quiet(session, kept.source_id, self._now)
            why = ErrorKind.HOOKS_FAIL if is_often(mended) else kind
            is_bad = (state is HooksState.REFUSED and why is not ErrorKind.HOOKS_BY_HAND) or (
                state is HooksState.ACTIVE and why is ErrorKind.HOOKS_FAIL
            )
            self._tell(IncidentStore(session), why, is_bad=is_bad)
        return Found(self._source.name, state, message, was)

    def _tell(self, incidents: IncidentStore, why: ErrorKind, *, is_bad: bool) -> None:
        subject, kind = f"source:{self._source.id}", IncidentKind.HOOKS_OFF
        if not is_bad:
            incidents.resolve(kind, subject, self._now)
            return
        facts = {
            "source": self._source.name,
            "reason": why.value,
            "command": command(f"hooks status {self._source.name}"),
        }
        incidents.open(kind, subject, facts, self._now, source_id=self._source.id)

    def _judge(self, error: NeedsReauth) -> None:
        with self._services.database.transaction() as session, suppress(NotHere):
            SourceStore(session).judge(
                self._source.id, self._access.sealed_token, state_after(error), str(error),
                kind_of(error),
            )  # fmt: skip
