"""What rows name by a key alone: looked up once for each opening of a base."""

from functools import cached_property

from babel.core import get_global

from connectors.kit.errors import NoRights
from connectors.onec.odata import Odata, Row
from connectors.onec.settings import Settings

EMPTY_KEY = "00000000-0000-0000-0000-000000000000"
_NUMBERS = {
    "643": "RUB", "810": "RUB", "840": "USD", "978": "EUR", "156": "CNY", "398": "KZT",
    "933": "BYN", "417": "KGS", "051": "AMD", "860": "UZS", "944": "AZN", "949": "TRY",
    "784": "AED", "356": "INR", "826": "GBP", "756": "CHF", "392": "JPY",
}  # fmt: skip
"""The code of a currency in its catalog is the number of ISO 4217."""


def key_of(row: Row, field: str, of: str = "") -> str | None:
    """The key that a reference holds; None when empty, or when it refers to another catalog."""
    key = row.get(f"{field}_Key")
    if key is None and field in row:  # of several types: the key has no suffix, but a type beside
        is_meant = not of or row.get(f"{field}_Type") == f"StandardODATA.{of}"
        key = row[field] if is_meant else None
    return key if isinstance(key, str) and key not in {"", EMPTY_KEY} else None


class Currencies:
    """The currencies of a base."""

    def __init__(self, odata: Odata, settings: Settings) -> None:
        self._odata, self._settings = odata, settings

    def of(self, row: Row, field: str) -> str:
        """The code of a row's currency, or what stands in its place; that of the books if none."""
        key = key_of(row, field)
        if key is None or self._by_key is None:
            return self._settings.currency
        return self._by_key.get(key, key)

    @cached_property
    def _by_key(self) -> dict[str, str] | None:
        table = self._settings.tables["currency"]
        if table.name not in self._odata.published:
            return None
        try:
            rows = self._odata.rows(table, select="Ref_Key,Code,Description")
        except NoRights:
            return None
        return {str(row.get("Ref_Key")): _code(row) for row in rows}


def _code(row: Row) -> str:
    code, said = (str(row.get(field) or "").strip() for field in ("Code", "Description"))
    known = _NUMBERS.get(code)
    is_letters = said.upper() in get_global("all_currencies")
    return known or (said.upper() if is_letters else f"{code} {said}")
