"""Spans of time as people write them: 90s, 15m, 2h, 1d, 1h30m."""

import re
from datetime import timedelta

from kam_sync.base.errors import WrongUse

_SECONDS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}
_SPAN = re.compile(r"(?:(\d{1,6})d)?(?:(\d{1,6})h)?(?:(\d{1,6})m)?(?:(\d{1,6})s)?")


def read_span(text: str, what: str) -> timedelta:
    """The span that a text means; WrongUse names what it was meant for."""
    found = _SPAN.fullmatch(text.strip().lower().replace(" ", ""))
    if found is None or not any(found.groups()):
        raise WrongUse(f"{what} {text!r}: a span such as 90s, 15m, 2h or 1d is needed")
    numbers = zip(_SECONDS.values(), found.groups(), strict=True)
    return timedelta(seconds=sum(seconds * int(number or 0) for seconds, number in numbers))


def write_span(span: timedelta) -> str:
    """A span as it can be read again; fractions of a second are left out."""
    rest, parts = int(span.total_seconds()), []
    for unit, seconds in _SECONDS.items():
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"
