"""How far back the chart of an account goes."""

from datetime import date
from enum import StrEnum

from kam_sync.kpi.periods import shift


class Span(StrEnum):
    """As it stands in the address of the page."""

    YEAR = "13m"
    """The running month and the twelve before it, so that a month stands beside its last year."""
    THREE_YEARS = "3y"
    ALL = "all"

    def first(self, today: date) -> date:
        """The first month that is drawn."""
        back = {Span.YEAR: 12, Span.THREE_YEARS: 36}.get(self)
        return date.min if back is None else shift(today.replace(day=1), -back)
