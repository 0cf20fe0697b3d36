"""Comparing all companies and contacts anew: asked for, and how far it is."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from kam_sync.base.errors import NotHere
from kam_sync.jobs import rematching
from kam_sync.kpi.values import Moment
from kam_sync.matching.model import Phase, RematchState
from kam_sync.web.deps import By, Reading, Serving

router = APIRouter(tags=["matches"])


class Rematch(BaseModel):
    """A comparison of everything, and how far it is."""

    state: RematchState
    by: str = Field(description="Who asked for it.", examples=["the API"])
    phase: Phase = Field(description="What it is at, or was at last.")
    done: int = Field(description="Of the phase: companies, pairs or contacts.")
    total: int = Field(description="0 while it is not known.")
    companies: int = Field(description="Compared; known when it is done, as what follows.")
    contacts: int
    compared: int = Field(description="Pairs of companies and of contacts.")
    changed: int = Field(description="Companies and contacts that belong elsewhere now.")
    asked_at: Moment
    began_at: Moment | None
    seen_at: Moment | None = Field(description="When it last said how far it is.")
    ended_at: Moment | None


@router.post("/matches/anew", status_code=202)
def match_anew(services: Serving, by: By) -> Rematch:
    """Have all companies and contacts compared once more; one at a time waits or runs."""
    return Rematch(**rematching.ask(services, by=by).model_dump())


@router.get("/matches/anew")
def show_anew(session: Reading) -> Rematch:
    """The one that was asked for last; 404 when nobody has asked yet."""
    last = rematching.last(session)
    if last is None:
        raise NotHere("nobody has asked to compare everything anew")
    return Rematch(**last.model_dump())
