"""The buttons of a source: sync now, pause, go on, webhooks, remove."""

from typing import Annotated, Literal
from urllib.parse import quote

from fastapi import APIRouter, BackgroundTasks, Query
from fastapi.responses import RedirectResponse

from kam_sync import connecting, removing, subscribing
from kam_sync.jobs.serving import look_at_hooks
from kam_sync.web.api.sources import Defer, sync_source
from kam_sync.web.deps import AllSources, NamedSource, Serving
from kam_sync.web.pages.forms import Fields

router = APIRouter()

Back = Annotated[Literal["", "all", "connected"], Query()]
"""Where the button stands: on the page of its source, in the list of all, in the guide."""


@router.post("/sources/{source}/sync")
def sync(source: str, sources: AllSources, defer_sync: Defer, back: Back = "") -> RedirectResponse:
    """Queue a sync now."""
    sync_source(source, sources, defer_sync)
    return _back(sources.named(source).name, back)


@router.post("/sources/{source}/pause")
def pause(services: Serving, source: NamedSource) -> RedirectResponse:
    """Pull it no more; a sync that runs stops after its batch."""
    connecting.set_paused(services, source.name, paused=True)
    return _back(source.name)


@router.post("/sources/{source}/resume")
def resume(services: Serving, source: NamedSource, back: Back = "") -> RedirectResponse:
    """Go on with it."""
    connecting.set_paused(services, source.name, paused=False)
    return _back(source.name, back)


@router.post("/sources/{source}/webhooks/{switch}")
def switch_webhooks(
    services: Serving, source: NamedSource, switch: Literal["on", "off"]
) -> RedirectResponse:
    """Have the CRM call us, or not."""
    look_at_hooks(services, subscribing.want(services, source.name, wanted=switch == "on"))
    return _back(source.name)


@router.post("/sources/{source}/remove")
def remove(
    services: Serving, source: NamedSource, sent: Fields, later: BackgroundTasks
) -> RedirectResponse:
    """Let it go with all that came from it, once its name is typed; the rest is done meanwhile."""
    if sent.get("name") != source.name:
        return RedirectResponse(f"{_at(source.name)}?did=unlike#remove", status_code=303)
    removing.begin(services, source.name)
    later.add_task(removing.remove, services, source.name)
    return RedirectResponse("/sources", status_code=303)


def _back(name: str, back: str = "") -> RedirectResponse:
    known = {"all": f"/sources#source-{quote(name)}", "connected": f"{_at(name)}/connected"}
    return RedirectResponse(known.get(back, _at(name)), status_code=303)


def _at(name: str) -> str:
    return f"/sources/{quote(name)}"
