"""A real PostgreSQL for all tests: embedded, or the server of KAM_SYNC_TEST_DATABASE_URL."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
import sqlalchemy as sa
import structlog
from argon2 import PasswordHasher
from sqlmodel import SQLModel

from kam_sync.access import passwords
from kam_sync.accounts.store import secure
from kam_sync.base.clock import stopped_at
from kam_sync.base.db import Database, open_database
from kam_sync.base.db.migrate import migrate
from kam_sync.base.db.roles import prepare_role
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.kpi.store.alone import ROLE
from kam_sync.wiring import Services

pytest_plugins = ["tests.commands", "tests.leaving", "tests.noting", "tests.sweeping"]

_EVERYDAY = "everyday"
"""The profile of `./run test` when it names no tests."""

hypothesis.settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("any machine")  # a slow machine is no finding
hypothesis.settings.register_profile(
    _EVERYDAY, hypothesis.settings.get_profile("any machine"), max_examples=25
)


def rounds(whole: int, *, everyday: int) -> int:
    """How many examples a dear property tries: all, or a few in the everyday run."""
    return everyday if hypothesis.settings.get_current_profile_name() == _EVERYDAY else whole


def pytest_xdist_auto_num_workers() -> int:
    """Two more than there are cores: half of the time tests wait for servers they started."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(autouse=True)
def log_as_before() -> Iterator[None]:
    """A command that a test runs sets up the log of its process, which goes on with other tests."""
    yield
    structlog.reset_defaults()


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """What makes guessing dear would make tests slow."""
    cheap = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_hasher", cheap)


SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"
_LITTLE = 128 * 1024
"""Bytes of a table."""
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a throw-away installation."""
    url = os.environ.get("KAM_SYNC_TEST_DATABASE_URL")  # noqa: TID251 - the tests' own switch
    folder = tmp_path_factory.mktemp("data")
    wanted = {
        "data_dir": folder, "database_url": url, "crm_hosts": "127.0.0.1, localhost",
        "quiet_hours": "none",  # tests by the real clock run at night, too
    }  # fmt: skip
    return Settings.model_validate(wanted)


@pytest.fixture(scope="session")
def migrated(settings: Settings) -> Iterator[Database]:
    """One migrated database for the whole session."""
    database = open_database(settings)
    if database.server is not None:
        need_not_outlive_a_power_cut(database)
    migrate(database)
    secure(database)
    prepare_role(database, ROLE)
    make_empty(database)
    yield database
    database.close()


def need_not_outlive_a_power_cut(database: Database) -> None:
    """Let the server wait for no disk; that was a third of the time of all tests.

    Nor does it look what the tables are like between two tests, when they are empty.
    """
    with database.at_once() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes", "autovacuum"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))


@pytest.fixture
def database(migrated: Database) -> Iterator[Database]:
    """The database, emptied after the test."""
    yield migrated
    empty(migrated)


def empty(database: Database) -> None:
    """Leave no row in any table, and let numbers begin at one."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("SELECT tests_empty()"))


def make_empty(database: Database) -> None:
    """Write `tests_empty`: truncating ninety tables, of which few have rows, took too long.

    A table that has grown is truncated: what is deleted still takes room, and time to be read over.
    """
    names = [table.name for table in reversed(SQLModel.metadata.sorted_tables)]
    queue = ["procrastinate_events", "procrastinate_jobs", "procrastinate_workers"]
    deletes = "".join(
        f"""IF EXISTS (SELECT FROM "{name}") THEN
            IF pg_relation_size('"{name}"') < {_LITTLE} THEN DELETE FROM "{name}";
            ELSE TRUNCATE "{name}" CASCADE; END IF;
        END IF;"""
        for name in [*queue, *names, "kpi_due"]  # triggers fill the last one
    )
    numbers = """PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)
        FROM pg_sequences WHERE last_value IS NOT NULL;"""
    function = "CREATE OR REPLACE FUNCTION tests_empty() RETURNS void LANGUAGE plpgsql AS"
    with database.engine.begin() as connection:
        connection.execute(sa.text(f"{function} $$ BEGIN {deletes} {numbers} END $$"))


@pytest.fixture
def services(settings: Settings, database: Database) -> Services:
    """Services on the database, measuring as of a fixed moment."""
    return Services(settings, database, open_cipher(settings), as_of=stopped_at(NOW))


def data_set(name: str) -> Path:
    """The folder of a data set, or a skip where the data sets are not at hand; CI has them."""
    folder = SHARED_DATA / name
    if not folder.is_dir():
        pytest.skip(f"the data set shared/data/{name} is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def maven() -> Path:
    """The real pipeline of a hardware seller."""
    return data_set("maven_crm")
