"""Tables as files: all rows, as spreadsheets of the language read them, and harmless."""

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors as gate
from connectors import Noun
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale
from kam_sync.web.pages.exporting.csv_file import write_csv
from kam_sync.web.pages.exporting.registry import EXPORTS
from kam_sync.web.pages.exporting.table import Cells, Column, Kind, Table
from kam_sync.web.pages.exporting.xlsx_file import write_xlsx
from kam_sync.web.wording.language import Language
from tests.web.browsing import browsing, faults
from tests.web.conftest import TestClient
from tests.web.parted import part
from tests.web.world import World

RU, EN = (Language(locale, ZoneInfo("Europe/Moscow")) for locale in (Locale.RU, Locale.EN))
FORMULAS = ("=1+1", "+7 900", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("https://x.example")')
COLUMNS = [
    Column("name", "Имя"),
    Column("amount", "Сумма", Kind.MONEY),
    Column("share", "Доля", Kind.PERCENT),
    Column("on", "День", Kind.DAY),
    Column("at", "Время", Kind.TIME),
]
ROW: Cells = (
    "Луг; «Поле»", Decimal("-1234.50"), Decimal("12.5"), date(2026, 11, 23),
    datetime(2026, 11, 23, 21, 30, tzinfo=UTC),
)  # fmt: skip


def as_csv(table: Table, language: Language = RU, *, plain: bool = False) -> str:
    """The text of the file."""
    out = BytesIO()
    write_csv(table, language, out, plain=plain)
    return out.getvalue().decode()


def as_sheet(content: bytes) -> Any:
    """The only sheet of a file."""
    [sheet] = openpyxl.load_workbook(BytesIO(content)).worksheets
    return sheet


def written(table: Table, **more: int) -> Any:
    """The sheet of a table."""
    out = BytesIO()
    write_xlsx(table, RU, out, **more)
    return as_sheet(out.getvalue())


def test_csv_is_written_as_the_spreadsheets_of_the_language_read_it() -> None:
    table = Table("Счета", COLUMNS, [ROW])
    assert as_csv(table) == (
        "\ufeffИмя;Сумма;Доля;День;Время\r\n"
        '"Луг; «Поле»";-1234,5;12,5;2026-11-23;2026-11-24 00:30:00\r\n'
    )
    assert "Луг; «Поле»,-1234.5,12.5,2026-11-23," in as_csv(table, EN)
    assert as_csv(table, plain=True) == (
        "name,amount,share,on,at\r\nЛуг; «Поле»,-1234.5,12.5,2026-11-23,2026-11-23T21:30:00Z\r\n"
    )


def test_a_sheet_has_real_numbers_and_dates_and_keeps_its_header_in_sight() -> None:
    sheet = written(Table("Счета: «Луг» [1/2]", COLUMNS, [ROW, (None,) * 5]))
    name, amount, share, on, at = sheet[2]
    assert (name.value, amount.value, share.value) == ("Луг; «Поле»", -1234.5, 0.125)
    assert (amount.number_format, share.number_format) == ("#,##0.00", "0.0%")
    assert on.value.isoformat() == "2026-11-23T00:00:00"  # sheets know no zones
    assert at.value.isoformat() == "2026-11-24T00:30:00"
    assert sheet.title == "Счета  «Луг»  1 2"
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["B"].width == 16
    assert [cell.value for cell in sheet[3]] == [None] * 5


@pytest.mark.parametrize("typed", FORMULAS)
def test_what_somebody_typed_is_no_formula_in_any_file(typed: str) -> None:
    table = Table("x", [Column("name", typed), Column("n", "n", Kind.NUMBER)], [(typed, -5)])
    for plain in (False, True):
        _, [text, number] = csv.reader(
            StringIO(as_csv(table, EN, plain=plain).lstrip("\ufeff"), newline="")
        )
        assert (text[0], text.replace("'", ""), number) == ("'", typed, "-5")
    for row in (1, 2):
        cell = written(table)[row][0]
        assert (cell.data_type, cell.value) == ("s", typed.replace("\r", "\n"))
    assert written(table)["B2"].value == -5


@pytest.mark.parametrize(
    ("typed", "language", "other"),
    [("Луг,=1+2|x!A0", RU, ","), ("Луг;@SUM(1)", EN, ";"), ("Луг;,=1", EN, ";"),
     ("два,\n=1+2|x!A0", RU, ",")],
)  # fmt: skip
def test_a_spreadsheet_of_another_language_finds_no_formula_within_a_text(
    typed: str, language: Language, other: str
) -> None:
    table = Table("x", [Column("a", "a"), Column("b", "b")], [("first", typed)])
    text = as_csv(table, language).lstrip("\ufeff")
    cells = [cell for line in text.splitlines() for cell in line.split(other)]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-"))]


@given(st.text(max_size=40))
@settings(max_examples=150, deadline=None)
def test_no_text_can_break_out_of_its_cell(typed: str) -> None:
    typed = typed.encode("utf-8", "ignore").decode()
    table = Table("x", [Column("a", "a"), Column("b", "b")], [(typed, "last")])
    [_, row] = csv.reader(StringIO(as_csv(table), newline=""), delimiter=";")
    assert row[1:] == ["last"]
    assert row[0].replace("'", "") == typed.replace("'", "")
    assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    sheet = written(table)
    assert sheet["A2"].data_type in {"s", "n"}  # "n" is an empty cell
    assert sheet["B2"].value == "last"


def test_a_table_that_a_sheet_cannot_hold_is_refused_in_words() -> None:
    table = Table("x", COLUMNS, [ROW] * 3)
    with pytest.raises(WrongUse, match="more than 2 rows.*take CSV"):
        written(table, most=2)
    assert written(table, most=3).max_row == 4


def test_rows_are_written_as_they_come_and_not_kept() -> None:
    written_so_far: list[int] = []
    out = BytesIO()

    def rows() -> Iterator[Cells]:
        for count in range(3_000):
            written_so_far.append(out.tell())
            yield (f"{count} {'x' * 100}",)

    write_csv(Table("x", [Column("a", "a")], rows()), EN, out)
    assert written_so_far[-1] > 250_000


@pytest.fixture
def sold(world: World) -> World:
    """Three accounts, one of them named like a formula, with deals, contacts and alerts."""
    source = world.add_source()
    world.save(source, Noun.USER, gate.User("7", "Анна", "anna@example.com"))
    names = ("Луг", "=cmd|'/c calc'!A1", "Пруд")
    companies = [
        gate.Company(str(n), name, owner_external_id="7") for n, name in enumerate(names, 1)
    ]
    world.save(source, Noun.COMPANY, *companies)
    world.save(source, Noun.CONTACT, gate.Contact("5", "Пётр", "1", phones=("+79001234567",)))
    usual = [2_900_000 + 100_000 * (month % 3 - 1) for month in range(21)]
    world.add_months(source, "1", *usual, 1_200_000, 1_200_000, 1_200_000)
    world.add_months(source, "2", 100)
    world.add_months(source, "3", 9, *[0] * 13)
    world.set_aside(source, 2)
    world.add_run(source)
    world.measure()
    return world


@pytest.fixture
def luga(sold: World) -> UUID:
    """The account with the alert."""
    return sold.account(1, "1")


def read(client: TestClient, table: str, **asked: object) -> list[dict[str, str]]:
    """The rows of a table, for programs."""
    answer = client.get(f"/export/{table}.csv", params={"plain": 1, "lang": "en", **asked})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.text, newline="")))


