"""What the values of a column look like: days, numbers, taxpayer numbers."""

import re
from collections.abc import Sequence
from typing import Any

from connectors.kit import values
from connectors.kit.columns.clients import is_inn
from connectors.kit.errors import BadRecord
from connectors.kit.months import is_in_words

DAYS, NUMBERS = frozenset({"day", "moment"}), frozenset({"number", "whole"})
"""Kinds of fields."""
_MOSTLY, _NEARLY_ALL = 0.5, 0.9
"""Bad values are no reason to doubt the name of a column; without a name nearly all must fit."""
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/\d{4}")
_FORMS = (
    (re.compile(r"\d{1,2}-\d{1,2}-\d{4}"), "%d-%m-%Y"),
    (re.compile(r"\d{1,2}/\d{1,2}/\d{2}"), "%d/%m/%y"),
)
_DATED = re.compile(r"\d{4}-\d\d-\d\d.*|\d{1,2}\.\d{1,2}\.(?:\d{4}|\d{2}(?!\d)).*")
_GROUPED = {
    ".": re.compile(r"[^,]*|-?\d{1,3}(,\d{3})+(\.\d+)?"),
    ",": re.compile(r"[^.]*|-?\d{1,3}(\.\d{3})+(,\d+)?"),
}
"""Numbers with such a sign before their parts, and the other one at most between thousands."""
_SIGNS = (
    ("₽", "RUB"), ("руб", "RUB"), ("rub", "RUB"), ("$", "USD"), ("usd", "USD"), ("долл", "USD"),
    ("€", "EUR"), ("eur", "EUR"), ("евро", "EUR"), ("₸", "KZT"), ("тенге", "KZT"), ("kzt", "KZT"),
    ("byn", "BYN"), ("cny", "CNY"), ("юан", "CNY"),
)  # fmt: skip


class Seen:
    """The values of one column among the first lines of a table."""

    def __init__(self, name: str, found: Sequence[Any]) -> None:
        self.name = name
        self.values = [value for value in found if value is not None]
        self.texts = [str(value) for value in self.values]

    @property
    def samples(self) -> list[str]:
        """Two different ones to show."""
        return list(dict.fromkeys(self.texts))[:2]

    @property
    def is_empty(self) -> bool:
        """Nothing is known of it."""
        return not self.values

    @property
    def is_days(self) -> bool:
        """Days or times, in some way of writing them."""
        return bool(self.form) or self._most(lambda text: bool(_DATED.fullmatch(text)))

    @property
    def form(self) -> str | None:
        """How days are written, where it is an uncommon way; the day before the month if unsure."""
        if self._most(lambda text: bool(_SLASHED.fullmatch(text))):
            pairs = [found.groups() for text in self.texts if (found := _SLASHED.fullmatch(text))]
            return "%m/%d/%Y" if any(int(second) > 12 for _, second in pairs) else "%d/%m/%Y"
        for pattern, form in _FORMS:
            if self._most(lambda text, known=pattern: bool(known.fullmatch(text))):
                return form
        return None

    @property
    def is_numbers(self) -> bool:
        """Amounts, quantities, scores."""
        return not self.is_days and self._most(_is_number)

    @property
    def is_inns(self) -> bool:
        """True taxpayer numbers."""
        return self._most(is_inn, _NEARLY_ALL)

    @property
    def decimal(self) -> str | None:
        """The sign before the parts of a whole, where the other one stands between thousands:
        1,500.00 or 1.500,00; None where that cannot be told, or nothing stands there."""
        said = "".join(self.texts)
        may_be = [
            sign
            for sign, known in _GROUPED.items()
            if "," in said and "." in said
            if self._most(lambda text, known=known: bool(known.fullmatch(text)), _NEARLY_ALL)
        ]
        return may_be[0] if len(may_be) == 1 and self.is_numbers else None

    @property
    def is_months(self) -> bool:
        """Months in words."""
        return self._most(is_in_words)

    def rule(self, kind: str) -> dict[str, str]:
        """How a field of a kind is read from it; what is plain is not said."""
        said: dict[str, str | None] = {}
        if kind in DAYS:
            said = {"format": self.form, "as": "month" if self.is_months else None}
        elif kind in NUMBERS:
            said = {"decimal": self.decimal}
        return {"from": self.name, **{name: way for name, way in said.items() if way}}

    @property
    def currency(self) -> str | None:
        """The currency that its name or its values speak of."""
        said = f"{self.name} {' '.join(self.texts[:20])}".casefold()
        return next((code for sign, code in _SIGNS if sign in said), None)

    def _most(self, is_so: Any, share: float = _MOSTLY) -> bool:
        good = sum(is_so(text) for text in self.texts)
        return bool(self.texts) and good >= share * len(self.texts)


def _is_number(text: str) -> bool:
    try:
        return values.money(text) is not None
    except BadRecord:
        return False
