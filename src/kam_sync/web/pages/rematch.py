"""Comparing all companies and contacts anew: the button, and how far it is."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.jobs import rematching
from kam_sync.web.deps import By, Reading, Serving
from kam_sync.web.render import pages
from kam_sync.web.wording.rematch import rematch as rematch_words

router = APIRouter()


@router.get("/matches/anew", response_class=HTMLResponse)
def show_anew(request: Request, session: Reading) -> HTMLResponse:
    """How far it is, as a part of the page; asked for again while it goes on."""
    last = rematching.last(session)
    return pages(request).render(
        request, "match_anew.html", rematch=last, rematch_words=rematch_words
    )


@router.post("/matches/anew")
def match_anew(services: Serving, by: By) -> RedirectResponse:
    """Have everything compared once more."""
    rematching.ask(services, by=by)
    return RedirectResponse("/matches#anew", status_code=303)
