"""The two buttons beside a deletion that is held."""

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse

from kam_sync import deciding
from kam_sync.web.deps import AllSources, HeldId, Serving, from_our_pages

router = APIRouter(dependencies=[Depends(from_our_pages)])

_BY = "the page"


@router.post("/sources/{source}/held/{held_id}/approve")
def approve(
    services: Serving, sources: AllSources, source: str, held_id: HeldId
) -> RedirectResponse:
    """Delete what is held."""
    deciding.approve(services, sources.named(source), held_id, _BY)
    return RedirectResponse("/sources", status_code=303)


@router.post("/sources/{source}/held/{held_id}/reject")
def reject(
    services: Serving, sources: AllSources, source: str, held_id: HeldId
) -> RedirectResponse:
    """Keep what is held."""
    deciding.reject(services, sources.named(source), held_id, _BY)
    return RedirectResponse("/sources", status_code=303)
