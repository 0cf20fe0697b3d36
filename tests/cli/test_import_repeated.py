"""What is told of rows that repeat others, of files without a good row, and of keys."""

import csv
from pathlib import Path

import pytest

from kam_sync.base.errors import WrongUse
from kam_sync.cli.choosing import key_parts
from tests.cli.test_import import counts
from tests.commands import Command

HEADER = "Дата;Номер;Клиент;Сумма, руб.\n"
ROWS = "01.02.2026;1;Ромашка;100\n01.02.2026;2;Ромашка;200\n"


def test_a_number_that_occurs_twice_costs_its_line_alone_and_an_equal_row_is_told(
    kam_sync: Command, written, tmp_path: Path
) -> None:
    repeated = "01.02.2026;2;Ромашка;300\n"
    file = written(HEADER + ROWS + repeated)
    said = kam_sync("import", file, "--as", "payments", "--yes")
    assert said.code == 1
    assert (
        "строка 4: ключ: number, paid_on, client (2, 2026-02-01, name:ромашка) тот же, что в "
        "строке 3, а остальное другое: исправьте одну из них или назовите колонки, которыми они "
        "различаются: --set key=КОЛОНКА,КОЛОНКА"
    ) in said.err
    equal = written(HEADER + ROWS + ROWS)
    report = tmp_path / "report.csv"
    said = kam_sync("import", equal, "--as", "payments", "--report", str(report))
    assert said.code == 0
    assert "строк, равных одной из строк выше и потому пропущенных: 2; какие: --report" in said.err
    told = csv.reader(report.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    assert list(told)[1:] == [
        ["4", "passed over", "то же, что в строке 2"],
        ["5", "passed over", "то же, что в строке 3"],
    ]
    said = kam_sync("import", equal, "--as", "payments", "--json")
    assert counts(said) == {"read": 2, "unchanged": 2, "passed_over": 2, "equal": 2}


def test_a_file_without_a_good_row_leaves_nothing_behind(kam_sync: Command, written) -> None:
    months = written(HEADER + "ноябрь 2026;1;Ромашка;100\nдекабрь 2026;2;Ромашка;200\n")
    way = ("--as", "payments", "--set", "paid_on=Дата", "--yes")
    said = kam_sync("import", months, *way)
    assert said.code == 1
    assert "строка 2: paid_on (колонка Дата): нужен день, а 'ноябрь 2026' это месяц" in said.err
    assert "ни одна строка не принята, и ничего не сохранено" in said.err
    assert kam_sync("source", "list", "--json").document == {"sources": []}


def test_a_weak_key_is_not_said_beside_a_key(
    kam_sync: Command, written, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(HEADER + ROWS)
    said = kam_sync("import", file, "--as", "payments", "--weak-key", "--set", "key=Номер")
    assert (said.code, "--weak-key: строки различает ключ Номер" in said.err) == (2, True)
    kept = ("--as", "payments", "--weak-key", "--json")
    said = kam_sync("import", file, *kept)
    assert "key" not in said.document["map"]
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")
    other = ("--as", "payments", "--source", "other", "--json")
    assert kam_sync("import", file, *other, "--set", 'key="Сумма, руб.",Номер').code == 0
    said = kam_sync("import", file, *other, "--weak-key")
    assert "--weak-key: the rows are known by a key, Сумма, руб., Номер, as" in said.err


def test_a_column_with_a_comma_in_its_name_can_be_a_key() -> None:
    there = ["Номер", "Сумма, руб.", 'Имя "кратко"']
    assert key_parts("Номер,client", there) == ["Номер", "client"]
    assert key_parts("Сумма, руб.", there) == ["Сумма, руб."]
    assert key_parts('"Сумма, руб.", Номер', there) == ["Сумма, руб.", "Номер"]
    assert key_parts('Имя "кратко",Номер', there) == ['Имя "кратко"', "Номер"]
    with pytest.raises(WrongUse, match="a quote is not closed"):
        key_parts('"Сумма, руб.', there)
