"""The buttons of a source: sync now, pause, go on, webhooks."""

from typing import Literal

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from kam_sync import connecting, subscribing
from kam_sync.jobs.serving import look_at_hooks
from kam_sync.web.api.sources import Defer, sync_source
from kam_sync.web.deps import AllSources, NamedSource, Serving, from_our_pages

router = APIRouter(dependencies=[Depends(from_our_pages)])


@router.post("/sources/{source}/sync")
def sync(source: str, sources: AllSources, defer_sync: Defer) -> RedirectResponse:
    """Queue a sync now."""
    sync_source(source, sources, defer_sync)
    return _back(sources.named(source).name)


@router.post("/sources/{source}/pause")
def pause(services: Serving, source: NamedSource) -> RedirectResponse:
    """Pull it no more; a sync that runs stops after its batch."""
    connecting.set_paused(services, source.name, paused=True)
    return _back(source.name)


@router.post("/sources/{source}/resume")
def resume(services: Serving, source: NamedSource) -> RedirectResponse:
    """Go on with it."""
    connecting.set_paused(services, source.name, paused=False)
    return _back(source.name)


@router.post("/sources/{source}/webhooks/{switch}")
def switch_webhooks(
    services: Serving, source: NamedSource, switch: Literal["on", "off"]
) -> RedirectResponse:
    """Have the CRM call us, or not."""
    look_at_hooks(services, subscribing.want(services, source.name, wanted=switch == "on"))
    return _back(source.name)


def _back(name: str) -> RedirectResponse:
    return RedirectResponse(f"/sources#source-{name}", status_code=303)
