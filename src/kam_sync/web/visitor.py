"""From where somebody asks, how the audit names them, and where they set a password."""

from fastapi import Request

from kam_sync.access.entering import Browser
from kam_sync.access.model import Actor, Identity
from kam_sync.web.gate import LOGIN, cookie_name
from kam_sync.wiring import Services

LINK = f"{LOGIN}/link"
"""Where the links lead that set a password."""


def browser_of(request: Request) -> Browser:
    """From where somebody asks."""
    address = request.client.host if request.client is not None else ""
    token = request.cookies.get(cookie_name(request), "")
    return Browser(request.headers.get("user-agent", ""), address, token)


def actor_of(request: Request, who: Identity) -> Actor:
    """Who does it, as the audit names them."""
    return Actor(who.called or who.id, browser_of(request).address)


def link_to(request: Request, services: Services, token: str) -> str:
    """The address where a password is set."""
    return f"{base_of(request, services)}{LINK}/{token}"


def base_of(request: Request, services: Services) -> str:
    """The address that people reach us by."""
    return str(services.settings.public_url or request.base_url).rstrip("/")
