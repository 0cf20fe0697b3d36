"""How a base writes keys, times and money; what is empty is a value of its own."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

EMPTY_DATE = "0001-01-01T00:00:00"
EMPTY_KEY = "00000000-0000-0000-0000-000000000000"
ZONE = ZoneInfo("Europe/Moscow")

OWN, COMPANY, CURRENCY, USER, ITEM, WAREHOUSE, ACCOUNT, FOLDER, PARTNER = range(1, 10)
INVOICE, SHIPMENT, RETURN, PAYMENT = range(16, 20)


def guid(kind: int, number: int) -> str:
    """The key of a row; the number stands in it twice, so that later rows have larger keys."""
    return f"{number:08x}-{kind:04x}-11ee-8000-{number:012x}"


def local(at: datetime) -> str:
    """The time on the server's wall, to the second."""
    return at.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M:%S")


def padded(text: str, width: int) -> str:
    """Fixed-width strings are filled up with blanks."""
    return text.ljust(width)


def money(amount: Decimal) -> float | int:
    """A number with or without a fraction."""
    return int(amount) if amount == int(amount) else float(amount)


def row(key: str, description: str, code: str, **fields: Any) -> dict[str, Any]:
    """A row of a catalog."""
    return {
        "Ref_Key": key,
        "DataVersion": "",
        "DeletionMark": False,
        "Code": padded(code, 9),
        "Description": description,
        "Predefined": False,
        "PredefinedDataName": "",
        **fields,
    }
