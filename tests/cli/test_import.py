"""`kam-sync import` as a person types it."""

import csv
from datetime import date

import arro3.core
import arro3.io
import openpyxl
import pytest

from tests.commands import Command, Said

PAYMENTS = (
    "Оплаты за февраль;;;;\n"
    "Дата;№ п/п;Контрагент;ИНН;Сумма, руб.\n"
    '01.02.2026;15;ООО "Ромашка";7707083893;1 500,50\n'
    "02.02.2026;16;Василёк;500100732259;-200,00\n"
    "Итого:;;;;1 300,50\n"
)


def counts(said) -> dict[str, int]:
    assert said.out, said.err
    return {k: v for k, v in said.document["counts"].items() if v}


@pytest.fixture
def kam_sync(kam_sync: Command, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The same, called in English by who has looked at the columns."""
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")

    def call(*words: str) -> Said:
        return kam_sync(*words, *(["--yes"] if words[0] == "import" else []))

    return call


def test_a_file_of_a_bookkeeper_is_understood_and_comes_again_without_a_change(
    kam_sync: Command, written
) -> None:
    file = written(PAYMENTS)
    tried = kam_sync("import", file, "--as", "payments", "--dry-run", "--json")
    assert counts(tried) == {"read": 2, "created": 2, "passed_over": 1}
    said = kam_sync("import", file, "--as", "payments", "--source", "erp", "--json")
    assert counts(said) == {"read": 2, "created": 2, "passed_over": 1}
    assert said.document["map"] == {
        "table": "payments",
        "client": {"inn": "ИНН", "name": "Контрагент"},
        "key": ["number", "paid_on", "client"],
        "fields": {
            "number": {"from": "№ п/п"},
            "amount": {"from": "Сумма, руб."},
            "paid_on": {"from": "Дата"},
        },
        "currency": "RUB",
    }
    again = kam_sync("import", file, "--as", "payments", "--source", "erp", "--json")
    assert counts(again) == {"read": 2, "unchanged": 2, "passed_over": 1}
    tried = kam_sync("import", file, "--as", "payments", "--source", "erp", "--dry-run", "--json")
    assert counts(tried) == {"read": 2, "unchanged": 2, "passed_over": 1}


def test_the_guess_is_shown_with_values_and_what_follows_from_it(
    kam_sync: Command, written
) -> None:
    said = kam_sync("import", written(PAYMENTS), "--as", "payments", "--dry-run")
    assert said.code == 0
    for part in ("client's INN", "Сумма, руб.", "1 500,50; -200,00", "all amounts are in RUB",
                 "a row is known by: number, paid_on, client"):  # fmt: skip
        assert part in said.err
    assert "What would happen" in said.out
    assert "no source yet" in kam_sync("source", "list").err


def test_bad_lines_are_told_by_number_and_column_and_cost_no_other(
    kam_sync: Command, written, tmp_path
) -> None:
    bad = "03.02.2026;17;Лютик;;сто\n31.02.2026;18;Лютик;;5\n04.02.2026;19;;;5\nx;y\n"
    report = tmp_path / "report.csv"
    said = kam_sync("import", written(PAYMENTS + bad), "--as", "payments", "--report", str(report))
    assert said.code == 1
    for line in (
        "line 6: amount (from Сумма, руб.): a number is needed, got 'сто'",
        "line 7: paid_on (from Дата): there is no such day: '31.02.2026'",
        "line 8: client: the row does not say whose it is",
        "line 9: 2 cells, and there are 5 columns",
    ):
        assert line in said.err
    written_down = list(
        csv.reader(report.read_text(encoding="utf-8-sig").splitlines(), delimiter=";")
    )
    assert [row[:2] for row in written_down] == [
        ["line", "what"], ["5", "passed over"], *([str(n), "rejected"] for n in (6, 7, 8, 9)),
    ]  # fmt: skip


def test_what_no_column_says_is_asked_for_by_option(kam_sync: Command, written) -> None:
    file = written("когда;кто;сколько\nскоро;Ромашка;5\n")
    said = kam_sync("import", file, "--as", "payments")
    assert said.code == 2
    assert '--set paid_on="COLUMN" --set client.inn="COLUMN"' in said.err
    assert "the file has: когда, кто, сколько" in said.err
    file = written("когда;кто;сколько\n20260201;Ромашка;5\n")
    ways = ("paid_on=когда", "client.name=кто", "amount=сколько", "currency=USD", "number==7")
    sets = [part for way in ways for part in ("--set", way)]
    said = kam_sync("import", file, "--as", "payments", *sets, "--set", "key=number", "--json")
    assert counts(said) == {"read": 1, "created": 1}
    assert said.document["map"]["currency"] == "USD"


def test_the_mapping_is_kept_printed_edited_and_given_back(
    kam_sync: Command, written, tmp_path
) -> None:
    file = written(PAYMENTS)
    kam_sync("import", file, "--as", "payments")
    printed = kam_sync("import", "--as", "payments", "--show")
    assert "paid_on:\n    from: Дата\n" in printed.out
    (tmp_path / "map.yaml").write_text(printed.out.replace("RUB", "EUR"), encoding="utf-8")
    said = kam_sync("import", file, "--as", "payments", "--map", "map.yaml", "--json")
    assert counts(said) == {"read": 2, "unchanged": 2, "passed_over": 1}
    assert said.document["map"]["currency"] == "EUR"
    assert (
        "the mapping of payments in files is used"
        in kam_sync("import", file, "--as", "payments").err
    )


def test_a_file_with_other_columns_does_not_spoil_what_is_there(kam_sync: Command, written) -> None:
    kam_sync("import", written(PAYMENTS), "--as", "payments")
    other = written("Дата;Клиент;Сумма\n01.02.2026;Ромашка;7\n", "другие.csv")
    said = kam_sync("import", other, "--as", "payments")
    assert said.code == 2
    assert (
        "reads ИНН, Контрагент (is it Клиент?), № п/п, Сумма, руб. (is it Сумма?), and" in said.err
    )
    assert "take another --source" in said.err
    elsewhere = ("--as", "payments", "--source", "other", "--weak-key")
    assert kam_sync("import", other, *elsewhere).code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--as", "gifts"), "table gifts: no such table; there are: payments"),
        (("--as", "payments", "--set", "amount"), "--set amount: FIELD=COLUMN is needed"),
        (("--as", "payments", "--set", "gift=Сумма, руб."), "a payment has no field 'gift'"),
        (("--as", "payments", "--set", "company=Контрагент"), "say by `client` whose a row is"),
        (("--as", "payments", "--set", "amount=Нет"), "reads Нет"),
        (("--as", "payments", "--set", "currency=XXL"), "not an ISO 4217"),
        (("--as", "payments", "--map", "absent.yaml"), "absent.yaml: there is no such file"),
        (("--as", "payments", "--map", "bad.yaml"), "bad.yaml: line 1, column 5: "),
        (("--as", "payments", "--map", "list.yaml"), "list.yaml: this is no mapping"),
        (("--as", "payments", "--map", "stock.yaml"), "this is a mapping of stock"),
        (("--as", "payments", "--map", "short.yaml"), "client: no column says whose a row is"),
        (("--as", "payments", "--map", "short.yaml", "--set", "a=b"), "give one of them"),
        (("--as", "payments", "--report", "no/where.csv"), "no/where.csv: it cannot be written"),
        (("--as", "payments", "--source", "мой"), "use up to 64 Latin letters"),
    ],
)
def test_what_makes_no_sense_is_refused_in_one_line(
    kam_sync: Command, written, arguments, said
) -> None:
    written("a: [", "bad.yaml")
    written("- a", "list.yaml")
    written("{table: stock, fields: {counted_on: {from: a}, quantity: {from: b}}}", "stock.yaml")
    written("fields: {paid_on: {from: a}}", "short.yaml")
    found = kam_sync("import", written(PAYMENTS), *arguments)
    assert found.code == 2, found.err
    assert any(one in found.err for one in said.split("|")), found.err


def test_a_file_that_is_no_table_and_a_mapping_that_is_not_there_are_told(
    kam_sync: Command, written, connected
) -> None:
    for content, said in (
        ("", "the file is empty"),
        ("a;b\n", "no row below them"),
        ("a;b\n1\n", "line 2: 1 cells"),
    ):
        found = kam_sync("import", written(content), "--as", "stock")
        assert (found.code, said in found.err) == (2, True)
    found = kam_sync("import", "--as", "stock")
    assert (found.code, "keeps no mapping of stock" in found.err) == (2, True)
    found = kam_sync("import", written(PAYMENTS), "--as", "payments", "--source", "sales")
    assert (found.code, "it is pulled from amocrm" in found.err) == (2, True)


def test_accounts_contacts_and_deals_of_an_unknown_crm_come_together(
    kam_sync: Command, written
) -> None:
    files = {
        "accounts": "ID;Название;ИНН;Сегмент\n1;Ромашка;7707083893;A\n2;Василёк;;B\n",
        "contacts": "ID;ФИО;ID компании;Email\n7;Анна;1;a@romashka.example\n",
        "deals": "ID;Название;ID компании;Компания;Этап;Сумма;Дата создания;Дата закрытия\n"
        "5;Болты;1;Ромашка;Новая;100;01.01.2026;\n"
        "6;Гайки;2;Васильки;Успешно реализовано;200;01.01.2026;05.01.2026\n",
    }
    for table, text in files.items():
        said = kam_sync("import", written(text), "--as", table, "--source", "old-crm", "--json")
        assert said.code == 0, said.err
    assert said.document["map"]["fields"]["stage"]["codes"] == {
        "Новая": "open", "Успешно реализовано": "won", "*": "open",
    }  # fmt: skip
    again = kam_sync("import", written(text), "--as", "deals", "--source", "old-crm", "--json")
    assert counts(again) == {"read": 2, "unchanged": 2}
    assert kam_sync("sync", "old-crm").code == 0


def test_a_person_is_told_what_is_held_and_what_cannot_be_read_any_more(
    kam_sync: Command, written
) -> None:
    header, lines = PAYMENTS.splitlines()[1], [f"01.02.2026;{n};Ромашка;;5" for n in range(40)]
    all_, few = written("\n".join([header, *lines])), "\n".join([header, *lines[:5]])
    kam_sync("import", all_, "--as", "payments")
    said = kam_sync("import", written(few), "--as", "payments", "--complete")
    assert "35 deletions are held, for they are many; look and decide:" in said.err
    other = written(few.replace("Сумма, руб.", "Итог"), "other.csv")
    said = kam_sync("import", other, "--as", "payments", "--set", "amount=Итог")
    assert "35 older rows cannot be read by this mapping; see:" in said.err
    bad = written("\n".join([header, *(f"x;{n};Ромашка;;5" for n in range(15)), lines[0]]))
    said = kam_sync("import", bad, "--as", "payments", "--set", "paid_on=Дата", "--source", "b")
    assert said.code == 1
    assert "... and 5 more lines; all of them: --report FILE" in said.err


def test_sheets_and_parquets_are_imported_too(kam_sync: Command, tmp_path) -> None:
    book = openpyxl.Workbook()
    for row in (["Остатки"], ["На дату", "Артикул", "Остаток"], [date(2026, 2, 1), "A1", 7.5]):
        book.active.append(row)
    book.save(tmp_path / "stock.xlsx")
    said = kam_sync("import", "stock.xlsx", "--as", "stock", "--sheet", "Sheet", "--json")
    assert counts(said) == {"read": 1, "created": 1}
    columns = {"counted_on": ["2026-02-01"], "sku": ["A1"], "quantity": ["7.5"]}
    arrays = {k: arro3.core.Array(v, type=arro3.core.DataType.utf8()) for k, v in columns.items()}
    arro3.io.write_parquet(arro3.core.Table.from_pydict(arrays), tmp_path / "stock.parquet")
    sets = [part for name in columns for part in ("--set", f"{name}={name}")]
    said = kam_sync("import", "stock.parquet", "--as", "stock", *sets, "--json")
    assert counts(said) == {"read": 1, "updated": 1}  # the same key, whatever the file


@pytest.mark.heavy
def test_the_source_of_given_rows_is_one_among_the_others(
    kam_sync: Command, written, services
) -> None:
    kam_sync("import", written(PAYMENTS), "--as", "payments")
    for words in (("source", "list"), ("source", "check", "files"), ("source", "status", "files"),
                  ("sync", "files"), ("doctor",), ("source", "held", "files")):  # fmt: skip
        said = kam_sync(*words)
        assert said.code == 0, (words, said.err)
    assert "tables" not in kam_sync("source", "kinds").out
    changed = kam_sync("source", "set", "files", "--set", "most_deleted_percent=50")
    assert changed.code == 0, changed.err
    assert kam_sync("source", "remove", "files", "--yes").code == 0
