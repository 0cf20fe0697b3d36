"""Words of an account's deals as a whole: how they stand by stage, and for how long."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from connectors import Outcome

STUCK_AFTER = 60
"""A deal that is in one stage for more days than these is taken to be stuck."""


class DealOrder(StrEnum):
    """Which deal comes first."""

    NEWEST = "newest"
    AMOUNT = "amount"
    STALEST = "stalest"
    """What has not gone to another stage for longest."""
    NAME = "name"


@dataclass(frozen=True, slots=True)
class DealsWanted:
    """Which deals are asked for; None means all."""

    outcome: Outcome | None = None
    pipeline: tuple[int, str] | None = None
    """Source and id."""
    order: DealOrder = DealOrder.NEWEST


@dataclass(frozen=True, slots=True)
class StageSum:
    """The live deals of an account in one stage, in one currency."""

    source_id: int
    pipeline_external_id: str
    pipeline: str | None
    """Its name; None where the CRM tells none."""
    stage: str | None
    outcome: Outcome
    currency: str
    count: int
    amount: Decimal

    @property
    def place(self) -> tuple[int, str]:
        """The pipeline: ids repeat between sources."""
        return self.source_id, self.pipeline_external_id


@dataclass(frozen=True, slots=True)
class DealShown:
    """A deal with the names of what it refers to, and since when it is in its stage."""

    source_id: int
    external_id: str
    name: str
    outcome: Outcome
    amount: Decimal | None
    currency: str
    pipeline: str | None
    stage: str | None
    owner: str | None
    tags: list[str]
    contract_ends_on: date | None
    created_at: datetime | None
    closed_at: datetime | None
    since: datetime | None
    """When it came to its stage, as far as the CRM tells; else when it was opened."""


def pipelines(sums: list[StageSum]) -> dict[tuple[int, str], str]:
    """The name of each pipeline that has a deal."""
    return {one.place: one.pipeline or one.pipeline_external_id for one in sums}
