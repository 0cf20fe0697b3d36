"""Tables in text files, as people and their programs write them."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.kit.door import spoken
from connectors.kit.sheets import BadSheet, lines, rows

_NAMES = "Дата;ИНН;Сумма\n"


@pytest.fixture
def written(tmp_path):
    def write(content: str | bytes, encoding: str = "utf-8") -> Path:
        path = tmp_path / "table.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_the_encoding_is_found_out(written, encoding):
    path = written(_NAMES + "01.02.2026;7707083893;1 500,00\n", encoding)
    assert list(rows(path)) == [{"Дата": "01.02.2026", "ИНН": "7707083893", "Сумма": "1 500,00"}]


@pytest.mark.parametrize("mark", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_out(written, mark):
    path = written(f"Клиент{mark}Город\nРомашка{mark}Москва\nВасилёк{mark}Тверь\n")
    assert [row["Город"] for row in rows(path)] == ["Москва", "Тверь"]


def test_decimal_commas_do_not_part_cells(written):
    path = written("Клиент;Сумма\nРомашка;1,50\nВасилёк;2,75\n")
    assert [row["Сумма"] for row in rows(path)] == ["1,50", "2,75"]


def test_the_delimiter_that_excel_names_is_taken(written):
    path = written("sep=,\nКлиент,Сумма\nРомашка,5\n")
    assert [(line.number, line.cells["Сумма"]) for line in lines(path)] == [(3, "5")]


def test_quotes_hold_delimiters_quotes_and_ends_of_lines(written):
    path = written('Клиент;Заметка\n"ООО ""Ромашка""; филиал";"первая\nвторая"\nВасилёк;\n')
    first, second = lines(path)
    assert first.cells == {"Клиент": 'ООО "Ромашка"; филиал', "Заметка": "первая\nвторая"}
    assert (second.number, second.cells["Заметка"]) == (4, None)


def test_titles_above_and_sums_below_are_no_rows(written):
    path = written("Оплаты за январь;;\n;;\nДата;ИНН;Сумма\n01.02.2026;7707083893;5\nИтого:;;5\n")
    row, total = lines(path)
    assert (row.number, row.is_total) == (4, False)
    assert (total.number, total.is_total) == (5, True)
    assert len(list(rows(path))) == 1


def test_a_client_whose_name_begins_like_a_sum_is_a_row(written):
    path = written("Клиент;Сумма\nИтого Маркет;\nВсего;7\n")
    assert [line.is_total for line in lines(path)] == [False, False]


def test_lines_with_too_many_or_too_few_cells_are_told_by_their_number(written):
    path = written(_NAMES + "01.02.2026;1;5;лишнее\n02.02.2026;1\n03.02.2026;1;7\n")
    told = [(line.number, line.trouble) for line in lines(path)]
    assert told == [
        (2, "there is a value in column D, which has no name"),
        (3, "2 cells, and there are 3 columns"),
        (4, ""),
    ]
    with pytest.raises(BadSheet, match="line 2: there is a value in column D"):
        list(rows(path))


def test_a_broken_quote_costs_its_line_alone(written):
    path = written(_NAMES + '"01";1;5\n"02" x;1;6\n03;1;7\n"04;1;8\n')
    told = [(line.number, line.trouble) for line in lines(path)]
    assert told == [
        (2, ""),
        (3, "something stands behind a closing quote; a quote inside a cell is written twice"),
        (4, ""),
        (5, "a quote is opened here and not closed"),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "the file is empty"),
        (b"\n\n;;\n", "the file is empty"),
        (b'"never closed', "line 1: a quote is opened here"),
        ("Сумма;Дата;Сумма\n1;2;3\n".encode(), "line 1: two columns are called “Сумма” .A and C"),
        (b"7707083893;500;01.02.2026\n" * 40, "no names of columns"),
        (b"a;b\n\x00\x01", "this is no table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old kind"),
        (b" <html><table>", "web page"),
        (b"a;b\n1;2\n\x98\xff;3\n", "neither UTF-8 nor Windows-1251"),
        (b"x" * 1_100_000, "more than 1048576 characters"),
    ],
)
def test_what_is_no_table_is_told(written, content, said):
    with pytest.raises(BadSheet, match=said):
        list(rows(written(content)))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "файл пуст"),
        ("Сумма;Дата;Сумма\n1;2;3\n".encode(), "две колонки называются «Сумма»"),
        (b"7707083893;500;01.02.2026\n" * 40, "нет названий колонок"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "старого вида"),
    ],
)
def test_what_is_no_table_is_told_in_russian_too(written, content, said):
    with pytest.raises(BadSheet) as caught:
        list(rows(written(content)))
    assert said in spoken(caught.value, "ru")


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(BadSheet, match="there is no such file"):
        list(rows(tmp_path / "absent.csv"))


_CELL = (
    st.text(
        st.characters(codec="utf-8", exclude_characters="\x00\r", exclude_categories=["Cs"]),
        max_size=8,
    )
    .map(str.strip)
    .filter(lambda cell: not cell.startswith("#"))  # "#NUM!" and its kind are told as mistakes
)
_ROWS = st.lists(st.lists(_CELL, min_size=3, max_size=3), min_size=1, max_size=6)


@settings(max_examples=200, deadline=None)
@given(table=_ROWS, mark=st.sampled_from(";,\t|"), quoting=st.sampled_from([0, 1]))
def test_what_was_written_is_read(tmp_path_factory, table, mark, quoting):
    held = [row for row in table if any(row)]
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=mark, quoting=quoting)
    writer.writerows([["Клиент", "Дата", "Заметка"], *table])
    path = tmp_path_factory.mktemp("t") / "t.csv"
    path.write_bytes(out.getvalue().encode())
    found = [line for line in lines(path) if not line.trouble]
    assert [[cell or "" for cell in line.cells.values()] for line in found] == held
