"""Tables in XLSX and Parquet files."""

import zipfile
from datetime import date, datetime

import arro3.core
import arro3.io
import openpyxl
import pytest

from connectors.kit.sheets import BadSheet, lines, rows


@pytest.fixture
def book(tmp_path):
    """Writes sheets of rows into an XLSX."""

    def write(**sheets):
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, content in sheets.items():
            page = made.create_sheet(name)
            for row in content:
                page.append(row)
        path = tmp_path / "книга.xlsx"
        made.save(path)
        return path

    return write


@pytest.fixture
def parquet(tmp_path):
    """Writes columns into a Parquet."""

    def write(**columns):
        path = tmp_path / "t.parquet"
        made = {
            name: arro3.core.Array(values, type=begun).cast(kind)
            for name, (begun, kind, values) in columns.items()
        }
        arro3.io.write_parquet(arro3.core.Table.from_pydict(made), path)
        return path

    return write


def test_a_sheet_is_read_with_its_dates_and_numbers(book):
    path = book(
        Оплаты=[
            ["Отчёт по оплатам"],
            [],
            ["Дата", "ИНН", "Сумма", "Оплачен", "В"],
            [
                date(2026, 2, 1),
                7707083893.0,
                1500.5,
                True,
                datetime.fromisoformat("2026-02-01T10:30"),
            ],
            ["Итого", None, 1500.5],
        ]
    )
    row, total = lines(path)
    assert row.number == 4
    assert row.cells == {
        "Дата": "2026-02-01", "ИНН": 7707083893, "Сумма": 1500.5,
        "Оплачен": True, "В": "2026-02-01T10:30:00",
    }  # fmt: skip
    assert total.is_total


def test_a_row_of_a_sheet_may_end_early_and_no_value_may_stand_outside(book):
    path = book(s=[["Клиент", "Город", "Сумма"], ["Ромашка"], ["Василёк", None, 1, None, "!"]])
    early, outside = lines(path)
    assert early.cells == {"Клиент": "Ромашка", "Город": None, "Сумма": None}
    assert outside.trouble == "there is a value in column E, which has no name"


def test_the_first_sheet_that_is_seen_is_taken_unless_one_is_named(book):
    path = book(Скрытый=[["А", "Б"], [1, 2]], Первый=[["В"], [3]], Второй=[["Г"], [4]])
    made = openpyxl.load_workbook(path)
    made["Скрытый"].sheet_state = "hidden"
    made.save(path)
    assert list(rows(path)) == [{"В": 3}]
    assert list(rows(path, sheet="Второй")) == [{"Г": 4}]
    with pytest.raises(BadSheet, match="no sheet “Третий”; there are: Скрытый, Первый, Второй"):
        list(rows(path, sheet="Третий"))


def test_what_a_formula_gave_is_read_and_never_worked_out(book):
    path = book(s=[["Клиент", "Сумма"], ["Ромашка", "=1+1"]])
    assert list(rows(path)) == [{"Клиент": "Ромашка", "Сумма": None}]


def test_a_fault_of_a_formula_is_told(book):
    path = book(s=[["Клиент", "Сумма"], ["Ромашка", "#DIV/0!"]])
    assert next(lines(path)).trouble == "Сумма: the sheet could not work it out (#DIV/0!)"


def test_a_wrong_size_that_a_program_wrote_hides_no_rows(book, tmp_path):
    path, lying = book(s=[["А", "Б"], [1, 2], [3, 4]]), tmp_path / "lying.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(lying, "w") as new:
        for part in old.infolist():
            text = old.read(part)
            new.writestr(part, text.replace(b'<dimension ref="A1:B3"', b'<dimension ref="A1"'))
    assert len(list(rows(lying))) == 2


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    path = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b"0" * (80 * 2**20))
    with pytest.raises(BadSheet, match="unpacks to 80 MiB"):
        list(rows(path))


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("xl/sharedStrings.xml", 64 * 2**20, "cannot be read as a sheet"),
        ("xl/sharedStrings.xml", 64 * 2**20 + 1, "unpacks to 64 MiB"),
        ("xl/worksheets/sheet1.xml", 4 * 2**30, "cannot be read as a sheet"),
        ("xl/worksheets/sheet1.xml", 4 * 2**30 + 1, "unpacks to 4096 MiB"),
    ],
)
def test_what_is_too_much_for_the_memory_is_refused_however_well_it_is_packed(
    tmp_path, name, size, said
):
    path = tmp_path / "big.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as packed:
        packed.writestr(name, bytes(21 * 2**20))  # a 200th of 4 GiB: no bomb
        packed.filelist[0].file_size = size  # as the list of parts has it
    with pytest.raises(BadSheet, match=said):
        list(rows(path))


def test_a_broken_sheet_is_told(book, tmp_path):
    path, cut, other = book(s=[["А", "Б"], [1, 2]]), tmp_path / "cut", tmp_path / "other"
    cut.write_bytes(path.read_bytes()[:-100])
    with zipfile.ZipFile(other, "w") as packed:
        packed.writestr("readme.txt", "no sheet")
    with pytest.raises(BadSheet, match="the file is broken: it has no end"):
        list(rows(cut))
    with pytest.raises(BadSheet, match="the file cannot be read as a sheet"):
        list(rows(other))


def test_a_parquet_is_read_with_its_types(parquet):
    whole, real = arro3.core.DataType.int64(), arro3.core.DataType.float64()
    path = parquet(
        d=(arro3.core.DataType.int32(), arro3.core.DataType.date32(), [20_485]),
        at=(whole, arro3.core.DataType.timestamp("s", tz="UTC"), [1_769_929_500]),
        sum=(whole, arro3.core.DataType.decimal128(18, 2), [1500]),
        inn=(arro3.core.DataType.utf8(), arro3.core.DataType.utf8(), ["7707083893"]),
        n=(real, real, [float("nan")]),
    )
    assert list(rows(path)) == [
        {
            "d": "2026-02-01", "at": "2026-02-01T07:05:00+00:00", "sum": "1500.00",
            "inn": "7707083893", "n": None,
        }
    ]  # fmt: skip


def test_a_parquet_that_was_cut_off_or_is_damaged_is_told(parquet, tmp_path):
    kind = arro3.core.DataType.int64()
    whole = parquet(a=(kind, kind, list(range(9)))).read_bytes()
    cut, damaged = tmp_path / "cut", tmp_path / "damaged"
    cut.write_bytes(whole[:-20])
    damaged.write_bytes(whole[:4] + b"\xff" * (len(whole) - 8) + whole[-4:])
    with pytest.raises(BadSheet, match="cut off"):
        list(rows(cut))
    with pytest.raises(BadSheet, match="the file is broken"):
        list(rows(damaged))


def test_what_a_sheet_shows_as_percent_is_read_so(tmp_path):
    made, path = openpyxl.Workbook(), tmp_path / "доли.xlsx"
    made.active.append(["План", "Сумма"])
    made.active.append([0.6, 1500.5])
    made.active.append([0.125, 7])
    for cell in ("A2", "A3"):
        made.active[cell].number_format = "0.0%"
    made.save(path)
    assert [line.cells for line in lines(path)] == [
        {"План": "60%", "Сумма": 1500.5},
        {"План": "12.5%", "Сумма": 7},
    ]
