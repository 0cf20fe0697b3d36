"""The two buttons beside a deletion that is held."""

from urllib.parse import quote

from fastapi import APIRouter
from fastapi.responses import RedirectResponse

from kam_sync import deciding
from kam_sync.web.deps import By, HeldId, NamedSource, SeenToken, Serving

router = APIRouter()


@router.post("/sources/{source}/held/{held_id}/approve")
def approve(
    services: Serving,
    source: NamedSource,
    held_id: HeldId,
    seen: SeenToken,
    by: By,
) -> RedirectResponse:
    """Delete what is held."""
    deciding.approve(services, source, held_id, seen, by)
    return _back(source.name)


@router.post("/sources/{source}/held/{held_id}/reject")
def reject(
    services: Serving,
    source: NamedSource,
    held_id: HeldId,
    seen: SeenToken,
    by: By,
) -> RedirectResponse:
    """Keep what is held."""
    deciding.reject(services, source, held_id, seen, by)
    return _back(source.name)


def _back(name: str) -> RedirectResponse:
    return RedirectResponse(f"/sources/{quote(name)}#held", status_code=303)
