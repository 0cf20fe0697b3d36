"""Settings: who is told of what, and how this installation is set up and how it is."""

from importlib.metadata import version

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kam_sync.accounts.store import AccountStore
from kam_sync.notify.store import ChannelStore
from kam_sync.web.deps import AllSources, Reading, Serving
from kam_sync.web.health import disk, look_inside, misspelt_variables, secret_key
from kam_sync.web.pages.told import people_of
from kam_sync.web.render import pages
from kam_sync.web.wording import variables

router = APIRouter()
installation = APIRouter()


@router.get("/settings", response_class=HTMLResponse)
def show_people(request: Request, session: Reading, sources: AllSources) -> HTMLResponse:
    """Who looks after accounts, and whether somebody tells them."""
    accounts, channels = AccountStore(session), ChannelStore(session)
    of_user, count = accounts.looked_after(), accounts.count()
    telling = {one.id: one.name for one in channels.all() if not one.is_paused}
    routes = {key: its for key, its in channels.routes().items() if key in telling}
    return pages(request).render(
        request,
        "settings.html",
        people_known=people_of(accounts.users(), of_user, sources.names, routes),
        names=telling,
        nobodys=count - sum(of_user.values()),
        has_sources=bool(sources.all),
    )


@installation.get("/settings/installation", response_class=HTMLResponse)
def show_installation(request: Request, services: Serving) -> HTMLResponse:
    """What the environment says, which release this is; how it is stands on a page of its own."""
    language = pages(request).language(request)
    return pages(request).render(
        request,
        "installation.html",
        variables=variables.of(language, services.settings),
        release=version("kam-sync"),
    )


@installation.get("/settings/health", response_class=HTMLResponse)
def show_health(request: Request, services: Serving) -> HTMLResponse:
    """What `kam-sync doctor` says; it looks at everything, so it is asked for apart."""
    language = pages(request).language(request)
    checks = [
        *misspelt_variables(language),
        secret_key(services.settings, language),
        disk(services.settings, language),
        *look_inside(services, language),
    ]
    return pages(request).render(request, "health.html", checks=checks)
