"""Connected CRM accounts and their runs."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from kam_sync import subscribing
from kam_sync.accounts.model import SetAside
from kam_sync.accounts.store import AccountStore, records_of
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy
from kam_sync.connecting import way_back
from kam_sync.intake import model
from kam_sync.intake.store import RunStore, TurnStore, progress_of
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.api.webhook_answers import webhooks_of
from kam_sync.web.deps import AllSources, Reading, Serving, Sources
from kam_sync.web.paging import Cursor, Page, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import pages
from kam_sync.web.timing import Next
from kam_sync.wiring import Services

router = APIRouter(tags=["sources"])

_BY_NAME = Cursor("sources", paging.text)
_BY_RECORD = Cursor("set-aside", paging.text, paging.text)
_BY_ID = Cursor("runs", paging.big_number)
_SHOWN = set(model.Source.model_fields) - {"id"}


Deferring = Callable[[int], object]


def _defer_sync(request: Request) -> Deferring:
    """What puts a sync into the queue, or Busy when this process has no queue."""
    found: Deferring | None = request.app.state.defer_sync
    if found is None:
        raise Busy(f"this process has no queue; sync with: {command('sync')}")
    return found


Defer = Annotated[Deferring, Depends(_defer_sync)]


class RunQuery(Paging):
    """Which runs are asked for."""

    source: Text | None = Field(default=None, description="Id or name of a source.")


@router.get("/sources")
def list_sources(sources: AllSources, query: Asked[Paging]) -> Page[answers.Source]:
    """Connected CRM accounts by name."""
    after = _BY_NAME.read(query.cursor)
    # The database's order of names may differ from Python's, so look for the name itself.
    rows = sorted(sources.all, key=lambda source: source.name)
    found = [source for source in rows if after is None or source.name > after[0]]
    kept, cursor = paging.page(found, query.limit, lambda source: _BY_NAME.write(source.name))
    return Page(items=[_source(source, sources) for source in kept], next_cursor=cursor)


@router.get("/sources/{source}")
def get_source(
    request: Request,
    session: Reading,
    sources: AllSources,
    services: Serving,
    next_sync: Next,
    source: str,
) -> answers.OneSource:
    """One connected CRM account, by id or name, with how far each noun has come."""
    found = sources.named(source)
    hooks = subscribing.look(services, session, found)
    store = AccountStore(session)
    return answers.OneSource(
        **_source(found, sources).model_dump(),
        next_sync_at=next_sync(session, found.id, services.now()),
        last_runs=[_run(run, sources.names) for run in RunStore(session).last_of_nouns(found.id)],
        nouns=_nouns(session, services, found),
        set_aside=store.set_aside_counts(found.id),
        deals_without_account=store.deals_without_account(found.id),
        standing=answers.Standing(**_standing(session, services, found).model_dump()),
        webhooks=hooks and webhooks_of(hooks, pages(request).language(request)),
    )


@router.get("/sources/{source}/set-aside")
def list_set_aside(
    session: Reading, sources: AllSources, source: str, query: Asked[Paging]
) -> Page[answers.SetAside]:
    """Records that could not be understood, and why."""
    after = _BY_RECORD.read(query.cursor)
    found = AccountStore(session).set_aside(
        sources.named(source).id, after=after, limit=query.limit + 1
    )
    kept, cursor = paging.page(found, query.limit, _set_aside_cursor)
    items = [answers.SetAside(**row.model_dump(exclude={"source_id"})) for row in kept]
    return Page(items=items, next_cursor=cursor)


@router.post("/sources/{source}/sync", status_code=202)
def sync_source(source: str, sources: AllSources, defer_sync: Defer) -> answers.Deferred:
    """Ask for a sync now; it is done in the background."""
    found = sources.named(source)
    if found.state is model.SourceState.REMOVING:
        raise Busy(f"source {found.name}: it is being removed")
    if found.state is model.SourceState.PAUSED:
        raise Busy(f"source {found.name}: it is paused; {command(f'source resume {found.name}')}")
    defer_sync(found.id)
    return answers.Deferred(source=found.name, state="queued")


@router.get("/runs")
def list_runs(session: Reading, sources: AllSources, query: Asked[RunQuery]) -> Page[answers.Run]:
    """Runs of all steps, newest first."""
    after = _BY_ID.read(query.cursor)
    found = RunStore(session).latest(
        source_id=None if query.source is None else sources.named(query.source).id,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda run: _BY_ID.write(run.id))
    return Page(items=[_run(run, sources.names) for run in kept], next_cursor=cursor)


def _source(row: model.Source, sources: Sources) -> answers.Source:
    return shown(row, is_granted=row.id in sources.granted)


def _standing(session: Session, services: Services, source: model.Source) -> model.Standing:
    return TurnStore(session).standing(source.turn_key, services.now(), services.zone)


def shown(row: model.Source, *, is_granted: bool) -> answers.Source:
    """A source as answers have it."""
    return answers.Source(
        **row.model_dump(include=_SHOWN),
        id=str(row.id),
        opened_by="oauth" if is_granted else "token",
        next_step=way_back(row, is_granted=is_granted),
    )


def _run(row: model.Run, names: dict[int, str]) -> answers.Run:
    source = None if row.source_id is None else names.get(row.source_id)
    plain = row.model_dump(exclude={"id", "source_id"})
    # Seconds are kept as exact text.
    plain["counts"] = {k: float(n) if isinstance(n, str) else n for k, n in row.counts.items()}
    return answers.Run(**plain, id=str(row.id), source=source)


def _nouns(
    session: Session, services: Services, source: model.Source
) -> list[answers.NounProgress]:
    records = records_of(session, source.id)
    found = []
    for one in progress_of(session, source.id):
        lag = one.lag(services.now())
        plain = asdict(one) | {"counts": {name: float(n) for name, n in one.counts.items()}}
        found.append(
            answers.NounProgress(
                **plain,
                lag_seconds=None if lag is None else int(lag.total_seconds()),
                records=records.get(one.noun, 0),
            )
        )
    return found


def _set_aside_cursor(row: SetAside) -> str:
    return _BY_RECORD.write(row.noun, row.external_id)
