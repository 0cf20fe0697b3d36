"""Open matters about our own work: overdue schedules, silent webhooks, differences."""

from typing import Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.kpi.values import Moment
from kam_sync.web import paging
from kam_sync.web.deps import Reading
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.wording import incidents

router = APIRouter(tags=["sources"])

_BY_ID = Cursor("incidents", paging.big_number)


class IncidentQuery(Paging):
    """Which incidents are asked for."""

    state: Literal["open", "resolved"] | None = None


class Incident(BaseModel):
    """One matter about our own work."""

    id: str
    kind: IncidentKind
    subject: str = Field(description="What it is about.", examples=["source:3/sync"])
    text: str = Field(description="What is wrong, in words.")
    advice: str = Field(description="What to do.")
    facts: dict[str, Any] = Field(description="The numbers behind it.")
    opened_at: Moment
    seen_at: Moment
    resolved_at: Moment | None


@router.get("/incidents")
def list_incidents(
    request: Request, session: Reading, query: Asked[IncidentQuery]
) -> Page[Incident]:
    """Incidents, newest first."""
    after = _BY_ID.read(query.cursor)
    found = IncidentStore(session).incidents(
        is_open=None if query.state is None else query.state == "open",
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_ID.write(one.id))
    language = pages(request).language(request)
    items = [
        Incident(
            **one.model_dump(exclude={"id", "source_id"}),
            id=str(one.id),
            text=incidents.text(language, one),
            advice=incidents.advice(language, one),
        )
        for one in kept
    ]
    return Page(items=items, next_cursor=cursor)
