"""Webhooks that came in, what became of them, and reading them again."""

from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field

from kam_sync.intake import inbox
from kam_sync.intake.inbox import HookState
from kam_sync.intake.store import InboxStore
from kam_sync.jobs.replaying import Wanted, replay
from kam_sync.kpi.values import Moment
from kam_sync.privacy.model import About
from kam_sync.web import paging
from kam_sync.web.deps import AllSources, Reading
from kam_sync.web.noting import Notes, Noting
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked

router = APIRouter(tags=["sources"])

_BY_ID = Cursor("hooks", paging.big_number)

HookId = Annotated[int, Path(ge=1, lt=2**63, description="Id of a webhook.")]


class HookQuery(Paging):
    """Which webhooks are asked for."""

    state: HookState | None = None


class Hook(BaseModel):
    """A webhook, and what became of it."""

    id: str
    source: str = Field(description="Name of the source that it came to.")
    received_at: Moment
    state: HookState
    reason: str = Field(description="Why it was not understood, or is not ours.")
    named: dict[str, list[str]] = Field(
        description="The ids that it names, by noun.", examples=[{"deal": ["5001001"]}]
    )
    read_at: Moment | None
    replayed_at: Moment | None = Field(description="When a person last had it read again.")


class HookBody(Hook):
    """A webhook as it came in."""

    headers: dict[str, str] = Field(description="Those that were kept.")
    body: str = Field(description="As text; bytes that are no UTF-8 are replaced.")


@router.get("/sources/{source}/hooks")
def list_hooks(
    session: Reading, sources: AllSources, source: str, query: Asked[HookQuery]
) -> Page[Hook]:
    """Webhooks of a source, newest first."""
    after = _BY_ID.read(query.cursor)
    found = InboxStore(session).hooks(
        source_id=sources.named(source).id,
        state=query.state,
        before=None if after is None else int(after[0]),
        limit=query.limit + 1,
    )
    kept, cursor = paging.page(found, query.limit, lambda hook: _BY_ID.write(hook.id))
    return Page(items=[Hook(**_plain(one, sources.names)) for one in kept], next_cursor=cursor)


@router.get("/hooks/{hook_id}")
def get_hook(session: Reading, sources: AllSources, notes: Noting, hook_id: HookId) -> HookBody:
    """One webhook as it came in; its body may hold personal data."""
    return _whole(InboxStore(session).hook(hook_id), sources.names, notes)


@router.post("/hooks/{hook_id}/replay", status_code=202)
def replay_hook(session: Reading, sources: AllSources, notes: Noting, hook_id: HookId) -> HookBody:
    """Read a webhook once more; what it names is fetched, whatever we have of it."""
    store = InboxStore(session)
    store.hook(hook_id)
    replay(session, Wanted((hook_id,)))
    return _whole(store.hook(hook_id), sources.names, notes)


def _whole(hook: inbox.KeptHook, names: dict[int, str], notes: Notes) -> HookBody:
    notes.read(About.RECORD, f"webhook {hook.id}")
    text = hook.body.decode(errors="replace")
    return HookBody(**_plain(hook, names), headers=hook.headers, body=text)


def _plain(hook: inbox.Hook, names: dict[int, str]) -> dict[str, Any]:
    plain = hook.model_dump(exclude={"source_id", "headers", "body"})
    return {**plain, "id": str(hook.id), "source": names[hook.source_id]}
