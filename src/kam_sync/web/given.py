"""Days and moments that come from outside, as they are written: never numbers of seconds."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator

_DATED = re.compile(r"\d{4}-\d\d-\d\d")


def _written(given: Any) -> Any:
    """What is not a date in writing is refused; pydantic would count seconds since 1970."""
    if isinstance(given, int | float) or (isinstance(given, str) and not _DATED.match(given)):
        raise ValueError("write it as 2026-11-20 or 2026-11-20T09:00:00Z")
    return given


GivenDay = Annotated[date, BeforeValidator(_written)]
GivenMoment = Annotated[AwareDatetime, BeforeValidator(_written)]