def test_the_accounts_are_those_that_the_page_finds(client: TestClient, sold: World) -> None:
    first, luga, pond = read(client, "accounts")
    assert first["name"] == "'=cmd|'/c calc'!A1"
    assert (luga["name"], luga["responsible"], luga["sources"]) == ("Луг", "Анна", "sales")
    assert (Decimal(luga["won_RUB"]), pond["won_RUB"]) == (Decimal(29_700_000), "")
    assert int(luga["open_alerts"]) > 0
    assert [one["name"] for one in read(client, "accounts", q="пру")] == ["Пруд"]
    assert client.get("/export/accounts.csv", params={"source": "nowhere"}).status_code == 404


@pytest.mark.heavy
def test_every_table_can_be_had_in_both_forms_and_languages(
    client: TestClient, sold: World, luga: UUID
) -> None:
    needs = {"account": str(luga), "rule": "won_revenue", "kpi": "won_revenue"}
    for name, export in EXPORTS.items():
        if name.startswith("ledger"):
            continue  # nothing was compared here: see test_what_differs_from_the_crm_can_be_had
        asked = {key: value for key, value in needs.items() if key in export.filter.model_fields}
        for locale in Locale:
            params = {**asked, "lang": locale.value}
            text = client.get(f"/export/{name}.csv", params=params)
            sheet = client.get(f"/export/{name}.xlsx", params=params)
            assert (text.status_code, sheet.status_code) == (200, 200), name
            found = as_sheet(sheet.content)
            titles = next(
                csv.reader(
                    StringIO(text.text.lstrip("\ufeff"), newline=""),
                    delimiter=";" if locale is Locale.RU else ",",
                )
            )
            assert [cell.value for cell in found[1]] == titles
            assert f'filename="{name}-2026-11-' in text.headers["content-disposition"]


