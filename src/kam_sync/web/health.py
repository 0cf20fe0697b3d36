"""The health of an installation: what is looked at, and what to do about what is wrong.

The doctor of the command line and the page of the installation say the same.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from kam_sync import deciding, field_map, subscribing, targeting
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import Session, clock_of
from kam_sync.base.db.migrate import current_revision, newest_revision
from kam_sync.base.errors import KamSyncError
from kam_sync.base.settings import Locale, Settings
from kam_sync.connecting import way_back
from kam_sync.intake.grant import SealedGrant
from kam_sync.intake.model import RunState, Source, SourceState, Standing
from kam_sync.intake.store import GrantStore, RunStore, SourceStore, TurnStore
from kam_sync.intake.subscription import HooksState
from kam_sync.jobs.serving import is_tried_again, queue_facts
from kam_sync.kpi.store import RateStore
from kam_sync.ledger.store import LedgerBook
from kam_sync.notify.model import TargetState, Waiting
from kam_sync.notify.store import ChannelStore, DeliveryStore, SendStore, TargetStore
from kam_sync.web.wording import incidents, webhooks
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

_INCIDENTS_SHOWN = 20
_CLOCK_TOLERANCE = timedelta(seconds=30)
_LEAST_FREE = 200
"""MB."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `advice` is empty when it is fine."""

    what: str
    found: str
    advice: str = ""

    @property
    def is_fine(self) -> bool:
        """True when there is nothing to do."""
        return not self.advice


def look_inside(services: Services) -> Iterator[Check]:
    """All that is looked at once the database is there."""
    database = services.database
    place = "by URL" if database.server is None else f"embedded in {services.settings.data_dir}"
    yield Check("database", f"{database.check()}, {place}")
    found, newest = current_revision(database), newest_revision()
    if found is None:
        yield Check("schema", "none yet: the database is new, and the first start makes its tables")
        return
    if found < newest:
        advice = f"run: {command('migrate')} (this release needs {newest})"
        yield Check("schema", found, advice)
        return
    yield Check("schema", found if found == newest else f"{found}, made by a later release")
    yield _clock(services)
    yield from _rates(services)
    yield from _sources(services)
    yield from _targets(services)
    yield from _channels(services)
    yield from _incidents(services)
    yield _queue(services)


def secret_key(settings: Settings) -> Check:
    """Where the key is from that opens stored secrets."""
    if settings.secret_key is not None:
        return Check("secret key", "from KAM_SYNC_SECRET_KEY")
    if settings.database_url is not None:
        advice = "set KAM_SYNC_SECRET_KEY: other containers cannot read a key file of this machine"
        return Check("secret key", f"a file in {settings.data_dir}", advice)
    return Check("secret key", f"a file in {settings.data_dir}")


def _clock(services: Services) -> Check:
    with services.database.transaction() as session:
        apart = abs(clock_of(session) - services.now())
    seconds = f"{apart.total_seconds():.1f} s from the database's"
    advice = "" if apart < _CLOCK_TOLERANCE else "set the clocks of both machines by NTP"
    return Check("clock", seconds, advice)


def disk(settings: Settings) -> Check:
    """How much room the data folder has; a full one stops an embedded database, and uploads."""
    folder = settings.data_dir.expanduser().resolve()
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free / 2**20
    advice = "" if free > _LEAST_FREE else "free some space on its disk, or move the folder"
    return Check("disk", f"{free:,.0f} MB free in the data folder", advice)


def _rates(services: Services) -> Iterator[Check]:
    """Whether the rates are there by which money is converted, where it is."""
    currency = services.settings.currency
    if not currency:
        return
    with services.database.transaction() as session:
        missing = RateStore(session).missing(currency, services.now(), services.zone)
    if not missing:
        yield Check("rates", f"all money can be converted to {currency}")
    for one in missing:
        days = f"for {one.rows} rows of {one.first_on} to {one.last_on}"
        said = f"{one.currency} has no rate to {currency} {days}: they stay in {one.currency}"
        yield Check("rates", said, f"run: {command('rates import FILE')}")


def _sources(services: Services) -> Iterator[Check]:
    with services.database.transaction() as session:
        sources = SourceStore(session).all()
        if not sources:
            yield Check("sources", f"none yet; connect one: {command('source add --help')}")
        for source in sources:
            found = list(_source(services, session, source, GrantStore(session).of(source.id)))
            yield from (replace(c, what=f"source {source.name}{c.what}") for c in found)


def _source(
    services: Services, session: Session, source: Source, grant: SealedGrant | None
) -> Iterator[Check]:
    try:
        services.cipher.unlock(SourceStore(session).access(source.id).sealed_token)
    except KamSyncError as error:
        yield Check("", "its token cannot be read", str(error))
        return
    if source.state is SourceState.NEEDS_PERSON:
        advice = f"{source.state_reason}; then: {command(f'source resume {source.name}')}"
        yield Check("", "needs a person", advice)
        return
    if source.state is SourceState.NEEDS_REAUTH:
        advice = f"{source.state_reason}; then: {way_back(source, is_granted=grant is not None)}"
        yield Check("", "needs access anew", advice)
        return
    if source.state is SourceState.REMOVING:
        advice = f"when that was cut short: {way_back(source, is_granted=False)}"
        yield Check("", "being removed", advice)
        return
    yield from _ending(services, source)
    if grant is not None and grant.next_try_at is not None:
        found = f"its access was not renewed, {grant.failures} times in a row"
        again = grant.next_try_at.astimezone(services.zone)
        yield Check("", found, f"nothing: tried again from {again:%H:%M} on")
    yield from _refusals(
        TurnStore(session).standing(source.turn_key, services.now(), services.zone), services.zone
    )
    yield from _webhooks(services, session, source)
    yield from _records(session, source)
    for wrong in field_map.look(session, source.id).wrongs:
        advice = f"set another: {command(f'source map {source.name}')}"
        yield Check(", field map", str(wrong), advice)
    yield _last_sync(session, source)


