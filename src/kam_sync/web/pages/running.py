"""Plans that run: how far they are, and how far they should be by now."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from kam_sync.kpi.plans import Standing


@dataclass(frozen=True, slots=True)
class Pace:
    """A plan with its pace, in percent of the target."""

    standing: Standing
    due: Decimal | None
    """Where it should be by now; None where its KPI does not add up over days."""

    @property
    def ahead(self) -> Decimal | None:
        """How many percent of the target it is ahead, or behind when negative."""
        done = self.standing.fulfilment
        return None if self.due is None or done is None else done - self.due


def paces(standings: Iterable[Standing]) -> list[Pace]:
    """Each plan with where it should be: at an even pace over its working days."""
    return [
        Pace(one, 100 * Decimal(one.passed) / one.days if one.adds_up and one.days else None)
        for one in standings
    ]