def test_what_differs_from_the_crm_can_be_had(client: TestClient, world: World) -> None:
    part(world)
    asked = {"source": "sales", "noun": "deal"}
    found = read(client, "ledger", **asked)
    assert [(one["external_id"], one["where"], one["account"]) for one in found] == [
        ("52", "on both sides, not the same", "ООО «Ромашка»"),
        ("53", "only in the CRM", "ООО «Ромашка»"),
    ]
    [line] = read(client, "ledger-accounts", **asked)
    assert (line["here"], line["sum_here"], line["sum_there"]) == ("2", "4200", "5600")
    assert client.get("/export/ledger.xlsx", params=asked).status_code == 200


def test_the_tables_of_an_account_have_its_rows(client: TestClient, luga: UUID) -> None:
    deals = read(client, "deals", account=luga)
    assert len(deals) == 24
    assert (deals[0]["amount"], deals[0]["currency"], deals[0]["outcome"]) == (
        "1200000", "RUB", "won",
    )  # fmt: skip
    assert len(read(client, "deals", account=luga, state="won")) == 24
    assert read(client, "deals", account=luga, state="lost") == []
    assert read(client, "deals", account=luga, pipeline="1:no such") == []
    assert f"deals.csv?account={luga}&amp;state=won" in client.get(
        f"/accounts/{luga}/deals?state=won"
    ).text  # fmt: skip
    [contact] = read(client, "contacts", account=luga)
    assert (contact["name"], contact["phones"]) == ("Пётр", "'+79001234567")
    won = read(client, "values", account=luga, kpi="won_revenue", unit="RUB")
    assert [one["value"] for one in won if one["month"] == "2026-10-01"] == ["1200000"]
    alerts = read(client, "alerts", account=luga)
    assert {one["account"] for one in alerts} == {"Луг"}
    assert [one["external_id"] for one in read(client, "set-aside", source="sales")] == [
        "000", "001",
    ]  # fmt: skip
    [kam] = read(client, "kams")
    assert (kam["responsible"], kam["main"]) == ("Анна", "1")
    assert [one["name"] for one in read(client, "lost")] == ["Пруд"]


CANNOT = (
    ("nonsense.csv", 404, "there are: accounts"),
    ("accounts.csv?colour=red", 422, "colour"),
    ("accounts.pdf", 404, ""),
    ("deals.xlsx", 422, "account"),
    ("deals.csv?account=nonsense", 422, "account"),
    ("deals.csv?account=00000000-0000-0000-0000-000000000000", 404, "no such account"),
    ("restatements.csv?account=00000000-0000-0000-0000-000000000000&grain=year", 422, "grain"),
    ("portfolio.csv?by=luck", 422, "by"),
    ("accounts.csv?q=%00", 422, "NUL"),
    ("sends.csv?channel=none", 404, "none"),
    ("backtest.csv?rule=none", 404, "none"),
    ("ledger.csv?source=sales&noun=deal", 404, "never compared"),
)


def test_what_cannot_be_had_is_said_in_words(client: TestClient, sold: World) -> None:
    for path, status, said in CANNOT:
        answer = client.get(f"/export/{path}")
        assert (answer.status_code, said in answer.text) == (status, True), (path, answer.text)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_file_is_one_click_from_its_table(address: str, luga: UUID, scheme: str) -> None:
    with browsing(width=380, scheme=scheme) as page:
        page.goto(f"{address}/sources/sales/set-aside?lang=en")
        link = page.get_by_role("link", name="XLSX: download Set aside")
        with page.expect_download() as waiting:
            link.click()
        assert waiting.value.suggested_filename.startswith("Set aside 2026-11-")
        assert faults(page) == []
