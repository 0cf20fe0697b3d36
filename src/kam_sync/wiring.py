"""From settings to services: the only place that builds things."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from zoneinfo import ZoneInfo

from pydantic import ValidationError

from connectors import Connector, Credentials, NeedsPerson
from connectors.registry import connector_class, kinds
from kam_sync.base.clock import Clock, utc_now
from kam_sync.base.db import Database, open_database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.errors import WrongUse
from kam_sync.base.secrets import Cipher, open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import Access, HouseOptions, Source
from kam_sync.intake.store import SharedTurns


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

    def open(self, source: Source, access: Access) -> Connector:
        """Open a connected CRM account; what an admin set wins over what the account says."""
        options = {**access.facts, **access.options}
        token = self.cipher.unlock(access.sealed_token)
        turns = partial(SharedTurns, self.database, source.turn_key)
        credentials = Credentials(
            source.base_url, token, options, fields=access.field_map, turns=turns
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
    database = open_database(settings, name=database_name)
    try:
        if migrated:
            migrate(database)
        yield Services(settings, database, open_cipher(settings), as_of=as_of)
    finally:
        database.close()


def open_connector(kind: str, credentials: Credentials) -> Connector:
    """Open a CRM account by kind; WrongUse names the option that is wrong."""
    options = credentials.options
    try:
        HouseOptions.among(options)
        theirs = {k: v for k, v in options.items() if k not in HouseOptions.model_fields}
        return connector_class(kind)(replace(credentials, options=theirs))
    except KeyError as error:
        known = ", ".join(kinds())
        raise WrongUse(f"kind {kind}: no such CRM; there are: {known}") from error
    except ValidationError as error:
        raise WrongUse(f"{kind}: {_first(error)}") from error
    except (ValueError, NeedsPerson) as error:
        raise WrongUse(f"{kind}: {error}") from error


def seal(cipher: Cipher, token: str, options: Mapping[str, str]) -> Access:
    """What opens a source, with its token encrypted."""
    return Access(sealed_token=cipher.lock(token), options=dict(options))


def _first(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    name = ".".join(str(part) for part in first["loc"])
    reason = "no such option" if first["type"] == "extra_forbidden" else first["msg"]
    return f"option {name}: {reason}"
