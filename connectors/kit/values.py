"""Turns what a file or a foreign list holds into typed values; what is not sure is refused.

Each function raises BadRecord for a value that makes no sense, and gives None for one that says
nothing: absent, blank, the zero that some CRMs send for "never".
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from html import unescape
from typing import Any

from connectors.kit import moments, pick
from connectors.kit.door import Spoken
from connectors.kit.errors import BadRecord

_BLANKS = re.compile(r"[\s\u00a0\u2007\u2009\u202f\u200b\ufeff]+")
_CURRENCIES = {
    **dict.fromkeys(("₽", "р", "руб", "рубль", "рубли", "рублей", "rur", "rub"), "RUB"),
    **dict.fromkeys(("$", "us$", "долл", "доллар", "доллары", "долларов", "usd"), "USD"),
    **dict.fromkeys(("€", "евро", "eur"), "EUR"),
    **dict.fromkeys(("₸", "тг", "тенге"), "KZT"),
    **dict.fromkeys(("юань", "юани", "юаней", "¥", "rmb"), "CNY"),
}
"""Words and signs that stand for a code; RUR is what banks still call the rouble."""
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:[.,][0-9]{3})+")
_MONEY_SIGNS = re.compile(r"(?:₽|руб(?:лей|\.)?|р\.|RUB|[$€₸])\.?|(?<=\d)\s\?\s*$", re.IGNORECASE)
"""The last one is what spreadsheets write for ₽ and ₸ into a CSV file in Windows-1251."""
_DASHES = str.maketrans({"−": "-", "–": "-", "—": "-"})
_NUMBER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?")
_ROUNDED = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE]\+\d+")
"""What a spreadsheet makes of a long number: the digits are lost."""
_TAG = re.compile(r"<[^>]*>")
_BREAK = re.compile(r"<\s*(?:br|/p|/div|/li)\b[^>]*>", re.IGNORECASE)
_LISTED = re.compile(r"[;\n]+|,(?=\s*[+\d(][\d()\s+-]{5,}|[^,]*@)")
_YES = frozenset({"true", "1", "1.0", "y", "yes", "on", "да", "д", "истина", "+", "x", "х"})
_NO = frozenset({"false", "0", "0.0", "n", "no", "off", "нет", "н", "ложь", "-"})
_MOST = Decimal(10) ** 15
_LARGEST_EXACT = 2**53
_NUMBER_NEEDED = "a number is needed", "нужно число"


def text(value: Any) -> str | None:
    """A text, also of a number; a whole one is written without a point."""
    if isinstance(value, str):
        return pick.clean(value) or None
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, date, time)):
        raise BadRecord(_needed("a text is needed", "нужен текст", value))
    if isinstance(value, (date, time)):
        return value.isoformat()
    return _digits(value)


def html_text(value: Any) -> str | None:
    """The text of a piece of HTML, without empty lines."""
    said = unescape(_TAG.sub("", _BREAK.sub("\n", text(value) or "")))
    return "\n".join(filter(None, map(pick.clean, said.splitlines()))) or None


def identifier(value: Any) -> str | None:
    """An id; one that a spreadsheet has rounded is refused, for its digits are lost."""
    if value is None or value == "" or (value == 0 and not isinstance(value, str)):
        return None
    said = text(value)
    if said is None or said == "0":
        return None
    if _ROUNDED.fullmatch(said):
        raise BadRecord(
            Spoken(
                f"{pick.shown(said)} is a number that a spreadsheet has rounded; "
                "format the column as text and export it again",
                f"{pick.shown(said)}: таблица округлила число; задайте колонке формат «текст» и "
                "выгрузите снова",
            )
        )
    if len(said) > pick.LONGEST_ID:
        raise BadRecord(f"an id has at most {pick.LONGEST_ID} letters, got {pick.shown(said)}")
    return said


def inn(value: Any) -> str | None:
    """A taxpayer number without blanks; whether it is a true one is for others to judge."""
    said = identifier(value)
    return None if said is None else _BLANKS.sub("", said)


def phone(value: Any) -> str | None:
    """A phone as it is written; words without a number are none."""
    said = identifier(value)
    return said if said and sum(sign.isdecimal() for sign in said) >= 3 else None


def email(value: Any) -> str | None:
    """An e-mail; what has no @ is none."""
    said = text(value)
    return said if said and "@" in said else None


def listed(value: Any) -> list[Any]:
    """Phones or e-mails, however they came: a list, or a text with commas or semicolons."""
    if isinstance(value, (list, tuple)):
        return list(value)
    return _LISTED.split(value) if isinstance(value, str) else [value]


def number(value: Any, decimal: str | None = None) -> Decimal | None:
    """A number, written the Russian way or the English way.

    Args:
        decimal: the sign before the parts of a whole, so that the other one groups thousands. When
            it is not known, one sign alone is taken for it, and of two kinds the last one.
    """
    match value:
        case None | "":
            return None
        case bool():
            raise BadRecord(_needed(*_NUMBER_NEEDED, value))
        case int():
            found = Decimal(value)
        case float() | Decimal():
            found = Decimal(str(value))
        case str():
            said = _plain(value, decimal)
            if not said:
                return None
            found = _decimal(said, value)
        case _:
            raise BadRecord(_needed(*_NUMBER_NEEDED, value))
    if not found.is_finite() or found.copy_abs() >= _MOST:
        raise BadRecord(_too_large(value))
    return found.quantize(Decimal("0.0001")).normalize() if found % 1 else Decimal(int(found))


def money(value: Any, decimal: str | None = None) -> Decimal | None:
    """An amount, perhaps with the sign of its currency."""
    is_signed = isinstance(value, str) and not value.isdecimal()
    return number(_MONEY_SIGNS.sub("", value).strip() if is_signed else value, decimal)


def goal(value: Any, decimal: str | None = None) -> Decimal | None:
    """What is to be reached: an amount, a number, or percent as people write them (60 %)."""
    is_share = isinstance(value, str) and value.rstrip().endswith("%")
    return money(value.rstrip().removesuffix("%").rstrip() if is_share else value, decimal)


def currency(value: Any) -> str:
    """An ISO code, or what people write instead: руб., ₽, $."""
    said = (text(value) or "").strip()
    return _CURRENCIES.get(said.casefold().rstrip("."), "") or pick.currency(said)


def whole(value: Any, decimal: str | None = None) -> int | None:
    """A whole number."""
    found = number(value, decimal)
    if found is None:
        return None
    if found % 1:
        raise BadRecord(_needed("a whole number is needed", "нужно целое число", value))
    if found.copy_abs() > pick.LARGEST_NUMBER:
        raise BadRecord(_too_large(value))
    return int(found)


def flag(value: Any) -> bool | None:
    """A yes or no, in both languages."""
    if value is None or isinstance(value, bool):
        return value
    said = (text(value) or "").lower()
    if said in _YES:
        return True
    if said in _NO:
        return False
    if not said:
        return None
    raise BadRecord(_needed("yes or no is needed", "нужно да или нет", value))


def moment(value: Any, zone: tzinfo, form: str | None = None) -> datetime | None:
    """A time in UTC; one without a zone is of the zone given.

    ISO, `dd.mm.yyyy hh:mm`, `dd.mm.yy`, and Unix time in (milli)seconds tell themselves apart.

    Args:
        form: as for strptime, where it is written in yet another way.
    """
    at = moments.read(value, form)
    if at is None or at.year <= 1:  # the year 1 is how 1C says "never"
        return None
    if not 1900 <= at.year < 2200:
        raise BadRecord(moments.far(value))
    return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)


def day(value: Any, zone: tzinfo, form: str | None = None) -> date | None:
    """A day; a time is looked at on the calendar of the zone."""
    if type(value) is date:
        return value if value.year > 1 else None
    at = moment(value, zone, form)
    return None if at is None else at.astimezone(zone).date()


def reference(value: Any, match: tuple[str, ...] = ("id",)) -> str | None:
    """The id of what is referred to: an id, or an object that has it under one of the names."""
    if isinstance(value, Mapping):
        return next(filter(None, (identifier(value.get(name)) for name in match)), None)
    if isinstance(value, (list, tuple)):
        return next(filter(None, (reference(one, match) for one in value)), None)
    return identifier(value)


def _digits(value: int | float | Decimal) -> str:
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        return str(int(value))
    if isinstance(value, Decimal) and value.is_finite():
        return f"{value:f}"
    try:
        return str(value)
    except ValueError as error:  # Python writes no number of thousands of digits
        raise BadRecord("the number is too large") from error


def _plain(said: str, decimal: str | None) -> str:
    """A number without blanks, with a point where its parts begin."""
    if said.isascii() and said.isdecimal():
        return said
    said = _BLANKS.sub("", said.replace("'", "")).translate(_DASHES)
    comma, point = said.rfind(","), said.rfind(".")
    if comma < 0 and point < 0:
        return said
    sign = decimal or ("," if comma > point else ".")
    other = "." if sign == "," else ","
    if decimal is None and said.count(sign) > 1:  # a sign that comes again groups thousands
        sign, other = other, sign
    whole, _, part = said.partition(sign)
    if other in part or (other in whole and not _GROUPED.fullmatch(whole)):
        shown = pick.shown(said)
        raise BadRecord(
            Spoken(
                f"{shown} can be read in two ways; say decimal: in the mapping",
                f"{shown} можно прочитать двояко; укажите decimal: в разметке",
            )
        )
    return said.replace(other, "").replace(sign, ".")


def _decimal(said: str, value: str) -> Decimal:
    if not _NUMBER.fullmatch(said):
        raise BadRecord(_needed(*_NUMBER_NEEDED, value))
    try:
        return Decimal(said)
    except InvalidOperation as error:
        raise BadRecord(_needed(*_NUMBER_NEEDED, value)) from error


def _needed(en: str, ru: str, value: Any) -> Spoken:
    shown = pick.shown(value)
    return Spoken(f"{en}, got {shown}", f"{ru}, а стоит {shown}")


def _too_large(value: Any) -> Spoken:
    shown = pick.shown(value)
    return Spoken(f"{shown} is too large", f"{shown}: слишком большое число")
