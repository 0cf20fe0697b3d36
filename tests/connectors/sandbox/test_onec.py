"""The sandbox answers as a 1C base does, with its oddities."""

from argparse import ArgumentParser, Namespace
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from connectors.sandbox.faults import Fault
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.served import found
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.browsing import TRUST

_COMPANIES, _ORDERS = "Catalog_Контрагенты", "Document_РеализацияТоваровУслуг"
_BANK = "Document_ПоступлениеНаРасчетныйСчет"
_LEDGER = "AccountingRegister_Хозрасчетный"
Get = Callable[..., httpx.Response]


@pytest.fixture(scope="module")
def box() -> Iterator[OneCSandbox]:
    """Nobody changes it for good."""
    world = MadeUpWorld(size=5, deals=60, contacts=5, today=date(2026, 11, 28))
    with OneCSandbox(world) as box:
        yield box


@pytest.fixture(scope="module")
def get(box: OneCSandbox) -> Iterator[Get]:
    """Read one address of the base; blanks become %20, in JSON unless told otherwise."""
    proof = b64encode(box.token.encode()).decode()
    with httpx.Client(verify=TRUST, headers={"Authorization": f"Basic {proof}"}) as client:

        def got(what: str, form: str = "json", **options: Any) -> httpx.Response:
            pairs = {"$format": form, **{f"${key}": value for key, value in options.items()}}
            query = "&".join(f"{key}={quote(str(value))}" for key, value in pairs.items() if value)
            path = quote(what, safe="/()=,'$")
            return client.get(f"{box.url}/odata/standard.odata/{path}?{query}")

        yield got


def _rows(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, Any]] = answer.json()["value"]
    return rows


def _code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["odata.error"]["code"]


def test_without_user_and_password_nothing_is_told(box: OneCSandbox) -> None:
    answer = httpx.get(f"{box.url}/odata/standard.odata/", verify=TRUST)
    assert (answer.status_code, answer.content) == (401, b"")


def test_the_service_document_names_the_sets(get: Get) -> None:
    assert {_COMPANIES, _ORDERS, _LEDGER} < {row["name"] for row in _rows(get(""))}


def test_it_is_xml_unless_json_is_asked_for(box: OneCSandbox, get: Get) -> None:
    answer = get(_COMPANIES, form="")
    assert answer.headers["content-type"] == "application/atom+xml"
    assert answer.text.count("<entry/>") == 6
    assert "<m:code>8</m:code>" in get("Catalog_Никто", form="").text
    one = f"{_COMPANIES}(guid'{box.ids(_COMPANIES)[0]}')"
    assert get(one, form="").text.count("<entry/>") == 1


@pytest.mark.parametrize(
    ("what", "options", "answer"),
    [
        ("Catalog_Никто", {}, (404, "8")),
        (f"{_COMPANIES}(guid'00000000-0000-0000-0000-0000000000ff')", {}, (404, "9")),
        (_COMPANIES, {"filter": "ИНН like 'x'"}, (400, "14")),
        (_COMPANIES, {"filter": "Придумано eq 1"}, (400, "10")),
        (_COMPANIES, {"filter": "(ИНН eq 'x'"}, (400, "14")),
        (_COMPANIES, {"filter": "ИНН eq 'x' или"}, (400, "14")),
        (_COMPANIES, {"filter": "ИНН eq ИНН"}, (400, "14")),
        (_COMPANIES, {"filter": "ИНН eq ;"}, (400, "14")),
        (_COMPANIES, {"filter": "(" * 70}, (400, "14")),
        (_COMPANIES, {"orderby": "Придумано"}, (400, "10")),
        (_COMPANIES, {"select": "Придумано"}, (400, "10")),
        (_COMPANIES, {"top": "many"}, (400, "16")),
        (f"{_LEDGER}/Turnovers()", {}, (400, "6")),
        ("AccumulationRegister_Продажи/Balance()", {}, (400, "6")),
    ],
)
def test_each_mistake_has_its_code(
    get: Get, what: str, options: dict[str, str], answer: tuple[int, str]
) -> None:
    assert _code(get(what, **options)) == answer


def test_a_plus_is_no_blank_and_an_address_has_an_end(box: OneCSandbox, get: Get) -> None:
    proof = {"Authorization": f"Basic {b64encode(box.token.encode()).decode()}"}
    where = f"{box.url}/odata/standard.odata/{_COMPANIES}?$format=json&$filter=IsFolder+eq+false"
    assert _code(httpx.get(where, headers=proof, verify=TRUST)) == (400, "14")
    assert get(_COMPANIES, filter="ИНН eq 'x' or " * 100).status_code == 414
    assert httpx.get(f"{box.url}/ru", headers=proof, verify=TRUST).status_code == 404
    posted = httpx.post(where, headers=proof, verify=TRUST)
    assert _code(posted) == (405, "19")


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        ("IsFolder eq true", 1),
        ("not IsFolder eq true", 5),
        ("IsFolder eq false and ИНН ne ''", 5),
        ("(IsFolder eq true) or (Description eq 'No''one')", 1),
        ("not (IsFolder eq true or IsFolder eq false)", 0),
        ("Parent_Key eq guid'00000000-0000-0000-0000-000000000000'", 1),
    ],
)
def test_filters_select(get: Get, asked: str, count: int) -> None:
    assert len(_rows(get(_COMPANIES, filter=asked))) == count


