"""Runs the SQL of KPIs that people have added where it reads the open tables and does nothing else.

Four things stand in its way, each by itself enough for most of what could be tried:

1. The database reads the SQL and says what it names: tables that are not open ones are refused, and
   so is every function that does more than compute ("volatile", or none of PostgreSQL's own).
2. It runs as a role that has no right but to read the open tables of this transaction.
3. It runs in a part of the transaction that is read-only.
4. It has a minute, and so much room on the disk.

See docs/own-kpis.md, "What it can reach".
"""

import re
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.base.db.roles import RoleState, role_state
from kam_sync.base.db.single import run_single
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.registry import OURS
from kam_sync.kpi.store.layout import TABLES

ROLE = "kam_sync_kpi"
GIVEN = 'SELECT account_id, unit, "on", value FROM kpi_given'
"""What the SQL gave, as a formula that may be trusted."""
READABLE = [name for name in TABLES if not name.startswith("kpi_")]
_MOST_DISK = "4GB"
_ROWS = 'SELECT account_id, unit, "on", value FROM ('
_READ = f"CREATE TEMP VIEW kpi_read AS {_ROWS}"
_MADE = """
    CREATE TEMP TABLE kpi_given (account_id uuid NOT NULL, unit text NOT NULL, "on" date NOT NULL,
        value numeric) ON COMMIT DROP
"""
_FILL = """
    INSERT INTO kpi_given SELECT account_id, unit, "on", CAST(value AS numeric) FROM (%s
    ) f LIMIT 20000000
"""
_TREE = """
    SELECT CAST(ev_action AS text) FROM pg_rewrite
    WHERE ev_class = CAST('pg_temp.kpi_read' AS regclass)
"""
_NAMED = re.compile(r":(relid|funcid|opfuncid|aggfnoid|winfnoid) ([1-9]\d*)")
"""In what the database keeps of a view: each table, function, operator and aggregate by number."""
_STRANGE_TABLE = """
    SELECT c.relname FROM pg_class c WHERE c.oid = ANY(CAST(:named AS oid[]))
        AND NOT (c.relnamespace = pg_my_temp_schema() AND c.relname = ANY(:readable))
    ORDER BY 1 LIMIT 1
"""
_STRANGE_FUNCTION = """
    SELECT p.proname FROM pg_proc p WHERE p.oid = ANY(CAST(:named AS oid[]))
        AND (p.provolatile = 'v' OR p.pronamespace <> CAST('pg_catalog' AS regnamespace)
            OR p.proname ~ '^pg_|^inet_|_to_xml|^current_setting$')
    ORDER BY 1 LIMIT 1
"""
_OPEN = """
    SELECT string_agg(format('pg_temp.%I', relname), ', ') FROM pg_class
    WHERE relnamespace = pg_my_temp_schema() AND relname = ANY(:readable)
"""
_SETTING = "SELECT current_setting(:name)"
_SET = "SELECT set_config(:name, :value, true)"
_MAY_LIMIT = """
    SELECT has_parameter_privilege('temp_file_limit', 'SET')
        AND current_setting('temp_file_limit') = '-1'
"""

_is_trusted: list[bool] = []


class Refused(Exception):
    """The SQL names what it may not reach, or there is no role to run it as."""


def trust_added(*, is_trusted: bool) -> None:
    """Let SQL that people have added run as the service in this process, or not."""
    _is_trusted[:] = [True] if is_trusted else []


def is_added(kpi: Kpi) -> bool:
    """Whether its SQL is none of ours, whatever it is called."""
    ours = OURS.get(kpi.key)
    return ours is None or ours.sql != kpi.sql


def rows_of(session: Session, kpi: Kpi, formula: str) -> str:
    """Run the formula of a KPI alone, and return the query for the rows that it gave.

    Raises Refused, or a DBAPIError as any SQL does.
    """
    said = formula.removesuffix(kpi.literal_sql) + kpi.sql  # the driver knows no names of values
    session.execute(sa.text("DROP TABLE IF EXISTS pg_temp.kpi_given"))
    before = _setting(session, "search_path")
    _set(session, "search_path", "pg_temp, pg_catalog")
    _refuse_strange(session, said)
    session.execute(sa.text(_MADE))
    if not _is_trusted:
        _open_to_the_role(session)
    with session.begin_nested():
        _run_alone(session, _FILL.replace("%s", said))
    _set(session, "search_path", before)
    session.execute(sa.text("ANALYZE pg_temp.kpi_given"))
    return GIVEN


def line_of(error: sa.exc.DBAPIError, kpi: Kpi, formula: str) -> int:
    """In which line of its SQL the database found what is wrong."""
    diagnosis: Any = getattr(error.orig, "diag", None)
    at = int(getattr(diagnosis, "statement_position", None) or 0) - 1
    is_read = str(error.statement).startswith(_READ)
    before = len(_READ) if is_read else _FILL.index("%s")
    before += len(formula) - len(kpi.literal_sql)
    return kpi.sql.count("\n", 0, max(at - before, 0)) + 1


def _refuse_strange(session: Session, said: str) -> None:
    """Have the database read the SQL, and refuse it where it names what is not open."""
    run_single(session, f"{_READ}{said}\n) f")
    tree = str(session.scalar(sa.text(_TREE)))
    session.execute(sa.text("DROP VIEW pg_temp.kpi_read"))
    found = _NAMED.findall(tree)
    tables = [int(number) for kind, number in found if kind == "relid"]
    functions = [int(number) for kind, number in found if kind != "relid"]
    if name := _first(session, _STRANGE_TABLE, tables, readable=READABLE):
        raise Refused(f"{name} is no open table")
    if name := _first(session, _STRANGE_FUNCTION, functions):
        raise Refused(f"{name}() is no function that only computes")


def _first(session: Session, query: str, named: Sequence[int], **values: Any) -> str | None:
    found = session.scalar(sa.text(query), {"named": list(named), **values})
    return None if found is None else str(found)


def _open_to_the_role(session: Session) -> None:
    if role_state(session.connection(), ROLE) is not RoleState.USABLE:
        raise Refused(
            f"there is no role {ROLE} to run it as: see docs/own-kpis.md, What it can reach"
        )
    tables = session.scalar(sa.text(_OPEN), {"readable": READABLE})
    session.execute(sa.text(f"GRANT SELECT ON {tables} TO {ROLE}"))
    session.execute(sa.text(f"GRANT INSERT ON pg_temp.kpi_given TO {ROLE}"))


def _run_alone(session: Session, statement: str) -> None:
    """Run it as the role that may do nothing else, and be who we were when it is over."""
    before = {name: _setting(session, name) for name in ("role", "temp_file_limit")}
    if session.scalar(sa.text(_MAY_LIMIT)):
        _set(session, "temp_file_limit", _MOST_DISK)
    session.execute(sa.text("SET LOCAL transaction_read_only = on"))  # ends with the savepoint
    if not _is_trusted:
        _set(session, "role", ROLE)
    run_single(session, statement)
    for name, value in before.items():  # the role first: it may not set the other
        if _setting(session, name) != value:
            _set(session, name, value)


def _setting(session: Session, name: str) -> str:
    return str(session.scalar(sa.text(_SETTING), {"name": name}))


def _set(session: Session, name: str, value: str) -> None:
    session.execute(sa.text(_SET), {"name": name, "value": value})
