"""The files of a source that reads exports: a place to drop them, and what became of them."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync import dropping
from kam_sync.web.deps import NamedSource, Serving
from kam_sync.web.render import pages

router = APIRouter()


@router.get("/sources/{source}/files", response_class=HTMLResponse)
def show_files(request: Request, services: Serving, source: NamedSource) -> HTMLResponse:
    """What waits, what was read, what could not be read."""
    return pages(request).render(
        request,
        "files.html",
        source=source.name,
        folder=dropping.folder(services, source.name),
        files=dropping.dropped(services, source.name),
    )