def test_a_field_of_several_types_is_equal_to_no_bare_key(box: OneCSandbox, get: Get) -> None:
    paid = box.base.rows(_BANK)[0]["Контрагент"]
    assert _rows(get(_BANK, filter=f"Контрагент eq guid'{paid}'")) == []
    rows = _rows(get(_BANK, filter=f"Контрагент eq cast(guid'{paid}','{_COMPANIES}')"))
    assert {row["Контрагент"] for row in rows} == {paid}
    typed = "Контрагент_Type eq 'StandardODATA.Catalog_Контрагенты'"
    assert len(_rows(get(_BANK, filter=typed))) == box.count(_BANK)


def test_days_cut_and_amounts_compare(box: OneCSandbox, get: Get) -> None:
    asked = "Date ge datetime'2025-01-01T00:00:00' and Date lt datetime'2026-01-01T00:00:00'"
    rows = _rows(get(_ORDERS, filter=asked, orderby="Date,Ref_Key"))
    assert {row["Date"][:4] for row in rows} == {"2025"}
    assert rows == sorted(rows, key=lambda row: (row["Date"], row["Ref_Key"]))
    dear = [row for row in box.base.rows(_ORDERS) if row["СуммаДокумента"] > 50_000]
    assert len(_rows(get(_ORDERS, filter="СуммаДокумента gt 50000"))) == len(dear)


def test_no_order_is_promised_and_pages_are_only_of_what_is_ordered(get: Get) -> None:
    keys = [[row["Ref_Key"] for row in _rows(get(_ORDERS))] for _ in range(2)]
    assert keys[0] != keys[1]
    assert sorted(keys[0]) == sorted(keys[1])
    back = [row["Ref_Key"] for row in _rows(get(_ORDERS, orderby="Ref_Key desc", top=2, skip=1))]
    assert back == sorted(keys[0], reverse=True)[1:3]


def test_a_count_within_passes_over_pages_and_one_apart_has_a_mark(
    box: OneCSandbox, get: Get
) -> None:
    answer = get(_ORDERS, inlinecount="allpages", top=1)
    assert answer.json()["odata.count"] == str(box.count(_ORDERS))
    assert len(answer.json()["value"]) == box.count(_ORDERS)
    assert get(f"{_ORDERS}/$count").text.lstrip("\ufeff") == str(box.count(_ORDERS))
    assert get(f"{_ORDERS}/$count").content.startswith(b"\xef\xbb\xbf")


def test_rows_are_as_a_base_writes_them(get: Get) -> None:
    rows = _rows(get(_ORDERS, orderby="Ref_Key"))
    assert next(row["Товары"][0]["LineNumber"] for row in rows if row["Товары"]) == "1"
    row = rows[0]
    assert row["КратностьВзаиморасчетов"] == "1"
    assert row["ДоверенностьДата"] == "0001-01-01T00:00:00"
    assert row["ДоговорКонтрагента_Key"] == "00000000-0000-0000-0000-000000000000"
    assert row["Number"].endswith("  ")
    assert row["Контрагент@navigationLinkUrl"].endswith("/Контрагент")
    bare = "application/json;odata=nometadata"
    few = _rows(get(_ORDERS, form=bare, top=1, orderby="Ref_Key", select="**"))[0]
    assert few == {k: v for k, v in row.items() if "@" not in k and k != "Товары"}
    two = _rows(get(_ORDERS, form=bare, top=1, select="Ref_Key,Date"))[0]
    assert two.keys() == {"Ref_Key", "Date"}


def test_a_write_gives_another_version_and_a_purged_row_is_not_found(
    box: OneCSandbox, get: Get
) -> None:
    key = box.ids(_ORDERS)[0]
    one = f"{_ORDERS}(guid'{key}')"
    before = get(one).json()
    box.change(_ORDERS, key, DeletionMark=True)
    after = get(one).json()
    assert after["DeletionMark"]
    assert after["DataVersion"] != before["DataVersion"]
    row = box.base.get(_ORDERS, key)
    box.remove(_ORDERS, key)
    assert _code(get(one)) == (404, "9")
    box.base.put(_ORDERS, {**(row or {}), "DeletionMark": False})


def test_a_balance_takes_a_condition_with_doubled_quotes(box: OneCSandbox, get: Get) -> None:
    own = box.ids("Catalog_Организации")[1]
    whole = _rows(get(f"{_LEDGER}/Balance()"))
    part = _rows(get(f"{_LEDGER}/Balance(Condition='Организация_Key eq guid''{own}''')"))
    assert part == [row for row in whole if row["Организация_Key"] == own]
    assert part
    assert [
        row
        for row in _rows(get(f"{_LEDGER}/Balance(Period=datetime'2000-01-01T00:00:00')"))
        if row["КоличествоBalance"] == 0
    ] == []


def test_it_can_be_slow_at_first_or_without_a_licence(box: OneCSandbox, get: Get) -> None:
    box.faults.append(Fault(delay=0.05))
    box.faults.append(Fault(is_limit=True, after=1))
    assert get("").status_code == 200
    assert get("").status_code == 503
    box.faults.clear()


def test_the_command_opens_the_configuration_that_is_asked_for() -> None:
    served = found()["1c"]
    parser = ArgumentParser()
    served.add_options(parser)
    common = {"token": "Я:я", "rate": None, "port": 0}
    for given, invoices in (([], "Покупателю"), (["--configuration", "ut"], "Клиенту")):
        chosen = Namespace(**common, **vars(parser.parse_args(given)))
        box = served.open(MadeUpWorld(size=1, deals=1, today=date(2026, 11, 28)), chosen)
        assert f"Document_СчетНаОплату{invoices}" in box.announced()["rows"]


def test_it_says_how_it_is_opened(box: OneCSandbox) -> None:
    said = box.announced()
    assert box.url.endswith("/base")
    assert said["token"] == box.token
    assert said["rows"][_COMPANIES] == 5
