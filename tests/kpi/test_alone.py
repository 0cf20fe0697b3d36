"""What SQL that people have added could reach for: each way is tried on the real database."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database, Session
from kam_sync.base.db.roles import RoleState, prepare_role, role_sql
from kam_sync.kpi.proving import prove
from kam_sync.kpi.registry import OURS, BadDefinition, read
from kam_sync.kpi.store import examples
from kam_sync.kpi.store.alone import ROLE, _run_alone, is_added, trust_added
from kam_sync.wiring import Services
from tests.kpi.test_added_kpis import _ROW, written

_EVERYDAY = {"won_revenue", "weighted_pipeline", "health_score", "plan_run_rate", "true_dso"}
_DENIED = "permission denied|must be"
_VALUE = "SELECT account_id, 'count' AS unit, closed_on AS \"on\", {} AS value FROM deals"

REACHES = {
    "tokens": ("(SELECT count(*) FROM source)", 'relation "source" does not exist'),
    "tokens by schema": ("(SELECT count(sealed_token) FROM public.source)", "source is no open"),
    "other temp tables": ("(SELECT count(*) FROM pg_temp.kpi_series)", "kpi_series is no open"),
    "the catalog": ("(SELECT count(*) FROM pg_class)", "pg_class is no open table"),
    "roles": ("(SELECT count(*) FROM pg_authid)", "pg_authid is no open table"),
    "settings": ("(SELECT count(*) FROM pg_settings)", "pg_settings is no open table"),
    "a file": ("length(pg_read_file('/etc/passwd'))", "pg_read_file"),
    "a folder": ("(SELECT count(*) FROM pg_ls_dir('/'))", "pg_ls_dir"),
    "a large object": ("lo_from_bytea(0, 'x')", "lo_from_bytea"),
    "a file by large object": ("lo_import('/etc/passwd')", "lo_import"),
    "another role": ("length(set_config('role', 'none', true))", "set_config"),
    "no time limit": ("length(set_config('statement_timeout', '0', true))", "set_config"),
    "SQL in a text": ("length(query_to_xml('SELECT 1', true, true, '')::text)", "query_to_xml"),
    "a table by name": ("length(table_to_xml(1, true, true, '')::text)", "table_to_xml"),
    "SQL by statistics": ("(SELECT count(*) FROM ts_stat('SELECT name FROM source'))", "ts_stat"),
    "a lock": ("(SELECT count(pg_advisory_lock(7)))", "pg_advisory_lock"),
    "a nap": ("(SELECT count(pg_sleep(100)))", "pg_sleep"),
    "somebody's session": ("pg_terminate_backend(1)::int", "pg_terminate_backend"),
    "a number": ("nextval('public.deal_id')", "does not exist"),
    "the next number": ("lastval()", "lastval"),
    "a message": ("(SELECT count(pg_notify('a', 'b')))", "pg_notify"),
    "the server's files": ("length(current_setting('data_directory'))", "current_setting"),
    "a function of ours": ("(SELECT count(*) FROM public.tests_empty())", "tests_empty"),
    "an operator for a function": ("(1 OPERATOR(public.+) 1)", "operator does not exist"),
    "a window": ("lo_create(0) OVER ()", "lo_create"),
    "a write": ("(WITH x AS (DELETE FROM deals RETURNING 1) SELECT count(*) FROM x)", "top level"),
    "a lock on rows": ("(SELECT amount FROM deals LIMIT 1 FOR UPDATE)", "permission denied"),
}  # fmt: skip


@pytest.mark.parametrize(
    "key",
    [key if key in _EVERYDAY else pytest.param(key, marks=pytest.mark.heavy) for key in OURS],
)
def test_what_only_computes_is_let_through(services: Services, key: str) -> None:
    """All our own KPIs come out the same as if people had added them."""
    kpi = OURS[key].model_copy(update={"key": f"own_{key}"})
    assert is_added(kpi)
    with services.database.transaction() as session:
        prove(session, kpi, "own.yaml", services.zone)
        session.rollback()


@contextmanager
def checked(
    services: Services, folder: Path, sql: str
) -> Iterator[pytest.ExceptionInfo[BadDefinition]]:
    """What is said of SQL when it is checked."""
    kpi = read(written(folder, sql))
    with services.database.transaction() as session:
        with pytest.raises(BadDefinition) as told:
            prove(session, kpi, "big_deals.yaml", services.zone)
        yield told
        session.rollback()


@pytest.mark.parametrize("what", REACHES)
def test_it_reaches_nothing_but_open_tables(services: Services, tmp_path: Path, what: str) -> None:
    tried, said = REACHES[what]
    with checked(services, tmp_path, _VALUE.format(tried)) as told:
        told.match(said)


@pytest.mark.parametrize(
    "sql",
    [
        "DO $$ BEGIN END $$",
        "COPY deals TO PROGRAM 'true'",
        "SET ROLE NONE",
        "DELETE FROM deals RETURNING account_id, '' AS unit, closed_on AS \"on\", 1 AS value",
        f"{_ROW}; SELECT 1",
        f"{_ROW}) f; RESET ROLE; SELECT * FROM ({_ROW}",
        f'{_ROW}) f UNION SELECT account_id, unit, "on", value FROM kpi_series; --',
        "SELECT account_id, 'count' AS unit, closed_on AS \"on\", 1 AS value INTO x FROM deals",
        f"{_ROW} /*",
    ],
)
def test_it_is_one_query(services: Services, tmp_path: Path, sql: str) -> None:
    with checked(services, tmp_path, sql) as told:
        told.match("syntax error|multiple commands|INTO|unterminated")


def test_one_that_breaks_out_of_its_brackets_gives_rows_of_itself_alone(
    services: Services, tmp_path: Path
) -> None:
    with checked(
        services, tmp_path, f"{_ROW}) f UNION SELECT account_id, key FROM (SELECT 1"
    ) as told:
        told.match("UNION|column")


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("SELECT sealed_token FROM public.source", "permission denied"),
        ("SELECT pg_read_file('/etc/passwd')", "permission denied"),
        ("SELECT pg_ls_dir('/')", "permission denied"),
        ("SELECT rolpassword FROM pg_authid", "permission denied"),
        ("CREATE TEMP TABLE mine (a int)", "read-only"),
        ("CREATE TABLE public.mine (a int)", "read-only"),
        ("SELECT set_config('transaction_read_only', 'off', true)", "cannot set"),
        ("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> user", _DENIED),
        ("COPY (SELECT 1) TO PROGRAM 'true'", _DENIED),
        ("CREATE EXTENSION dblink", "read-only|permission"),
        ("SELECT count(*) FROM generate_series(1, 1000000000000)", "timeout"),
    ],
)  # fmt: skip
def test_the_role_may_do_nothing_by_itself(database: Database, statement: str, said: str) -> None:
    """Were the first of the walls not there, the second would stand."""
    with database.transaction() as session:
        session.execute(sa.text("SET LOCAL statement_timeout = '300ms'"))
        with pytest.raises(sa.exc.DBAPIError, match=said):
            _alone(session, statement)
        session.rollback()


def _alone(session: Session, statement: str) -> None:
    with session.begin_nested():
        _run_alone(session, statement)


def test_who_it_was_before_it_is_again(database: Database) -> None:
    with database.transaction() as session:
        who = sa.text("SELECT current_user, current_setting('temp_file_limit')")
        before = session.execute(who).one()
        _alone(session, "SELECT 1")
        assert session.execute(who).one() == before
        with pytest.raises(sa.exc.DBAPIError):
            _alone(session, "SELECT 1 / 0")
        assert session.execute(who).one() == before


def test_a_query_that_never_ends_is_ended(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examples, "IN_TIME", "SET LOCAL statement_timeout = '300ms'")
    endless = (
        "(SELECT count(*) FROM periods a, periods b, periods c, periods d, periods e, periods f)"
    )
    with checked(services, tmp_path, _VALUE.format(endless)) as told:
        told.match("timeout")


def test_without_the_role_it_is_refused_unless_ops_trust_it(
    services: Services, tmp_path: Path
) -> None:
    kpi = read(written(tmp_path, _ROW))
    try:
        with services.database.at_once() as connection:
            connection.execute(sa.text(f"DROP ROLE {ROLE}"))
        with checked(services, tmp_path, _ROW) as told:
            told.match("no role kam_sync_kpi")
        trust_added(is_trusted=True)
        with services.database.transaction() as session:
            prove(session, kpi, "big_deals.yaml", services.zone)
            session.rollback()
        with checked(services, tmp_path, _VALUE.format(REACHES["tokens by schema"][0])) as told:
            told.match("no open table")
    finally:
        trust_added(is_trusted=False)
        assert prepare_role(services.database, ROLE) is RoleState.USABLE


def test_an_administrator_is_told_what_to_type(database: Database) -> None:
    said = role_sql(database, ROLE)
    assert said.startswith(f"GRANT {ROLE} TO ")  # it is there already
    missing = role_sql(database, "kam_sync_missing")
    assert missing.startswith("CREATE ROLE kam_sync_missing NOLOGIN NOINHERIT; GRANT ")
