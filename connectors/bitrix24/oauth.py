"""Bitrix24's OAuth: codes that live half a minute, pairs that rotate, a server apart from portals.

The tokens of cloud portals are given out by a server of the maker's, one for Russia and its
neighbours and one for the rest; a portal on a host that an admin added answers for itself. The
answer tells where the portal is now. What a browser or a portal says of the server is not
followed: it would be told our secret.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, Field, ValidationError

from connectors.kit.answers import Answer
from connectors.kit.auth import Proof
from connectors.kit.contract import Turns
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    RetryLater,
)
from connectors.kit.hosts import Hosts
from connectors.kit.http import CrmHttp
from connectors.kit.oauth import Grant, OAuthApp, Return
from connectors.kit.pace import Pace

HOSTS = (
    "bitrix24.ru", "bitrix24.com", "bitrix24.by", "bitrix24.kz", "bitrix24.de",
    "bitrix24.eu", "bitrix24.fr", "bitrix24.it", "bitrix24.es", "bitrix24.pl",
)  # fmt: skip
_NEAR = frozenset({"bitrix24.ru", "bitrix24.by", "bitrix24.kz"})
_NEAR_SERVER, _FAR_SERVER = "https://oauth.bitrix24.tech", "https://oauth.bitrix.info"
_PER_SECOND = 2.0
_TOKENS = "/oauth/token/"
_LATER = frozenset({408, 429, 499})

_Text = Annotated[str, Field(min_length=1)]


class _Pair(BaseModel):
    """The server's answer; its `domain` is the server's own."""

    access_token: _Text
    refresh_token: _Text
    expires_in: int = 3_600
    client_endpoint: str = ""


class BitrixGrants:
    """Consent, codes and renewals."""

    hosts = HOSTS

    def __init__(self, hosts: Hosts, turns: Callable[[float], Turns] | None = None) -> None:
        self._hosts = hosts
        self._turns = turns(_PER_SECOND) if turns else Pace(0)

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:
        """Each portal has its own page; the redirect URI is the one that the app has there."""
        asked = urlencode({"client_id": app.client_id, "state": state})
        return f"{base_url.rstrip('/')}/oauth/authorize/?{asked}"

    def read_return(self, params: Mapping[str, str]) -> Return:
        """`domain` is the portal's host, and whoever made the link may have written it."""
        return Return(
            state=params.get("state", ""),
            code=params.get("code", ""),
            host=params.get("domain", ""),
            is_refused="error" in params,
        )

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """A code is good once, for 30 seconds."""
        try:
            return self._tokens(app, base_url, grant_type="authorization_code", code=code)
        except NeedsReauth as error:
            raise NeedsPerson(
                f"{_host(base_url)}: Bitrix24 does not take the code: it is good once, for 30 "
                "seconds, with the very client id and secret of the app; allow once more",
                kind=ErrorKind.CODE_REFUSED,
            ) from error

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        """The next pair; a portal that was renamed is at another address then."""
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return self._tokens(app, grant.base_url, **asked)

    def read_disconnect(self, app: OAuthApp, params: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the protocol's
        """Never: ONAPPUNINSTALL is proved by the application token alone, which is not the app's.

        That access has ended shows at the next renewal.
        """
        return None

    def _tokens(self, app: OAuthApp, base_url: str, **asked: str) -> Grant:
        ours = {"client_id": app.client_id, "client_secret": app.client_secret}
        server = token_server(self._hosts, base_url)
        http = CrmHttp(server, proof=Proof(), turns=self._turns, special=_refusal, tries=1)
        with closing(http):
            answer = http.get(_TOKENS, [*ours.items(), *asked.items()])
        return self._grant(base_url, answer)

    def _grant(self, base_url: str, answer: Answer) -> Grant:
        try:
            pair = _Pair.model_validate(answer.data)
        except ValidationError:  # its text would hold the tokens
            said = f"{_host(base_url)}: the answer holds no pair of tokens"
            raise RetryLater(said, is_unsure=True, kind=ErrorKind.UNREADABLE) from None
        host = _host(pair.client_endpoint)
        where = self._hosts.beside(base_url, host) if host else base_url
        ends_at = answer.at + timedelta(seconds=pair.expires_in)
        return Grant(where, pair.access_token, pair.refresh_token, ends_at)


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
    is_refused = 400 <= status < 500 and status not in _LATER
    if (code and status < 500) or is_refused:
        said = f"Bitrix24 no longer gives us access ({code or status}); a person has to allow "
        return NeedsReauth(f"{said}kam_sync in Bitrix24 anew", kind=ErrorKind.ACCESS_ENDED)
    return None


def _host(base_url: str) -> str:
    return urlsplit(base_url).netloc
