"""Picks typed values out of what a CRM sent, or says which field is wrong and how."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from babel.core import get_global

from connectors.kit.errors import BadRecord

Body = Mapping[str, Any]

_MOST_MONEY = Decimal(10) ** 15
_LATEST_SECOND = int(datetime(2200, 1, 1, tzinfo=UTC).timestamp())
_EARLIEST_SECOND = int(datetime(1900, 1, 1, tzinfo=UTC).timestamp())
LARGEST_NUMBER = 2**31 - 1
_MOST_IDS = 2**63
LONGEST_ID = 200  # ids stand in keys, and an index entry has an upper bound
_SHOWN = 40


def external_id(body: Body, key: str = "id") -> str:
    """The record's id as text; never empty."""
    value = body.get(key)
    if type(value) is int and 0 < value < _MOST_IDS:  # nearly always, and often for each record
        return str(value)
    if type(value) is str and value.isascii() and value.isalnum() and len(value) <= LONGEST_ID:
        return value  # the same, of CRMs that write their numbers as texts
    is_id = isinstance(value, (int, str)) and not isinstance(value, bool) and value != 0
    found = clean(str(value)) if is_id else ""
    if not 0 < len(found) <= LONGEST_ID:
        raise BadRecord(f"{key}: an id is needed, got {shown(value)}")
    return found


def maybe_id(body: Body, key: str) -> str | None:
    """A reference to another record; None for absent, null, 0 and empty."""
    value = body.get(key)
    if value is None or value in ("", 0):
        return None
    return external_id(body, key)


def text(body: Body, key: str) -> str | None:
    """A text without the characters no database takes; None when absent or blank."""
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise BadRecord(f"{key}: a text is needed, got {shown(value)}")
    return clean(str(value)) or None


def clean(value: str) -> str:
    """A text that PostgreSQL and UTF-8 can hold, without blanks around it."""
    if not value.isascii():
        value = value.encode("utf-8", "replace").decode()
    return value.replace("\x00", "").strip()


def flag(body: Body, key: str) -> bool:
    """A yes or no; absent and null are no."""
    return body.get(key) in (True, 1, "1", "true", "Y")


def number(body: Body, key: str) -> int | None:
    """A whole number; None when absent."""
    value = body.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRecord(f"{key}: a whole number is needed, got {shown(value)}")
    if abs(value) > LARGEST_NUMBER:
        raise BadRecord(f"{key}: {shown(value)} is too large")
    return value


def amount(body: Body, key: str) -> Decimal | None:
    """An amount of money with at most four decimals; None when absent, never 0 for unknown."""
    value = body.get(key)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        raise BadRecord(f"{key}: an amount is needed, got {shown(value)}")
    try:
        found = Decimal(str(value))
    except InvalidOperation as error:
        raise BadRecord(f"{key}: an amount is needed, got {shown(value)}") from error
    if not found.is_finite() or found.copy_abs() >= _MOST_MONEY:
        raise BadRecord(f"{key}: {shown(value)} is too large for an amount")
    return found.quantize(Decimal("0.0001")).normalize() if found % 1 else Decimal(int(found))


def currency(code: str | None) -> str:
    """An ISO 4217 code in capitals; also one of the past, which old records are in."""
    found = (code or "").strip().upper()
    if found not in get_global("all_currencies"):
        raise BadRecord(f"currency: {shown(code)} is not an ISO 4217 code")
    return found


def moment(body: Body, key: str) -> datetime | None:
    """A time given as Unix seconds; None for absent, null and 0."""
    value = body.get(key)
    if value is None or value == 0:
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadRecord(f"{key}: Unix seconds are needed, got {shown(value)}")
    if not _EARLIEST_SECOND <= value <= _LATEST_SECOND:
        raise BadRecord(f"{key}: {shown(value)} is no time between 1900 and 2200")
    return datetime.fromtimestamp(value, UTC)


def iso_moment(body: Body, key: str) -> datetime | None:
    """A time given as ISO 8601 with an offset; None when absent or blank."""
    said = text(body, key)
    if said is None:
        return None
    with suppress(ValueError, OverflowError):
        found = datetime.fromisoformat(said)
        if found.tzinfo is not None and 1900 <= found.astimezone(UTC).year <= 2200:
            return found.astimezone(UTC)
    raise BadRecord(f"{key}: a time with an offset is needed, got {shown(said)}")


def one(body: Body, key: str) -> Body:
    """A nested object; empty for absent, null and the `[]` that PHP sends for an empty object."""
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def many(body: Body, key: str) -> Sequence[Body]:
    """A nested list of objects; empty for absent and null."""
    value = body.get(key)
    if value is None:
        return ()
    if not isinstance(value, list) or [item for item in value if not isinstance(item, dict)]:
        raise BadRecord(f"{key}: a list of objects is needed, got {shown(value)}")
    return value


def distinct(values: Iterable[str | None]) -> tuple[str, ...]:
    """The texts that are there, each once, in the order in which they came."""
    return tuple(dict.fromkeys(filter(None, values)))


def line(values: Iterable[str | None]) -> str | None:
    """Texts as one line, each once; None when there is none."""
    return ", ".join(distinct(" ".join((value or "").split()) for value in values)) or None


def shown(value: object) -> str:
    """A value as it may stand in a message: its kind and a short beginning, no whole payload."""
    if isinstance(value, (Mapping, list, tuple)):
        return f"{type(value).__name__} of {len(value)}"
    said = repr(value)
    return said if len(said) <= _SHOWN else f"{said[:_SHOWN]}…"
