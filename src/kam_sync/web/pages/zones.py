"""The time zone that an account lives in: choosing it, and taking that back."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from kam_sync.accounts.store import AccountStore, ZoneStore
from kam_sync.jobs import joining
from kam_sync.web.deps import AccountId, By, Reading, Serving
from kam_sync.web.pages.forms import Fields
from kam_sync.web.render import pages
from kam_sync.web.wording import zones

router = APIRouter()


@router.get("/accounts/{account_id}/zone", response_class=HTMLResponse)
def show_zones(
    request: Request, services: Serving, session: Reading, account_id: AccountId
) -> HTMLResponse:
    """All time zones, those of our country first."""
    own = ZoneStore(session).of(account_id)
    renderer, now = pages(request), services.now()
    language = renderer.language(request)
    return renderer.render(
        request,
        "zone.html",
        account=AccountStore(session).account(account_id),
        own=own,
        own_city=own and zones.hours(language, own.zone, now),
        house=zones.hours(language, services.zone.key, now),
        countries=zones.countries(language, services.settings.calendar, now),
    )


@router.post("/accounts/{account_id}/zone")
def set_zone(services: Serving, account_id: AccountId, sent: Fields, by: By) -> RedirectResponse:
    """Set the time zone; an empty one is that of the house."""
    joining.live_in(services, account_id, sent.get("zone") or None, by=by)
    return RedirectResponse(f"/accounts/{account_id}/data", status_code=303)
