"""Values of custom fields in plain JSON, in the same form whatever the CRM.

text, choice         a text                  choices        a list of texts
number, money        a decimal as text       flag           true or false
date                 a day, ISO, as the account's own calendar has it
moment               a time, ISO, in UTC     contacts       a list of {value, kind}
legal_entity         {name, inn, kpp, ogrn, ...}, all texts
address              {part: text}            items, file, link, other    as the CRM has them

None is what no such value can be made of: one odd field does not cost the whole record.
"""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from connectors.kit import pick

_SECONDS = re.compile(r"-?[0-9]{1,18}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d|\d\d?\.\d\d?\.\d{4}")
_DEEPEST = 8
_NO = {
    "нет",
    "не",
    "no",
    "not",
    "false",
    "n",
    "unsubscribed",
    "revoked",
    "withdrawn",
    "отсутствует",
}
_NO_STEMS = ("отказ", "отозв", "отписан", "отписал")
_YES = {"да", "yes", "true", "y", "есть", "дал", "дала", "дано", "получено", "agreed", "given"}
_YES_STEM = "соглас"
_ABOUT = ("согласи", "consent")
"""It is named, and what became of it may follow: `согласие отозвано`."""
_UNTOLD = (
    "указан", "извест", "задан", "заполн", "выбран", "определ", "требу", "данн", "информ", "сведен",
    "data", "info", "set", "specified", "known", "provided", "required",
)  # fmt: skip
"""After a no: not what was said, but that nothing was."""
_LARGEST = 2**63 - 1
_MOST = Decimal(10) ** 30
_EARLIEST, _LATEST = -2_208_988_800, 7_258_118_400  # 1900 and 2200
_EARLIEST_AGREED = 946_684_800  # 2000: a smaller number is some other number


def text(value: Any) -> str | None:
    """A text, also of a number: some CRMs send identifiers as such."""
    is_plain = isinstance(value, (str, int, float)) and not isinstance(value, bool)
    return (pick.clean(str(value)) or None) if is_plain else None


def decimal(value: Any) -> str | None:
    """A number as a decimal text, without an exponent."""
    said = (text(value) or "").replace("\u00a0", "").replace(" ", "").replace(",", ".")
    try:
        found = Decimal(said)
    except InvalidOperation:
        return None
    return f"{found:f}" if found.is_finite() and found.copy_abs() < _MOST else None


def flag(value: Any) -> bool | None:
    """A yes or no; null is neither."""
    return None if value is None else pick.flag({"value": value}, "value")


def agreed(value: Any) -> bool | None:
    """A yes or no as people write it into a text or choose it; None for what is neither.

    A day is a yes, given on that day, unless a no follows it: nobody writes a day down when nothing
    happened. Whether it has come yet is not looked at.
    """
    first = value[0] if isinstance(value, list) and value else value
    if isinstance(first, bool):
        return first
    said = (text(first) or "").casefold()
    if said in {"0", "1"}:
        return said == "1"
    if isinstance(first, int):
        return True if _EARLIEST_AGREED <= first <= _LATEST else None
    words = [word for word in (one.strip(" .,;:!()\"'«»") for one in said.split()) if word]
    return _agreed(words)


def _agreed(words: list[str]) -> bool | None:
    """The first word decides; after a day, or the name of what is asked, a no that follows."""
    if not words:
        return None
    first, rest = words[0], words[1:]
    if _is_no(first):
        is_untold = first in _NO and bool(rest) and rest[0].startswith(_UNTOLD)
        is_bare = first in {"не", "not"} and not rest
        return None if is_untold or is_bare else False
    if _is_day(first) or first.startswith(_ABOUT):
        at = next((at for at, word in enumerate(rest) if _is_no(word)), None)
        return True if at is None else _agreed(rest[at:])
    return True if first in _YES or first.startswith(_YES_STEM) else None


def _is_no(word: str) -> bool:
    return word in _NO or word.startswith(_NO_STEMS)


def _is_day(word: str) -> bool:
    return _DAY.match(word) is not None and _written(word, UTC) is not None


def day(value: Any, zone: tzinfo) -> date | None:
    """A day: Unix seconds and times with a zone are looked at on the account's own calendar."""
    at = _time(value, zone)
    return None if at is None else at.astimezone(zone).date()


def moment(value: Any, zone: tzinfo) -> datetime | None:
    """A time in UTC; one without a zone is the account's own."""
    at = _time(value, zone)
    return None if at is None else at.astimezone(UTC)


def form(kind: str, value: Any, zone: tzinfo) -> Any:
    """One value in the form of its kind; of a kind without a form of its own as it is."""
    match kind:
        case "text" | "choice" | "choices":
            return text(value)
        case "number" | "money":
            return decimal(value)
        case "flag":
            return flag(value)
        case "date" | "moment":
            at = day(value, zone) if kind == "date" else moment(value, zone)
            return at.isoformat() if at else None
        case _:
            return plain(value)


def plain(value: Any, depth: int = 0) -> Any:
    """Any JSON without what a database refuses: broken letters, endless numbers, abysses."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        return {pick.clean(str(key)): plain(part, depth + 1) for key, part in value.items()}
    if isinstance(value, list) and depth < _DEEPEST:
        return [plain(part, depth + 1) for part in value]
    return _leaf(value)


def _leaf(value: Any) -> str | int | float | bool | None:
    match value:
        case str():
            return pick.clean(value)
        case bool():
            return value
        case int():
            return value if abs(value) <= _LARGEST else text(value)
        case float():
            return value if abs(value) < float("inf") else None
        case _:
            return None


def _time(value: Any, zone: tzinfo) -> datetime | None:
    said = text(value)
    if said is None:
        return None
    if not _SECONDS.fullmatch(said):
        return _written(said, zone)
    seconds = int(said)
    if not _EARLIEST <= seconds <= _LATEST:
        return None
    return datetime.fromtimestamp(seconds, UTC)


def _written(said: str, zone: tzinfo) -> datetime | None:
    for read in (datetime.fromisoformat, _russian):
        try:
            at = read(said)
        except ValueError:
            continue
        if not 1900 <= at.year < 2200:
            return None
        return at if at.tzinfo else at.replace(tzinfo=zone)
    return None


def _russian(said: str) -> datetime:
    return datetime.strptime(said, "%d.%m.%Y")  # noqa: DTZ007 - a day has no zone
