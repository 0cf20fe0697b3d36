"""A role for BI, used as a BI tool uses it: it sees the views, and nothing else of all there is."""

from threading import Thread

import pytest
import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.kpi.registry import KPIS
from kam_sync.open_data.keeping import keep_views
from kam_sync.open_data.store import VIEWS, MakingStore, ReaderStore
from kam_sync.wiring import Services
from tests.fakes.books import Book
from tests.fakes.waiting import PATIENCE, wait_until_somebody_waits
from tests.open_data.conftest import reading
from tests.open_data.test_views import let_go

DENIED = "permission denied"


def drop_all(database: Database) -> None:
    """As `restore --replace` does."""
    with database.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA open CASCADE; DROP SCHEMA open_personal CASCADE"))


def test_a_bi_tool_finds_the_views_with_what_they_are(services: Services, book: Book) -> None:
    with reading(services) as engine:
        found = sa.inspect(engine)
        seen = found.get_view_names(schema="open")
        assert sorted(seen) == sorted(view.name for view in VIEWS if not view.is_personal)
        for view in (view for view in VIEWS if not view.is_personal):
            columns = found.get_columns(view.name, schema="open")
            assert [(c["name"], c["comment"]) for c in columns] == [
                (column.name, column.says) for column in view.columns
            ]
            assert found.get_table_comment(view.name, schema="open")["text"] == view.says
        chart = "SELECT closed_on, sum(amount) FROM deals WHERE outcome = 'won' GROUP BY 1"
        with engine.connect() as connection:
            assert [int(row[1]) for row in connection.execute(sa.text(chart))] == [100]


def test_every_other_table_is_denied(services: Services, book: Book) -> None:
    with services.database.engine.connect() as connection:
        others = connection.scalars(
            sa.text(
                "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c "
                "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN "
                "('r', 'p', 'v', 'm', 'S') AND n.nspname NOT IN ('open', 'information_schema') "
                "AND n.nspname !~ '^pg_'"
            )
        ).all()
    assert {"public.deal", "public.source", "open_personal.contact_details"} <= set(others)
    asked = sa.text(
        "SELECT name FROM unnest(CAST(:names AS text[])) AS name WHERE "
        "has_schema_privilege(split_part(name, '.', 1), 'USAGE') AND "
        "(has_any_column_privilege(name, 'SELECT, INSERT, UPDATE, REFERENCES') "
        "OR has_table_privilege(name, 'DELETE, TRUNCATE, TRIGGER'))"
    )
    with reading(services) as engine, engine.connect() as connection:
        tables = [name for name in others if not name.endswith("_seq")]
        assert connection.scalars(asked, {"names": tables}).all() == []
        with pytest.raises(sa.exc.ProgrammingError, match=DENIED):
            connection.execute(sa.text("SELECT sealed_token FROM public.source"))


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM open.deals",
        "INSERT INTO open.sources VALUES (9, 'x', 'x')",
        "UPDATE public.deal SET amount = 0",
        "CREATE TABLE open.mine (a int)",
        "CREATE VIEW open.mine AS SELECT 1",
        "CREATE ROLE mine",
        "SELECT pg_read_file('/etc/passwd')",
        "COPY open.sources TO PROGRAM 'true'",
        "SET ROLE kam_sync_kpi",
        "ALTER ROLE tests_reader SUPERUSER",
        "DROP VIEW open.deals",
    ],
)
def test_nothing_is_written_even_where_the_role_says_it_wants_to(
    services: Services, book: Book, statement: str
) -> None:
    said = f"{DENIED}|must be|cannot|not updatable"
    with reading(services) as engine:
        with engine.connect() as connection, pytest.raises(sa.exc.DBAPIError):
            connection.execute(sa.text(statement))
        with engine.connect() as connection:
            connection.execute(sa.text("SET default_transaction_read_only = off"))
            connection.commit()
            with pytest.raises(sa.exc.DBAPIError, match=said):
                connection.execute(sa.text(statement))


def test_a_query_that_takes_too_long_is_ended(services: Services, book: Book) -> None:
    with reading(services) as engine, engine.connect() as connection:
        limit = sa.text("SELECT current_setting('statement_timeout')")
        assert connection.scalar(limit) == "5min"
        connection.execute(sa.text("SET statement_timeout = '100ms'"))
        with pytest.raises(sa.exc.OperationalError, match="timeout"):
            connection.execute(sa.text("SELECT pg_sleep(30) FROM deals"))


def test_who_people_are_is_for_roles_that_were_made_for_that(
    services: Services, book: Book
) -> None:
    asked = sa.text("SELECT name, phones FROM open_personal.contact_details")
    with (
        reading(services) as engine,
        engine.connect() as connection,
        pytest.raises(sa.exc.ProgrammingError, match=DENIED),
    ):
        connection.execute(asked)
    with reading(services, is_personal=True) as engine, engine.connect() as connection:
        assert connection.execute(asked).all() == [("Анна Петрова", "+79990000000")]


def test_rights_outlive_views_that_are_made_anew(services: Services, book: Book) -> None:
    with reading(services) as engine:
        let_go(services.database)
        keep_views(services.database, services.zone)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM deals")) == 3


def test_processes_that_start_together_make_the_views_once(
    services: Services,
) -> None:
    drop_all(services.database)
    done: list[bool] = []

    def start() -> None:
        with services.database.transaction() as session:
            done.append(MakingStore(session).keep(VIEWS, services.zone, KPIS))

    other = Thread(target=start)
    with services.database.transaction() as session:
        assert MakingStore(session).keep(VIEWS, services.zone, KPIS)
        other.start()
        wait_until_somebody_waits(services.database)
    other.join(PATIENCE)
    assert done == [False]


@pytest.mark.parametrize("is_personal", [True, False])
def test_who_read_before_a_restore_reads_after_it(
    services: Services, book: Book, is_personal: bool
) -> None:
    with reading(services, is_personal=is_personal) as engine:
        drop_all(services.database)
        assert keep_views(services.database, services.zone)
        with services.database.transaction() as session:
            [reader] = ReaderStore(session).readers()
        assert (reader.is_ours, reader.is_personal) == (True, is_personal)
        let_go(services.database)
        assert keep_views(services.database, services.zone)
        with engine.connect() as connection:
            assert connection.scalar(sa.text("SELECT count(*) FROM deals")) == 3
