"""Deletions that are held until a person decides."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kam_sync import deciding
from kam_sync.intake.model import HeldState
from kam_sync.kpi.values import Moment, Money, money
from kam_sync.notify.shapes import ExternalId
from kam_sync.web.deps import (
    AllSources,
    By,
    HeldId,
    NamedSource,
    Reading,
    SeenToken,
    Serving,
)

router = APIRouter(tags=["sources"])


class Lost(BaseModel):
    """One of the records that would be deleted."""

    external_id: ExternalId
    name: str


class HeldDeletion(BaseModel):
    """A deletion that is too large to be done without a person, and what it would do."""

    id: str
    noun: str = Field(examples=["deal"])
    count: int = Field(description="How many records would be deleted.")
    live: int = Field(description="How many live ones there were.")
    token: str = Field(description="Stands for exactly these records: decide with `seen=` it.")
    percent: int = Field(description="The share of the live ones.")
    why: str = Field(description="Why it is held, in words.")
    found_at: Moment
    sample: list[Lost] = Field(description="Some of the records.")
    open_amounts: list[Money] = Field(description="Money in their open deals.")


class Held(BaseModel):
    """All that wait for a person."""

    items: list[HeldDeletion]


class Decided(BaseModel):
    """What was decided."""

    state: HeldState
    records: int = Field(description="How many records were deleted, or kept.")


@router.get("/sources/{source}/held")
def list_held(session: Reading, sources: AllSources, source: str) -> Held:
    """Deletions that are held, by noun; at most one a noun."""
    found = deciding.waiting(session, sources.named(source).id)
    return Held(items=[_held(one) for one in found])


@router.post("/sources/{source}/held/{held_id}/approve")
def approve(
    services: Serving, source: NamedSource, held_id: HeldId, seen: SeenToken, by: By
) -> Decided:
    """Delete what is held; 409 while the source is pulled, or when it has changed since."""
    number = deciding.approve(services, source, held_id, seen, by)
    return Decided(state=HeldState.APPROVED, records=number)


@router.post("/sources/{source}/held/{held_id}/reject")
def reject(
    services: Serving, source: NamedSource, held_id: HeldId, seen: SeenToken, by: By
) -> Decided:
    """Keep what is held until the CRM shows it and it vanishes; 409 when it has changed since."""
    number = deciding.reject(services, source, held_id, seen, by)
    return Decided(state=HeldState.REJECTED, records=number)


def _held(one: deciding.HeldDeletion) -> HeldDeletion:
    held, outlook = one.held, one.outlook
    return HeldDeletion(
        **held.model_dump(include={"noun", "count", "live", "found_at"}),
        id=str(held.id),
        token=one.token,
        percent=held.percent,
        why=held.in_words,
        sample=[Lost(external_id=key, name=name) for key, name in outlook.sample.items()],
        open_amounts=[money(amount, unit) for unit, amount in outlook.open_amounts.items()],
    )
