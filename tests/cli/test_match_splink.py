"""`kam-sync match export` and `kam-sync match import`."""

from pathlib import Path

import connectors as gate
from connectors import Noun, sheets
from kam_sync.wiring import Services
from tests.commands import Command
from tests.fakes.books import Book


def test_companies_go_out_and_pairs_come_back(kam_sync: Command, services: Services) -> None:
    book = Book(services)
    book.save(Noun.COMPANY, gate.Company("2", "ООО «Лютик»", phones=("8 495 123-45-67",)))
    said = kam_sync("match", "export", "out", "--json")
    assert said.code == 0, said.err
    assert said.document == {"folder": "out/companies", "companies": 2}
    [row] = [
        line.cells
        for line in sheets.lines(Path("out/companies/part-00001.parquet"))
        if line.cells["name"] == "liutik"
    ]
    assert (row["unique_id"], row["form"]) == (f"{book.source_id}:2", "ООО")
    assert row["phones"] == '["+74951234567"]'
    assert '"name:liutik"' in row["keys"]
    Path("pairs.csv").write_text(
        "unique_id_l,unique_id_r,match_probability\n"
        f"{book.source_id}:1,{book.source_id}:2,0.9\n{book.source_id}:1,{book.source_id}:9,1\n"
    )
    assert kam_sync("match", "import", "pairs.csv", "--json").document == {"read": 2, "kept": 1}


def test_what_cannot_be_read_is_told(kam_sync: Command) -> None:
    Path("bad.csv").write_text("unique_id_l,unique_id_r,match_probability\n1:a,1:b,2\n")
    said = kam_sync("match", "import", "bad.csv")
    assert said.code == 2
    assert "line 2: match_probability 2.0 is not between 0 and 1" in said.err
    assert "no such file" in kam_sync("match", "import", "none.csv").err
