"""The health of an installation: what is looked at, and what to do about what is wrong.

The doctor of the command line says it in English, the page of the installation in the language that
it is read in.
"""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta

from kam_sync import resealing, targeting
from kam_sync.access.model import Role
from kam_sync.access.store import MemberStore
from kam_sync.accounts.store import is_secured, sql_for_administrator
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.base.db import clock_of
from kam_sync.base.db.migrate import current_revision, newest_revision
from kam_sync.base.errors import DatabaseTrouble, KamSyncError
from kam_sync.base.secrets import SealedBy
from kam_sync.base.settings import Settings, misspelt
from kam_sync.jobs.serving import queue_facts
from kam_sync.kpi.store import RateStore
from kam_sync.notify.model import TargetState, Waiting
from kam_sync.notify.store import ChannelStore, DeliveryStore, SendStore, TargetStore
from kam_sync.web import source_health
from kam_sync.web.check import Check
from kam_sync.web.wording import health as words
from kam_sync.web.wording import incidents
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services

_INCIDENTS_SHOWN = 20
_CLOCK_TOLERANCE = timedelta(seconds=30)
_LEAST_FREE = 200
"""MB."""


def look_inside(services: Services, language: Language) -> Iterator[Check]:
    """All that is looked at once the database is there."""
    _, database = language.gettext, services.database
    folder = {"folder": services.settings.data_dir}
    place = _("by URL") if database.server is None else _("embedded in %(folder)s") % folder
    yield Check(_("database"), f"{database.check()}, {place}")
    found, newest = current_revision(database), newest_revision()
    if found is None:
        said = _("none yet: the database is new, and the first start makes its tables")
        yield Check(_("schema"), said)
        return
    if found < newest:
        way = {"command": command("migrate"), "newest": newest}
        yield Check(_("schema"), found, _("run: %(command)s (this release needs %(newest)s)") % way)
        return
    later = _("%(found)s, made by a later release") % {"found": found}
    yield Check(_("schema"), found if found == newest else later)
    yield _access(services, language)
    if found == newest:
        yield _own_rows(services, language)
    yield _secrets(services, language)
    yield _room(services, language)
    yield _clock(services, language)
    yield from _rates(services, language)
    yield from source_health.checks(services, language)
    yield from _targets(services, language)
    yield from _channels(services, language)
    yield from _incidents(services, language)
    yield _queue(services, language)


def misspelt_variables(language: Language) -> Iterator[Check]:
    """Those that look like ours and mean nothing."""
    _ = language.gettext
    for name, meant in misspelt().items():
        advice = _("write %(meant)s") % {"meant": meant}
        yield Check(name, _("there is no such variable"), advice)


def _access(services: Services, language: Language) -> Check:
    """No problem where nobody has to log in: then only this machine is listened to."""
    _ = language.gettext
    with services.database.transaction() as session:
        roles = [one.role for one in MemberStore(session).all() if one.is_active]
    if roles:
        count = {"users": len(roles), "admins": roles.count(Role.ADMIN)}
        return Check(_("access"), _("%(users)s users, %(admins)s of them admins") % count)
    way = {"command": command("user add you@example.com --role admin")}
    said = _("no users: whoever is at this machine is an admin, until: %(command)s") % way
    return Check(_("access"), said)


def secret_key(settings: Settings, language: Language) -> Check:
    """Where the key is from that opens stored secrets."""
    _ = language.gettext
    if settings.secret_key is not None:
        return Check(_("secret key"), _("from KAM_SYNC_SECRET_KEY"))
    found, advice = _("a file in %(folder)s") % {"folder": settings.data_dir}, ""
    if settings.database_url is not None:
        advice = _(
            "set KAM_SYNC_SECRET_KEY: other containers cannot read a key file of this machine"
        )
    return Check(_("secret key"), found, advice)


def _own_rows(services: Services, language: Language) -> Check:
    """Whether the database can show a key account manager own accounts alone."""
    _ = language.gettext
    if is_secured(services.database):
        return Check(
            _("own accounts"), _("the database itself shows key account managers no others")
        )
    way = {"sql": sql_for_administrator(services.database), "command": command("migrate")}
    said = _("let an administrator of the database run: %(sql)s Then run: %(command)s") % way
    advice = said if way["sql"] else _("run: %(command)s") % way
    return Check(_("own accounts"), _("key account managers can be shown nothing yet"), advice)


def _secrets(services: Services, language: Language) -> Check:
    """Whether a former key is still needed; what no key opens is said where it is used."""
    _, found = language.gettext, resealing.standing(services)
    former, closed = found.count(SealedBy.FORMER), found.count(SealedBy.NONE)
    numbers = {"all": found.total, "former": former, "closed": closed}
    what = _("secrets")
    if former:
        said = _("%(former)s of %(all)s are encrypted by a former key") % numbers
        way = {"command": command("secrets rotate")}
        return Check(what, said, _("encrypt them anew: %(command)s") % way)
    if closed:
        advice = _(
            "put the key that they were encrypted by behind the one in KAM_SYNC_SECRET_KEY, after "
            "a comma, or give these secrets again"
        )
        return Check(what, _("%(closed)s of %(all)s cannot be read") % numbers, advice)
    if found.can_drop_former:
        return Check(what, _("%(all)s, none by a former key: it can be dropped") % numbers)
    return Check(what, _("%(all)s, all by the current key") % numbers)


