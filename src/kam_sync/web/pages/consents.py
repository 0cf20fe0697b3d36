"""What a CRM sends a browser back with, and its word that it has switched us off.

Neither comes from our pages. What follows is decided by a state that we gave out, good once, or by
a signature; codes and states stand in no page, no log and no address that we show.
"""

from fastapi import APIRouter, BackgroundTasks, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse

from kam_sync import consenting
from kam_sync.intake.grant import ConsentState
from kam_sync.web.deps import Serving
from kam_sync.web.paging import Text
from kam_sync.web.render import pages

router = APIRouter()
from_crms = APIRouter()
"""What a CRM calls: nobody is logged in there."""


@from_crms.get("/oauth/{kind}/callback")
def come_back(request: Request, services: Serving, kind: str) -> Response:
    """Take the code, then lead to an address without it."""
    digest = consenting.receive(services, kind, request.query_params)
    if digest is None:  # amoCRM itself asks once, without a state, and waits for three seconds
        return pages(request).render(request, "consent.html", consent=None, is_late=False)
    return RedirectResponse(f"/oauth/consents/{digest}", status_code=303)


@router.get("/oauth/consents/{digest}", response_class=HTMLResponse)
def show_consent(request: Request, services: Serving, digest: Text) -> HTMLResponse:
    """What came of a consent; loading it again tries again what failed for a while."""
    consent = consenting.settle(services, digest)
    is_open = consent.state in {ConsentState.WAITING, ConsentState.KEPT}
    is_late = is_open and consent.until <= services.now()
    return pages(request).render(request, "consent.html", consent=consent, is_late=is_late)


@from_crms.get("/oauth/{kind}/disconnect")
def disconnect(
    request: Request, services: Serving, kind: str, later: BackgroundTasks
) -> PlainTextResponse:
    """Ask an account that has switched us off, as it is said, whether it still lets us in."""
    named = consenting.read_notice(services, kind, request.query_params)
    if not named:
        raise HTTPException(403, "the notice is not signed for any source of ours")
    later.add_task(consenting.ask_whether_let_in, services, named)
    return PlainTextResponse("noted")
