"""A made-up amoCRM account to connect by OAuth, and the form as a person fills it in."""

from connectors.sandbox.amocrm import AmoSandbox, OAuthApp
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services

APP = OAuthApp("aaaa-1111", "s3cr3t-of-the-app", "http://testserver/oauth/amocrm/callback")
TOKENS = "/oauth2/access_token"


def typed(box: AmoSandbox, **changed: str) -> dict[str, str]:
    """The form as a person fills it in."""
    form = {"name": "sales", "kind": "amocrm", "base_url": box.url, "client_id": APP.client_id}
    secret = {"client_secret": APP.client_secret, "redirect_uri": APP.redirect_uri}
    return form | secret | changed


def states(services: Services) -> dict[str, tuple[str, str]]:
    """How each source stands, and why."""
    with services.database.transaction() as session:
        found = SourceStore(session).all()
        return {one.name: (one.state.value, one.state_reason) for one in found}


def exchanges(box: AmoSandbox) -> int:
    """How often the sandbox was asked for tokens."""
    return sum(seen.path == TOKENS for seen in box.requests)
