"""Files for BI: right to the last kopeck, and written only where something has changed."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from filelock import FileLock

from kam_sync.base.errors import Busy, FolderTrouble, WrongUse
from kam_sync.open_data import exporting
from kam_sync.open_data.exporting import Done, Wish, export
from kam_sync.open_data.files import Format
from kam_sync.wiring import Services
from tests.fakes.books import Book, deal
from tests.open_data.test_views import ask_nothing


def ran(services: Services, folder: Path, **more: Any) -> dict[str, Done]:
    """Export into a folder."""
    wish = Wish(folder=folder, **more)
    return export(services.database, wish, services.now(), lambda *_: None)


def changed(done: dict[str, Done]) -> dict[str, list[str]]:
    """The parts that were written, by table."""
    return {name: said.written for name, said in done.items() if said.written}


def all_in(folder: Path) -> list[str]:
    """All files of a folder that readers look at."""
    found = (path for path in folder.rglob("*.*") if not path.name.startswith("."))
    return sorted(str(path.relative_to(folder)) for path in found)


def test_there_is_a_file_for_each_month_and_duckdb_reads_exact_types(
    services: Services, book: Book, tmp_path: Path
) -> None:
    book.deals(deal("4", opened="2026-10-09", won="2026-10-10", amount=10**15))
    ran(services, tmp_path)
    assert {"accounts/all.parquet", "deals/2026-09.parquet", "deals/2026-10.parquet"} <= set(
        all_in(tmp_path)
    )
    assert "contact_details/all.parquet" not in all_in(tmp_path)
    deals = duckdb.read_parquet(str(tmp_path / "deals" / "*.parquet"))
    assert deals.aggregate("sum(amount), count(*)").fetchall()[0] == (10**15 + 130, 4)
    kinds = dict(zip(deals.columns, map(str, deals.types), strict=True))
    assert (kinds["amount"], kinds["closed_at"]) == ("DECIMAL(30,4)", "TIMESTAMP WITH TIME ZONE")
    assert (kinds["created_on"], kinds["deal_id"]) == ("DATE", "VARCHAR")
    row = deals.filter("external_id = '1'").project("account_id, created_on::text, amount")
    assert row.fetchall() == [(str(book.account()), "2026-09-01", 100)]


def test_a_second_run_writes_what_has_changed_and_removes_what_is_gone(
    services: Services, book: Book, tmp_path: Path
) -> None:
    first = ran(services, tmp_path)
    assert first["deals"].written == ["2026-09", "2026-10"]
    assert changed(ran(services, tmp_path)) == {}
    ask_nothing(services, "UPDATE deal SET amount = 31 WHERE external_id = '2'")
    assert changed(ran(services, tmp_path)) == {"deals": ["2026-10"]}
    (tmp_path / "deals" / "2026-10.parquet").write_bytes(b"")  # somebody broke it
    assert changed(ran(services, tmp_path)) == {"deals": ["2026-10"]}
    ask_nothing(services, "UPDATE deal SET is_deleted = true WHERE external_id = '1'")
    gone = ran(services, tmp_path)
    assert (changed(gone), gone["deals"].removed) == ({}, ["2026-09"])
    assert "deals/2026-09.parquet" not in all_in(tmp_path)
    ask_nothing(services, "UPDATE account SET name = 'Новое имя'")
    assert changed(ran(services, tmp_path)) == {"accounts": ["all"]}
    assert ran(services, tmp_path, is_full=True)["deals"].written == ["2026-10"]


def test_a_table_or_the_months_since_one_are_exported_alone(
    services: Services, book: Book, tmp_path: Path
) -> None:
    ran(services, tmp_path)
    ask_nothing(services, "UPDATE deal SET amount = 1", "UPDATE account SET name = 'Другая'")
    done = ran(services, tmp_path, tables=("deals",), since="2026-10")
    assert changed(done) == {"deals": ["2026-10"]}
    assert changed(ran(services, tmp_path)) == {"accounts": ["all"], "deals": ["2026-09"]}


def test_who_people_are_is_exported_on_demand_and_removed_without(
    services: Services, book: Book, tmp_path: Path
) -> None:
    ran(services, tmp_path, is_personal=True)
    assert "contact_details/all.parquet" in all_in(tmp_path)
    assert ran(services, tmp_path)["contact_details"].removed == ["all"]
    assert "contact_details/all.parquet" not in all_in(tmp_path)


def test_csv_has_a_line_of_names_and_no_formula(
    services: Services, book: Book, tmp_path: Path
) -> None:
    ran(services, tmp_path)
    ask_nothing(services, "UPDATE account SET name = '=1+1'")
    ran(services, tmp_path, format=Format.CSV)
    lines = (tmp_path / "accounts" / "all.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("account_id,name,inn,kpp,is_active,")
    assert lines[1].split(",")[1:5] == ["'=1+1", "", "", "true"]
    assert not [path for path in all_in(tmp_path) if path.endswith(".parquet")]


@pytest.mark.parametrize("part", [{"tables": ("deals",)}, {"since": "2026-10"}])
def test_a_part_in_another_format_is_refused_and_nothing_is_lost(
    services: Services, book: Book, tmp_path: Path, part: dict[str, Any]
) -> None:
    ran(services, tmp_path)
    before = all_in(tmp_path)
    with pytest.raises(WrongUse, match="the folder holds parquet: export all of it"):
        ran(services, tmp_path, format=Format.CSV, **part)
    assert all_in(tmp_path) == before
    assert changed(ran(services, tmp_path)) == {}


def test_what_fails_half_way_leaves_the_folder_as_it_was(
    services: Services, book: Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran(services, tmp_path)
    before = {path: (tmp_path / path).read_bytes() for path in all_in(tmp_path)}
    ask_nothing(services, "UPDATE deal SET amount = 1", "UPDATE payment SET amount = 1")

    def write(view: Any, *rest: Any) -> int:
        if view.name == "payments":
            raise OSError(28, "No space left on device", "payments")
        return written(view, *rest)

    written = exporting.write_file
    monkeypatch.setattr(exporting, "write_file", write)
    with pytest.raises(FolderTrouble, match="payments: No space left"):
        ran(services, tmp_path)
    assert {path: (tmp_path / path).read_bytes() for path in all_in(tmp_path)} == before
    monkeypatch.undo()
    assert set(changed(ran(services, tmp_path))) == {"deals", "payments"}


def test_a_folder_that_is_taken_or_strange_is_refused(
    services: Services, book: Book, tmp_path: Path
) -> None:
    with FileLock(tmp_path / ".lock"), pytest.raises(Busy, match="another export"):
        ran(services, tmp_path)
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(WrongUse, match=r"manifest\.json"):
        ran(services, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FolderTrouble):
        ran(services, tmp_path / "file")
