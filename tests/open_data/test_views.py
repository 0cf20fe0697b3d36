"""What analysts see: right rows, stable columns, and views that stand in nobody's way."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Happening, Noun, Outcome
from kam_sync.base.db import Database
from kam_sync.base.db.migrate import let_go_of_views
from kam_sync.base.db.roles import RoleState, prepare_role
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store.alone import ROLE
from kam_sync.open_data.keeping import keep_views
from kam_sync.open_data.store import VIEWS, MakingStore, NoRight, making
from kam_sync.wiring import Services
from tests.fakes.books import Book, at, deal
from tests.fakes.connecting import ask


def test_deals_have_their_account_money_and_days_of_the_installation(
    services: Services, book: Book
) -> None:
    rows = ask(
        services,
        "SELECT deal_id, account_id, outcome, amount, currency, created_on, closed_on "
        "FROM open.deals ORDER BY external_id",
    )
    account, source = book.account(), book.source_id
    assert [(row[0], row[1]) for row in rows] == [(f"{source}:{n}", account) for n in "123"]
    assert [(row[2], row[3] and int(row[3]), row[4]) for row in rows] == [
        ("won", 100, "RUB"), ("lost", 30, "RUB"), ("open", None, "RUB"),
    ]  # fmt: skip
    assert str(rows[0][5]) == "2026-09-01"  # by the clock of Moscow it was past midnight


def test_what_is_deleted_is_left_out_and_a_merged_account_is_resolved(
    services: Services, book: Book
) -> None:
    other = Book(services, "other")
    other.deals(deal("9", opened="2026-10-01", won="2026-10-09", amount=5))
    ask_nothing(services, "UPDATE deal SET is_deleted = true WHERE external_id = '2'")
    ask_nothing(
        services,
        f"UPDATE account SET merged_into = '{book.account()}' WHERE id = '{other.account()}'",
        f"UPDATE account_link SET account_id = '{book.account()}'",
    )
    found = ask(services, "SELECT account_id, count(*) FROM open.deals GROUP BY 1")
    assert found == [(book.account(), 3)]
    companies = "SELECT name, companies FROM open.accounts"
    assert ask(services, companies) == [("Ромашка", 2)]
    ask_nothing(
        services, f"UPDATE company SET is_deleted = true WHERE source_id = {other.source_id}"
    )
    assert ask(services, companies) == [("Ромашка", 1)]


def test_the_way_of_a_deal_through_stages_has_names_and_ends(
    services: Services, book: Book
) -> None:
    stages = tuple(
        gate.Stage(key, name, place, Outcome.OPEN)
        for place, (key, name) in enumerate((("1", "Новая"), ("2", "Счёт"), ("142", "Успех")))
    )
    book.save(Noun.PIPELINE, gate.Pipeline("3300", "Продажи", stages))

    def moved(id_: str, day: int, what: Happening, **sides: str) -> gate.Activity:
        details = {side: {"stage": key, "pipeline": "3300"} for side, key in sides.items()}
        when = at(f"2026-09-{day:02}")
        return gate.Activity(id_, what, "moved", when, Noun.DEAL, "1", details=details)

    book.save(
        Noun.EVENT,
        moved("a", 1, Happening.CREATED, to="1"),
        moved("b", 5, Happening.STAGE, to="2"),
        moved("c", 20, Happening.STAGE, **{"from": "2"}, to="142"),
    )
    asked = "SELECT from_stage, stage, entered_on::text, left_at - entered_at FROM {} ORDER BY 3"
    assert ask(services, asked.format("open.stage_history")) == [
        (None, "Новая", "2026-09-01", timedelta(days=4)),
        ("Новая", "Счёт", "2026-09-05", timedelta(days=15)),
        ("Счёт", "Успех", "2026-09-20", None),
    ]
    happened = ask(services, "SELECT what, account_id FROM open.activities")
    assert happened == [("created", book.account())]


def test_values_of_kpis_are_rows_and_add_up(services: Services, book: Book) -> None:
    book.measure()
    rows = ask(
        services,
        "SELECT period_on::text, value, is_running FROM open.kpi_values JOIN open.kpis USING (kpi) "
        "WHERE kpi = 'won_revenue' AND grain = 'month' AND NOT is_group ORDER BY 1",
    )
    assert [(row[0], int(row[1])) for row in rows if row[1]] == [("2026-09-01", 100)]
    assert [row[0] for row in rows if row[2]] == ["2026-11-01"]


def test_no_view_shows_texts_of_people_or_secrets() -> None:
    told = {"text", "note", "comment", "details", "sealed_token", "body", "custom", "raw"}
    personal = {"phones", "emails", "phone", "email"}
    for view in VIEWS:
        names = {column.name for column in view.columns}
        assert not names & told, view.name
        assert view.is_personal or not names & personal, view.name


def test_every_view_and_column_says_what_it_is(book: Book, services: Services) -> None:
    kept = ask(
        services,
        "SELECT count(*) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE a.attnum > 0 "
        "AND c.relnamespace IN ('open'::regnamespace, 'open_personal'::regnamespace) "
        "AND col_description(c.oid, a.attnum) > '' AND obj_description(c.oid) > ''",
    )
    assert kept == [(sum(len(view.columns) for view in VIEWS),)]


def test_views_are_made_anew_when_they_are_to_be_other_ones_alone(
    services: Services, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    def keep(zone: str = services.zone.key) -> bool:
        with services.database.transaction() as session:
            return MakingStore(session).keep(VIEWS, ZoneInfo(zone), KPIS)

    assert not keep()
    assert keep("Asia/Vladivostok")
    first = ask(services, "SELECT created_on::text FROM open.deals WHERE external_id = '1'")
    assert first == [("2026-09-01",)]
    monkeypatch.setattr(making, "VERSION", 2)  # a newer release comes,
    assert keep()
    monkeypatch.setattr(making, "VERSION", 1)  # and the older one runs beside it
    assert not keep("Asia/Vladivostok")
    monkeypatch.setattr(making, "VERSION", 2)
    assert not keep()
    let_go(services.database)
    monkeypatch.undo()
    assert keep()


def test_a_migration_may_change_tables_and_finds_no_view_in_its_way(
    services: Services, book: Book
) -> None:
    change = "ALTER TABLE deal ALTER COLUMN amount TYPE numeric(31, 4)"
    with pytest.raises(sa.exc.NotSupportedError, match="used by a view"):
        ask_nothing(services, change)
    let_go(services.database)
    ask_nothing(services, change, "ALTER TABLE deal ALTER COLUMN amount TYPE numeric(30, 4)")
    assert keep_views(services.database, services.zone)
    assert ask(services, "SELECT count(*) FROM open.deals") == [(3,)]


def test_a_view_that_somebody_built_upon_ours_is_named(services: Services, book: Book) -> None:
    ask_nothing(services, "CREATE VIEW public.mine AS SELECT deal_id FROM open.deals")
    try:
        with pytest.raises(DatabaseTrouble, match="mine"):
            let_go(services.database)
        assert ask(services, "SELECT count(*) FROM open.deals") == [(3,)]
    finally:
        ask_nothing(services, "DROP VIEW public.mine")


def test_who_reads_for_long_does_not_stop_a_start(
    services: Services,
    book: Book,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(making, "_PATIENCE", "200ms")
    with services.database.transaction() as session:
        session.execute(sa.text("SELECT FROM open.deals"))
        assert not keep_views(services.database, ZoneInfo("Asia/Tokyo"))
    assert "open data stays as it was" in capsys.readouterr().out
    assert keep_views(services.database, services.zone)


def test_two_starts_at_once_make_roles_and_views_once(services: Services, book: Book) -> None:
    database = services.database
    let_go(database)
    with database.at_once() as connection:
        connection.execute(sa.text(f"DROP ROLE {ROLE}"))

    def start(_: int) -> tuple[RoleState, bool]:
        return prepare_role(database, ROLE), keep_views(database, services.zone)

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(start, range(4))) == {(RoleState.USABLE, True)}


def test_without_the_right_the_service_goes_on_without(services: Services, book: Book) -> None:
    with services.database.transaction() as session:
        session.execute(
            sa.text(
                "CREATE ROLE tests_poor; GRANT USAGE ON SCHEMA public TO tests_poor; "
                "SET LOCAL search_path = public; SET LOCAL ROLE tests_poor"
            )
        )
        with pytest.raises(NoRight):
            MakingStore(session).keep(VIEWS, ZoneInfo("Asia/Tokyo"), KPIS)
        session.rollback()


def let_go(database: Database) -> None:
    with database.engine.begin() as connection:
        let_go_of_views(connection)


def ask_nothing(services: Services, *statements: str) -> None:
    with services.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
