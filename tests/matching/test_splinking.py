"""Companies go to Splink and its word comes back; docs/splink.md is run as it stands."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import connectors as gate
from benchmarks.matching_world import companies
from connectors import Noun, sheets
from kam_sync import flow
from kam_sync.base.errors import WrongUse
from kam_sync.matching import splinking
from kam_sync.wiring import Services
from tests.fakes.books import Book

_DOCS = Path(__file__).parents[2] / "docs" / "splink.md"
_ONE, _OTHER = "7707083893", "7728168971"


def _export(services: Services, folder: Path) -> int:
    with services.database.transaction() as session:
        return splinking.export(session, folder)


def _import(services: Services, file: Path, *lines: str) -> tuple[int, int]:
    if lines:
        file.write_text("\n".join(("unique_id_l,unique_id_r,match_weight", *lines)))
    with services.database.transaction() as session:
        return splinking.import_(session, file)


def _pairs(services: Services) -> dict[tuple[str, str], tuple[str, list[str]]]:
    """Of each pair the answer, and what speaks for it."""
    query = "SELECT one_id, other_id, answer, evidence FROM match_pair ORDER BY 1, 2"
    with services.database.transaction() as session:
        rows: Any = session.execute(sa.text(query))
        return {(a, b): (answer, [e["clue"] for e in found]) for a, b, answer, found in rows}


def test_what_splink_says_is_asked_until_it_is_taken_back(
    services: Services, tmp_path: Path
) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "Лютик"))
    flow.match(services)
    assert _pairs(services) == {}
    key, file = book.source_id, tmp_path / "pairs.csv"
    assert _import(services, file, f"{key}:2,{key}:1,9", f"{key}:1,{key}:gone,9") == (2, 1)
    flow.match(services)
    assert _pairs(services) == {("1", "2"): ("ask", ["name_far", "splink"])}
    flow.rematch(services, "test")
    assert ("1", "2") in _pairs(services)
    assert _import(services, file, f"{key}:1,{key}:gone,9") == (1, 0)
    flow.match(services)
    assert _pairs(services) == {}


def test_splink_never_stands_against_an_inn(services: Services, tmp_path: Path) -> None:
    book = Book(services)
    for id_, inn in (("1", _ONE), ("2", _OTHER)):
        book.save(Noun.COMPANY, gate.Company(id_, "Ромашка", inn=inn))
    _import(services, tmp_path / "pairs.csv", f"{book.source_id}:1,{book.source_id}:2,40")
    flow.match(services)
    assert _pairs(services) == {}


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1:a,amocrm:2,3", "amocrm:2 is no unique_id .* such as 1:6000008"),
        ("1:a,,3", "nothing is no unique_id"),
        ("1:a,1:a,3", "and itself"),
        ("1:a,1:b,high", "no number"),
        ("1:a,1:b,", "no number"),
    ],
)
def test_a_line_that_says_nothing_is_named(
    services: Services, tmp_path: Path, line: str, why: str
) -> None:
    with pytest.raises(WrongUse, match=f"pairs.csv, line 3: .*{why}"):
        _import(services, tmp_path / "pairs.csv", "1:x,1:y,3", line)


@pytest.mark.parametrize(
    ("columns", "missing"),
    [
        ("a,b,match_weight", "no column unique_id_l and no column unique_id_r; needed are"),
        ("unique_id_l,unique_id_r,b", "no column match_weight or match_probability; needed"),
    ],
)
def test_a_file_without_the_columns_is_told_which(
    services: Services, tmp_path: Path, columns: str, missing: str
) -> None:
    file = tmp_path / "pairs.csv"
    file.write_text(f"{columns}\n1:a,1:b,3\n")
    with pytest.raises(WrongUse, match=f"^pairs.csv: {missing}"):
        _import(services, file)


@pytest.mark.heavy
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_example_of_the_docs_finds_pairs(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, *(company for _, company in companies(600)))
    flow.match(services)
    monkeypatch.chdir(tmp_path)
    assert _export(services, Path("out")) == 601
    with pytest.raises(WrongUse, match="has files"):
        _export(services, Path("out"))
    example = re.search(r"```python\n(.*?)```", _DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert example
    exec(example[1], {})  # noqa: S102 - our own docs
    read, kept = _import(services, Path("pairs.parquet"))
    assert read == kept > 100
    flow.match(services)
    assert sum("splink" in clues for _, clues in _pairs(services).values()) > 100


def test_a_place_is_matched_again_when_it_changes_and_is_exported(
    services: Services, tmp_path: Path
) -> None:
    book, other = Book(services), Book(services, "other")
    book.save(Noun.COMPANY, gate.Company("1", "Ромашка", address="г. Тула, ул. Мира, д. 1"))
    other.save(Noun.COMPANY, gate.Company("1", "Ромашка", address="Мира 1", city="Tula"))
    flow.match(services)
    assert _pairs(services) == {("1", "1"): ("same", ["name_equal", "city", "address"])}
    other.save(Noun.COMPANY, gate.Company("1", "Ромашка", address="г. Омск, Мира 1"))
    flow.match(services)
    assert _pairs(services) == {("1", "1"): ("ask", ["name_equal", "city_other"])}
    assert _export(services, tmp_path) == 2
    (file,) = (tmp_path / "companies").iterdir()
    lines = [line.cells for line in sheets.lines(file)]
    assert [(one["city"], one["address"]) for one in lines] == [
        ("tula", "1 mira"),
        ("omsk", "1 mira"),
    ]
