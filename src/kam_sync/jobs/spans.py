"""Spans of time as people write them: 90s, 15m, 2h, 1d, 1h30m; or in words, 1 hour 30 minutes."""

import re
from datetime import timedelta

from kam_sync.base.errors import WrongUse

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_WORDS = {
    "d": "d day days д дн день дня дней сут",
    "h": "h hr hrs hour hours ч час часа часов",
    "m": "m min mins minute minutes м мин минута минуту минуты минут",
    "s": "s sec secs second seconds с сек секунда секунду секунды секунд",
}
_UNITS = {word: unit for unit, words in _WORDS.items() for word in words.split()}
_PART = re.compile(r"(\d{1,6})\s*([a-zа-я]+)\.?[\s,]*")


def read_span(text: str, what: str) -> timedelta:
    """The span that a text means; WrongUse names what it was meant for."""
    said, at = text.strip().lower(), 0
    found: dict[str, int] = {}
    while part := _PART.match(said, at):
        unit, at = _UNITS.get(part[2]), part.end()
        if unit is None or unit in found:
            break
        found[unit] = int(part[1])
    else:
        if found and at == len(said):
            return timedelta(seconds=sum(_SECONDS[unit] * n for unit, n in found.items()))
    raise WrongUse(f"{what} {text!r}: a span such as 90s, 15m, 2h or 1d is needed")


def parts(span: timedelta) -> list[tuple[int, str]]:
    """How many of which unit it is, the longest first; fractions of a second are left out."""
    rest, found = int(span.total_seconds()), []
    for unit, seconds in _SECONDS.items():
        count, rest = divmod(rest, seconds)
        if count:
            found.append((count, unit))
    return found or [(0, "s")]


def write_span(span: timedelta) -> str:
    """A span as it can be read again, short."""
    return "".join(f"{count}{unit}" for count, unit in parts(span))
