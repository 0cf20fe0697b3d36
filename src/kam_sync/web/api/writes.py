"""Writing into the CRMs: asked for here, done in the background, each key once."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.store import WriteStore
from kam_sync.intake.writes import CrmWrite, WriteState
from kam_sync.tasking import ask_about
from kam_sync.web import paging
from kam_sync.web.api import write_answers as answers
from kam_sync.web.deps import AlertId, AllSources, By, Reading, Serving
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked

router = APIRouter(tags=["writes"])
of_alerts = APIRouter(tags=["writes"])

_BY_ID = Cursor("writes", paging.big_number)
_MOST = 500

Deferring = Callable[[Session, int], object]


def _defer_write(request: Request) -> Deferring:
    """What queues the writing; without a queue it is done after the next sync of a worker."""
    found: Deferring | None = request.app.state.defer_write
    return found or (lambda _session, _source_id: None)


Defer = Annotated[Deferring, Depends(_defer_write)]


class WriteQuery(Paging):
    """Which writes are asked for."""

    state: WriteState | None = None


def _stamp(services: Serving, by: By) -> dict[str, Any]:
    return {"by": by, "now": services.now()}


Stamp = Annotated[dict[str, Any], Depends(_stamp)]
"""Who asks for something, and when."""


@router.post("/sources/{source}/writes", status_code=202)
def ask_for_writes(
    source: str,
    writes: Annotated[list[answers.NewWrite], Field(min_length=1, max_length=_MOST)],
    session: Reading,
    sources: AllSources,
    stamp: Stamp,
    defer: Defer,
) -> answers.Asked:
    """Ask for tasks, notes, fields and tags; a key that was asked for before is not done again."""
    found = sources.named(source)
    store = WriteStore(session, found.id)
    rows = store.ask([one.write() for one in writes], **stamp)
    defer(session, found.id)
    return answers.Asked(items=[_write(row) for row in rows])


@router.get("/sources/{source}/writes")
def list_writes(
    session: Reading, sources: AllSources, source: str, query: Asked[WriteQuery]
) -> Page[answers.CrmWrite]:
    """What was asked to be written, newest first."""
    after = _BY_ID.read(query.cursor)
    found = WriteStore(session, sources.named(source).id).latest(
        state=query.state,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda row: _BY_ID.write(row.id))
    return Page(items=[_write(row) for row in kept], next_cursor=cursor)


@router.get("/sources/{source}/writes/{write_id}")
def get_write(
    session: Reading, sources: AllSources, source: str, write_id: str
) -> answers.CrmWrite:
    """One write and what came of it."""
    if not write_id.isdecimal() or len(write_id) > 18:
        raise NotHere(f"write {write_id}: no such write")
    return _write(WriteStore(session, sources.named(source).id).one(int(write_id)))


@of_alerts.post("/alerts/{alert_id}/task", status_code=202)
def ask_for_task(
    session: Reading, services: Serving, alert_id: AlertId, defer: Defer, by: By
) -> answers.CrmWrite:
    """Ask for a task about an open alert, for whoever looks after the account; twice makes one."""
    found = ask_about(session, services, alert_id, by=by)
    defer(session, found.source_id)
    return _write(found)


def _write(row: CrmWrite) -> answers.CrmWrite:
    plain = row.model_dump(include=set(answers.CrmWrite.model_fields) - {"id", "about"})
    about = answers.Ref(noun=row.about_noun, external_id=row.about_external_id)
    return answers.CrmWrite(**plain, id=str(row.id), about=about)