def _last_sync(session: Session, source: Source) -> Check:
    """What went wrong is no matter for a person as long as it is being tried again."""
    last = RunStore(session).last_sync(source.id)
    if last is None or last.state not in _BAD:
        return Check("", source.state.value)
    if is_tried_again(session, source.id):
        return Check("", f"{source.state.value}, tried again after: {last.message}")
    way = way_back(source, is_granted=False) or command(f"sync {source.name}")
    return Check("", source.state.value, f"{last.message}; try it again: {way}")


def _records(session: Session, source: Source) -> Iterator[Check]:
    if held := deciding.count(session, source.id):
        advice = f"look and decide: {command(f'source held {source.name}')}"
        yield Check("", f"{held} deletions are held", advice)
    if left := sum(check.left_over for check in LedgerBook(session).newest(source.id)):
        advice = f"look and repair: {command(f'ledger list {source.name}')}"
        yield Check("", f"{left} records differ from the CRM", advice)


def _webhooks(services: Services, session: Session, source: Source) -> Iterator[Check]:
    """A refusal is an incident, and is told as one."""
    shown, english = subscribing.look(services, session, source), Language(Locale.EN, services.zone)
    if shown is not None:
        found = webhooks.state(english, shown)
        if shown.state is HooksState.NO_ADDRESS:  # no problem: polling finds it all
            found = f"{found}: {webhooks.advice(english, shown)}"
        yield Check(", webhooks", found)


def _ending(services: Services, source: Source) -> Iterator[Check]:
    if source.is_token_ending(services.now()):
        day = f"{source.token_ends_at:%Y-%m-%d}"
        way = command(f"source set {source.name} --token -")
        advice = f"make a new one in the CRM; then: {way}"
        yield Check("", f"its token ends on {day} and nobody can renew it", advice)


def _refusals(standing: Standing, zone: ZoneInfo) -> Iterator[Check]:
    if standing.held_until is not None:
        until = standing.held_until.astimezone(zone)
        advice = f"nothing is asked until {until:%H:%M}: {standing.reason}"
        yield Check("", "the CRM asked us to slow down", advice)
    elif standing.refusals_today:
        yield Check("", f"{standing.refusals_today} requests refused as too many today")


def _targets(services: Services) -> Iterator[Check]:
    with services.database.transaction() as session:
        waiting = DeliveryStore(session).waiting()
        for target in TargetStore(session).all():
            try:
                for sealed in TargetStore(session).sealed_secrets(target.id, services.now()):
                    services.cipher.unlock(sealed)
            except KamSyncError as error:
                yield Check(f"target {target.name}", "its secret cannot be read", str(error))
                continue
            waits = waiting.get(target.id, Waiting())
            found = f"{target.state.value}, {waits.count} waiting"
            advice = ""
            if target.state is TargetState.STOPPED:
                advice = f"{target.last_error}; {targeting.way_back(target.name)}"
            elif target.state is TargetState.ACTIVE and target.failing_since is not None:
                advice = f"{target.last_error}; try it: {command(f'target test {target.name}')}"
            yield Check(f"target {target.name}", found, advice)


def _channels(services: Services) -> Iterator[Check]:
    with services.database.transaction() as session:
        waiting, store = SendStore(session).waiting(), ChannelStore(session)
        for one in store.all():
            try:
                services.cipher.unlock(store.sealed_url(one.id))
            except KamSyncError as error:
                yield Check(f"channel {one.name}", "its URL cannot be read", str(error))
                continue
            found = "paused" if one.is_paused else "failing" if one.failures else "active"
            said = f"{found}, {waiting.get(one.id, Waiting()).count} waiting"
            advice = one.last_error and f"{one.last_error}; {command(f'channel test {one.name}')}"
            yield Check(f"channel {one.name}", said, advice)


def _incidents(services: Services) -> Iterator[Check]:
    english = Language(Locale.EN, services.zone)
    with services.database.transaction() as session:
        for one in IncidentStore(session).incidents(is_open=True, limit=_INCIDENTS_SHOWN):
            if one.kind in _SAID_BEFORE:
                continue
            advice = incidents.advice(english, one)
            yield Check(one.subject, incidents.text(english, one), advice)


def _queue(services: Services) -> Check:
    facts = queue_facts(services)
    return Check(
        "queue", ", ".join(f"{name}: {value}" for name, value in facts.items() if value is not None)
    )


_SAID_BEFORE = {IncidentKind.TARGET_PAUSED, IncidentKind.CHANNEL_DEAD}
"""Whose target or channel has a line of its own."""
_BAD = {RunState.FAILED, RunState.LATER}
