"""Reads exchange rates from a table, or from the XML that the Bank of Russia publishes daily.

Its columns are `date, currency, nominal, rate`, or what the Bank of Russia calls them. The XML is
that of www.cbr.ru/scripts/XML_daily.asp: `<ValCurs Date="28.11.2026"><Valute><CharCode>USD...`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date
from decimal import Decimal
from pathlib import Path
from typing import Any

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Xml

from connectors.kit import sheets, values
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord

_NAMES = {
    "on": ("date", "on", "day", "data", "дата"),
    "currency": ("currency", "code", "charcode", "букв. код", "код", "валюта"),
    "nominal": ("nominal", "units", "номинал", "единиц"),
    "rate": ("rate", "value", "curs", "курс"),
}
_Row = tuple[int, dict[str, Any] | str]
"""The number of a line, and its fields or what is wrong with it."""
_LARGEST_XML = 1024 * 1024
_ROUNDED = Decimal("1e-10")


@dataclass(frozen=True, slots=True)
class Rate:
    """How much of the base currency one unit of a currency is worth from a day on."""

    line: int
    currency: str
    on: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Wrong:
    """A line that is not taken, and why."""

    line: int
    why: str | Spoken


def read(path: Path, on: date | None = None) -> Iterator[Rate | Wrong]:
    """The rates of a file, line by line; BadSheet when it is neither a table nor such XML.

    Args:
        on: their day, for a table that has no column with it.
    """
    with path.open("rb") as file:
        head = file.read(1024)
    is_xml = b"<ValCurs" in head or head.lstrip().startswith(b"<?xml")
    rows = _of_xml(path) if is_xml else _of_table(path)
    first: dict[tuple[str, date], Rate] = {}
    for line, row in rows:
        one = Wrong(line, row) if isinstance(row, str) else _read(line, row, on)
        if isinstance(one, Rate):
            before = first.setdefault((one.currency, one.on), one)
            if before.rate != one.rate:
                said = f"{one.currency} on {one.on} has another rate in line {before.line}"
                ru = f"у {one.currency} на {one.on} в строке {before.line} другой курс"
                one = Wrong(line, Spoken(said, ru))
            elif before is not one:
                continue
        yield one


def _of_table(path: Path) -> Iterator[_Row]:
    for line in sheets.lines(path):
        if line.trouble:
            yield line.number, line.trouble
            continue
        cells = {name.strip().casefold(): value for name, value in line.cells.items()}
        yield (
            line.number,
            {
                field: next((cells[name] for name in names if name in cells), None)
                for field, names in _NAMES.items()
            },
        )


def _of_xml(path: Path) -> Iterator[_Row]:
    """Each currency, numbered by its order in the file."""
    body = path.read_bytes()
    if len(body) > _LARGEST_XML:
        raise sheets.BadSheet("this XML is not a daily list of rates: it is too large")
    try:
        root = Xml.fromstring(body, forbid_dtd=True)
    except DefusedXmlException as error:
        said = "this XML is not a daily list of rates: it declares a document type or entities"
        raise sheets.BadSheet(said) from error
    except (Xml.ParseError, ValueError, LookupError) as error:  # the latter: of its encoding
        raise sheets.BadSheet(f"this XML is broken: {error}") from error
    if root.tag != "ValCurs":
        raise sheets.BadSheet("this XML is not a daily list of rates: ValCurs is needed")
    for number, one in enumerate(root.iter("Valute"), 1):
        yield (
            number,
            {
                "on": root.get("Date"),
                "currency": one.findtext("CharCode"),
                "nominal": one.findtext("Nominal"),
                "rate": one.findtext("Value"),
            },
        )


def _read(line: int, row: dict[str, Any], on: date | None) -> Rate | Wrong:
    try:
        day = values.day(row["on"], UTC) or on
        code, nominal = values.currency(row["currency"]), values.number(row["nominal"])
        rate = values.number(row["rate"])
    except BadRecord as error:
        return Wrong(line, str(error))
    if day is None:
        return Wrong(line, Spoken("date: there is none", "дата: её нет"))
    if not code:
        return Wrong(line, Spoken("currency: there is none", "валюта: её нет"))
    nominal = Decimal(1) if nominal is None else nominal
    if rate is None or rate <= 0 or nominal <= 0:
        said = "rate and nominal must be above 0", "курс и номинал должны быть больше 0"
        return Wrong(line, Spoken(*said))
    return Rate(line, code, day, (rate / nominal).quantize(_ROUNDED))
