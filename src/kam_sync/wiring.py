"""From settings to services: the only place that builds things."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from connectors import (
    Connector,
    Credentials,
    Door,
    ErrorKind,
    Grants,
    NeedsPerson,
    Spoken,
    Turns,
    Writes,
    behind,
    wrongs,
)
from connectors.registry import (
    card,
    connector_class,
    door,
    grants,
    grants_access,
    hosts,
    is_given,
    kinds,
    needs_token,
    reads_files,
    subscribes,
    takes_password,
)
from connectors.registry import shipped_profile as registry_profile
from kam_sync.accounts.store import secure
from kam_sync.base.clock import Clock, utc_now
from kam_sync.base.db import Database, open_database
from kam_sync.base.db.migrate import current_revision, migrate, newest_revision
from kam_sync.base.errors import WrongUse
from kam_sync.base.secrets import Cipher, open_cipher
from kam_sync.base.settings import Settings
from kam_sync.granting import Granting
from kam_sync.intake.model import Access, HouseOptions, Source, SourceState
from kam_sync.intake.store import SharedTurns
from kam_sync.kpi import workdays
from kam_sync.kpi.registry import take_in
from kam_sync.kpi.store.alone import trust_added
from kam_sync.kpi.workdays import Workdays
from kam_sync.notify.due import Habits
from kam_sync.notify.hours import Quiet
from kam_sync.open_data.keeping import keep_role, keep_views


@dataclass(frozen=True, slots=True)
class Services:
    """What the doors and the corridor work with."""

    settings: Settings
    database: Database
    cipher: Cipher
    now: Clock = utc_now
    """The real time: when runs began, when rows changed."""
    as_of: Clock = utc_now
    """The moment that accounts are measured and judged at; differs from `now` on old data."""

    @property
    def zone(self) -> ZoneInfo:
        """The time zone of days and months."""
        return self.settings.zone

    @property
    def workdays(self) -> Workdays:
        """Which days are worked."""
        return _workdays(self.settings)

    @property
    def habits(self) -> Habits:
        """When people are told of alerts, and of how many."""
        days = cache(lambda: self.workdays)  # read when somebody asks
        quiet = None if self.settings.quiet is None else Quiet(*self.settings.quiet)
        budget = self.settings.alerts_per_week
        return Habits(self.zone, lambda day: days().is_worked(day), quiet, budget)

    @property
    def granting(self) -> Granting:
        """What keeps grants by OAuth alive."""
        return Granting(self.database, self.cipher, self.now, self.grants)

    def turns(self, key: str) -> Callable[[float], Turns]:
        """Turns to talk to the CRM account of a `turn_key`, shared by all processes."""
        return partial(SharedTurns, self.database, key)

    def grants(self, kind: str, turn_key: str = "") -> Grants:
        """How a kind of CRM gives access by OAuth; who asks one account gives its `turn_key`."""
        try:
            turns = self.turns(turn_key) if turn_key else None
            return grants(kind, self.settings.added_hosts, turns)
        except KeyError as error:
            raise WrongUse(f"kind {kind}: it gives no access by OAuth") from error

    def admit(self, kind: str, base_url: str) -> str:
        """An address that may be told the secrets of a kind of CRM, or WrongUse."""
        if is_given(kind):  # there is no secret, and nobody to tell it
            return base_url
        try:
            return hosts(kind, self.settings.added_hosts).admit(base_url)
        except KeyError as error:
            raise _no_such(kind) from error
        except NeedsPerson as error:
            raise WrongUse(f"base URL: {error}") from error

    def admit_beside(self, kind: str, base_url: str, host: str) -> str:
        """The address of another host of the same CRM, as somebody out there names it."""
        try:
            return hosts(kind, self.settings.added_hosts).beside(base_url, host)
        except NeedsPerson as error:
            raise WrongUse(f"host: {error}") from error

    def card(
        self, source: Source, noun: str, external_id: str, options: Mapping[str, str]
    ) -> str | None:
        """Where people see a record in the CRM itself; `options` are those of the source."""
        return card(source.kind, source.base_url, noun, external_id, options)

    def folder(self, name: str) -> Path:
        """Where people drop files for a source; made when something is put into it."""
        return self.settings.data_dir / "dropped" / name

    def open(self, source: Source, access: Access, *, is_leaving: bool = False) -> Connector:
        """Open a connected CRM account; what an admin set wins over what the account says.

        A grant is renewed first where it is due: never call this within a transaction that writes.
        A source that is being removed is opened to take leave of the CRM alone.
        """
        if source.state is SourceState.REMOVING and not is_leaving:
            raise WrongUse(f"source {source.name}: it is being removed")
        options = {**access.facts, **access.options}
        grant = self.granting.grant_of(source.id)
        credentials = Credentials(
            source.base_url if grant is None else grant.base_url,
            self.cipher.unlock(access.sealed_token) if grant is None else grant.access_token,
            options,
            fields=access.field_map,
            renew=None if grant is None else partial(self.granting.renew, source.id),
            folder=str(self.folder(source.name)),
            turns=self.turns(source.turn_key),
        )
        return open_connector(source.kind, credentials)


@contextmanager
def open_services(
    settings: Settings,
    *,
    database_name: str = "kam_sync",
    as_of: Callable[[], datetime] = utc_now,
    migrated: bool = True,
) -> Iterator[Services]:
    """Open the database (and bring its schema up to date), build the services, close at the end."""
    take_in(settings.data_dir / "kpis")
    trust_added(is_trusted=settings.own_kpis_as_service)
    _workdays(settings)  # what is wrong with it stops the start, not the first measuring
    database = open_database(settings, name=database_name)
    try:
        if migrated:
            migrate(database)
            if (
                current_revision(database) == newest_revision()
            ):  # else a later release has been here
                secure(database)
                keep_role(database, is_needed=not settings.own_kpis_as_service)
                keep_views(database, settings.zone)
        yield Services(settings, database, open_cipher(settings), as_of=as_of)
    finally:
        database.close()


def _workdays(settings: Settings) -> Workdays:
    own = settings.data_dir / "workdays.yaml"
    return Workdays(settings.calendar, workdays.read(own))


def open_connector(kind: str, credentials: Credentials) -> Connector:
    """Open a CRM account by kind; WrongUse names the option that is wrong."""
    options = credentials.options
    try:
        ours = HouseOptions.among(options)
        theirs = {k: v for k, v in options.items() if k not in HouseOptions.model_fields}
        opened = connector_class(kind)(replace(credentials, options=theirs))
    except KeyError as error:
        raise _no_such(kind) from error
    except ValidationError as error:
        raise WrongUse(_options(kind, error)) from error
    except (ValueError, NeedsPerson) as error:
        why = getattr(error, "kind", ErrorKind.OTHER)
        of = "" if why is ErrorKind.BAD_PROFILE else f"{kind}: "
        raise WrongUse(behind(of, error), kind=why) from error
    if ours.tasks_for_alerts and not isinstance(opened, Writes):
        opened.close()
        raise WrongUse(_no_tasks(kind))
    return opened


def doors() -> dict[str, Door]:
    """All kinds of CRM, and how accounts of them are connected."""
    return {kind: door(kind) for kind in kinds()}


def shipped_profile(kind: str) -> str:
    """The profile that comes with a kind; WrongUse for one that needs none."""
    try:
        found = registry_profile(kind)
    except KeyError as error:
        raise _no_such(kind) from error
    if found is None:
        raise WrongUse(f"kind {kind}: it is not read by a profile")
    return found


def can_grant(kind: str) -> bool:
    """Whether a kind of CRM gives access by OAuth."""
    return grants_access(kind)


def can_take_password(kind: str) -> bool:
    """Whether a kind of CRM gives access for a user name and a password."""
    return takes_password(kind)


def wants_token(kind: str, options: Mapping[str, str]) -> bool:
    """Whether a source with these options is opened by a secret, or WrongUse."""
    try:
        return needs_token(kind, options)
    except KeyError as error:
        raise _no_such(kind) from error


def takes_files(kind: str, options: Mapping[str, str]) -> bool:
    """Whether a source with these options reads files that people drop for it."""
    return reads_files(kind, options)


def takes_rows(kind: str) -> bool:
    """Whether rows are given to it, and it is asked for none: it may have any table, or none."""
    return is_given(kind)


def can_subscribe(kind: str) -> bool:
    """Whether a kind of CRM can be asked to call us."""
    return subscribes(kind)


def seal(cipher: Cipher, token: str, options: Mapping[str, str]) -> Access:
    """What opens a source, with its token encrypted."""
    return Access(sealed_token=cipher.lock(token), options=dict(options))


def _no_tasks(kind: str) -> Spoken:
    return Spoken(
        f"{kind}: option tasks_for_alerts: no tasks can be created in it as it is connected",
        f"{kind}: опция tasks_for_alerts: задачи в ней при таком подключении создать нельзя",
    )


def _no_such(kind: str) -> WrongUse:
    return WrongUse(f"kind {kind}: no such CRM; there are: {', '.join(kinds())}")


def _options(kind: str, error: ValidationError) -> Spoken:
    """What is wrong with options, all of it in one sentence."""
    en, ru = [], []
    for one in error.errors(include_url=False):
        if one["type"] == wrongs.UNKNOWN_OPTIONS:
            offered = [*one["ctx"]["offered"], *HouseOptions.model_fields]
            for name in one["ctx"]["strange"]:
                meant, there = wrongs.near(name, offered), ", ".join(offered)
                en.append(f"there is no option {name}{meant}; there are: {there}")
                ru.append(f"опции {name} нет{meant.ru}; есть: {there}")
    for path, said in wrongs.sentences(error, HouseOptions) if not en else ():
        name = ".".join(str(part) for part in path)
        en.append(f"option {name}: {said}" if name else said)
        ru.append(f"опция {name}: {said.ru}" if name else said.ru)
    return Spoken(f"{kind}: {'; '.join(en)}", f"{kind}: {'; '.join(ru)}")