def _clock(services: Services, language: Language) -> Check:
    _ = language.gettext
    with services.database.transaction() as session:
        apart = abs(clock_of(session) - services.now())
    found = _("%(seconds)s s from the database's") % {"seconds": f"{apart.total_seconds():.1f}"}
    advice = "" if apart < _CLOCK_TOLERANCE else _("set the clocks of both machines by NTP")
    return Check(_("clock"), found, advice)


def _room(services: Services, language: Language) -> Check:
    """A server that is full still reads; so something is written, and taken back."""
    _ = language.gettext
    try:
        services.database.try_room()
    except DatabaseTrouble as error:
        advice = _("free some space on its disk: what waits is done then, by itself")
        return Check(_("disk of the database"), str(error), advice)
    return Check(_("disk of the database"), _("there is room"))


def disk(settings: Settings, language: Language) -> Check:
    """How much room the data folder has; a full one stops an embedded database, and uploads."""
    folder = settings.data_dir
    there = next(one for one in (folder, *folder.parents) if one.exists())
    free = shutil.disk_usage(there).free / 2**20
    _ = language.gettext
    advice = "" if free > _LEAST_FREE else _("free some space on its disk, or move the folder")
    found = _("%(free)s MB free in the data folder") % {"free": language.number(free)}
    return Check(_("disk"), found, advice)


def _rates(services: Services, language: Language) -> Iterator[Check]:
    """Whether the rates are there by which money is converted, where it is."""
    _, currency = language.gettext, services.settings.currency
    if not currency:
        return
    with services.database.transaction() as session:
        missing = RateStore(session).missing(currency, services.now(), services.zone)
    if not missing:
        yield Check(_("rates"), _("all money can be converted to %(to)s") % {"to": currency})
    for one in missing:
        said = _(
            "%(of)s has no rate to %(to)s for %(rows)s rows of %(first)s to %(last)s: "
            "they stay in %(of)s"
        ) % {
            "of": one.currency, "to": currency, "rows": one.rows, "first": one.first_on,
            "last": one.last_on,
        }  # fmt: skip
        way = {"command": command("rates import FILE")}
        yield Check(_("rates"), said, _("run: %(command)s") % way)


def _targets(services: Services, language: Language) -> Iterator[Check]:
    _ = language.gettext
    with services.database.transaction() as session:
        waiting = DeliveryStore(session).waiting()
        for target in TargetStore(session).all():
            what = _("target %(name)s") % {"name": target.name}
            try:
                for sealed in TargetStore(session).sealed_secrets(target.id, services.now()):
                    services.cipher.unlock(sealed)
            except KamSyncError as error:
                yield Check(what, _("its secret cannot be read"), str(error))
                continue
            waits = waiting.get(target.id, Waiting())
            found = words.target(language, target.state, waits.count)
            advice = ""
            if target.state is TargetState.STOPPED:
                advice = f"{target.last_error}; {targeting.way_back(target.name)}"
            elif target.state is TargetState.ACTIVE and target.failing_since is not None:
                way = {"why": target.last_error, "command": command(f"target test {target.name}")}
                advice = _("%(why)s; try it: %(command)s") % way
            yield Check(what, found, advice)


def _channels(services: Services, language: Language) -> Iterator[Check]:
    _ = language.gettext
    with services.database.transaction() as session:
        waiting, store = SendStore(session).waiting(), ChannelStore(session)
        for one in store.all():
            what = _("channel %(name)s") % {"name": one.name}
            try:
                services.cipher.unlock(store.sealed_url(one.id))
            except KamSyncError as error:
                yield Check(what, _("its URL cannot be read"), str(error))
                continue
            said = words.channel(language, one, waiting.get(one.id, Waiting()).count)
            advice = one.last_error and f"{one.last_error}; {command(f'channel test {one.name}')}"
            yield Check(what, said, advice)


def _incidents(services: Services, language: Language) -> Iterator[Check]:
    with services.database.transaction() as session:
        for one in IncidentStore(session).incidents(is_open=True, limit=_INCIDENTS_SHOWN):
            if one.kind in _SAID_BEFORE:
                continue
            advice = incidents.advice(language, one)
            yield Check(one.subject, incidents.text(language, one), advice)


def _queue(services: Services, language: Language) -> Check:
    facts = {key: value for key, value in queue_facts(services).items() if value is not None}
    if last := facts.get("last_tick"):
        facts["last_tick"] = language.time(datetime.fromisoformat(str(last)))
    said = (f"{words.queue(language, key)}: {value}" for key, value in facts.items())
    return Check(language.gettext("queue"), ", ".join(said))


_SAID_BEFORE = {IncidentKind.TARGET_PAUSED, IncidentKind.CHANNEL_DEAD}
"""Whose target or channel has a line of its own."""
