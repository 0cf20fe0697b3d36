"""`kam-sync export` and `kam-sync open`: files and roles for BI, made as ops do."""

import io
import re
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book, deal


def test_files_are_exported_told_and_as_the_api_says(
    kam_sync: Command, services: Services, tmp_path: Path
) -> None:
    book = Book(services).deals(
        deal("1", opened="2026-09-01", won="2026-09-20", amount=100),
        deal("2", opened="2026-10-02", lost="2026-10-05", amount=30),
    )
    folder = tmp_path / "bi"
    said = kam_sync("export", str(folder), "--json").document
    assert said["tables"]["deals"]["written"] == ["2026-09", "2026-10"]
    by_account = kam_sync("export", str(folder), "--table", "accounts", "--since", "2026-10")
    assert (by_account.code, "accounts" in by_account.out) == (0, True)
    files = f"SELECT account_id, sum(amount) FROM '{folder}/deals/*.parquet' GROUP BY 1"
    assert duckdb.sql(files).fetchall() == [(str(book.account()), 130)]
    for wrong, why in (
        (("--table", "no_such"), "no such table; there are: sources"),
        (("--table", "contact_details"), "--with-personal-data"),
        (("--since", "2026"), "a month such as 2026-01"),
        (("--format", "xml"), "xml"),
    ):
        refused = kam_sync("export", str(folder), *wrong)
        assert (refused.code, why in refused.err) == (2, True)


def test_a_role_is_made_listed_used_and_taken_back(
    kam_sync: Command, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "tests_analyst"
    made = kam_sync("open", "role", "create", name, "--json").document
    url = services.database.url.set(username=name, password=made["password"])
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM kpis")) > 50
        again = kam_sync("open", "role", "create", name)
        assert (again.code, "of that name already" in again.err) == (2, True)
        listed = kam_sync("open", "role", "list", "--json").document
        assert [(one["name"], one["is_ours"], one["sessions"]) for one in listed] == [
            (name, True, 1)
        ]
        assert kam_sync("open", "role", "revoke", name).code == 0
        with pytest.raises(sa.exc.OperationalError):  # its session is over, too
            connection.scalar(sa.text("SELECT 1"))
    engine.dispose()
    assert kam_sync("open", "role", "list", "--json").document == []
    service = str(services.database.url.username)
    for wrong in (("revoke", service), ("revoke", "postgres"), ("create", "pg_mine")):
        assert kam_sync("open", "role", *wrong).code == 2
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    short = kam_sync("open", "role", "create", name, "--password", "-")
    assert (short.code, "12 characters" in short.err) == (2, True)
    shown = kam_sync("open", "role", "create", name)
    assert re.search(r"port +5432", shown.out)
    assert kam_sync("open", "role", "revoke", name).code == 0


def test_views_are_listed(kam_sync: Command) -> None:
    assert "open.deals" in kam_sync("open", "list").out
    assert kam_sync("open", "list", "--json").document[0]["columns"][0]["name"] == "source_id"
