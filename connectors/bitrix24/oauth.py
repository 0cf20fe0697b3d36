"""Bitrix24's OAuth: codes that live half a minute, pairs that rotate, a server apart from portals.

The tokens of cloud portals are given out by a server of the maker's, one for Russia and its
neighbours and one for the rest; a portal on a host that an admin added answers for itself. The
answer tells where the portal is now. What a browser or a portal says of the server is not
followed: it would be told our secret.
"""

from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from connectors.kit.errors import ConnectorError, ErrorKind, NeedsPerson, NeedsReauth
from connectors.kit.hosts import Hosts
from connectors.kit.oauth import Grant, OAuthApp
from connectors.kit.tokens import TokenGrants, host_of, is_refusal

HOSTS = (
    "bitrix24.ru", "bitrix24.com", "bitrix24.by", "bitrix24.kz", "bitrix24.de",
    "bitrix24.eu", "bitrix24.fr", "bitrix24.it", "bitrix24.es", "bitrix24.pl",
)  # fmt: skip
_NEAR = frozenset({"bitrix24.ru", "bitrix24.by", "bitrix24.kz"})
_NEAR_SERVER, _FAR_SERVER = "https://oauth.bitrix24.tech", "https://oauth.bitrix.info"
_TOKENS = "/oauth/token/"


class BitrixGrants(TokenGrants):
    """Consent, codes and renewals. ONAPPUNINSTALL is no farewell: it is not proved by the app."""

    hosts = HOSTS
    host_param = "domain"

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:
        """Each portal has its own page; the redirect URI is the one that the app has there."""
        asked = urlencode({"client_id": app.client_id, "state": state})
        return f"{base_url.rstrip('/')}/oauth/authorize/?{asked}"

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """A code is good once, for 30 seconds."""
        try:
            return self._tokens(app, base_url, grant_type="authorization_code", code=code)
        except NeedsReauth as error:
            raise NeedsPerson(
                f"{host_of(base_url)}: Bitrix24 does not take the code: it is good once, for 30 "
                "seconds, with the very client id and secret of the app; allow once more",
                kind=ErrorKind.CODE_REFUSED,
            ) from error

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        """The next pair; a portal that was renamed is at another address then."""
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return self._tokens(app, grant.base_url, **asked)

    def _tokens(self, app: OAuthApp, base_url: str, **asked: str) -> Grant:
        ours = {"client_id": app.client_id, "client_secret": app.client_secret}
        server = token_server(self._hosts, base_url)
        with closing(self._open(server, special=_refusal)) as http:
            answer = http.get(_TOKENS, [*ours.items(), *asked.items()])
        grant = self._granted(base_url, answer)
        host = host_of(str(answer.data.get("client_endpoint") or ""))
        return replace(grant, base_url=self._hosts.beside(base_url, host)) if host else grant


def token_server(hosts: Hosts, base_url: str) -> str:
    """Who gives out tokens for a portal."""
    family = hosts.family(base_url)
    if family is None:
        return base_url
    return _NEAR_SERVER if family in _NEAR else _FAR_SERVER


def _refusal(status: int, data: Any) -> ConnectorError | None:
    """Every refusal is final, also those that come with 200; what fails is for later."""
    code = str(data.get("error", "")).lower() if isinstance(data, dict) else ""
    if code == "payment_required":
        return NeedsPerson("the portal is not paid for apps", kind=ErrorKind.NOT_PAID)
    if (code and status < 500) or is_refusal(status):
        said = f"Bitrix24 no longer gives us access ({code or status}); a person has to allow "
        return NeedsReauth(f"{said}kam_sync in Bitrix24 anew", kind=ErrorKind.ACCESS_ENDED)
    return None
