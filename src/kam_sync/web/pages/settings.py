"""Settings: who is told where, and what else is set up for all."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.web.deps import Serving
from kam_sync.web.render import pages

router = APIRouter()


@router.get("/settings", response_class=HTMLResponse)
def show_settings(request: Request, services: Serving) -> HTMLResponse:
    """Where each thing is set, and what the environment says."""
    return pages(request).render(request, "settings.html", settings=services.settings)
