"""Megaplan's tokens for a user name and a password: a pair that rotates with each renewal.

Nobody consents on a page: the password takes the place of the code, and the person that of the app
(`OAuthApp.of_person`). A refresh token is good once; its second use is refused. Errors stand at the
top of the answer, not in `meta`.
"""

from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from connectors.kit.auth import Proof
from connectors.kit.contract import Turns
from connectors.kit.errors import ErrorKind, NeedsPerson, NeedsReauth, NoRights, RetryLater
from connectors.kit.hosts import Hosts
from connectors.kit.http import CrmHttp
from connectors.kit.oauth import Grant, OAuthApp, Return
from connectors.kit.pace import Pace

_TOKENS = "/api/v3/auth/access_token"
_PER_SECOND = 2.0
_Text = Annotated[str, Field(min_length=1)]


class _Pair(BaseModel):
    access_token: _Text
    refresh_token: _Text
    expires_in: int = Field(default=172_800, ge=0, le=10**9)


class MegaplanGrants:
    """Passwords and renewals; secrets are sent to the hosts of the allow-list alone."""

    hosts = ("megaplan.ru",)
    by_password = True

    def __init__(self, hosts: Hosts, turns: Callable[[float], Turns] | None = None) -> None:
        self._hosts = hosts
        self._turns = turns(_PER_SECOND) if turns else Pace(0)

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:  # noqa: ARG002 - the protocol's
        """There is no page of consent."""
        return ""

    def read_return(self, params: Mapping[str, str]) -> Return:  # noqa: ARG002 - the protocol's
        """No browser comes back, so that none is believed."""
        return Return("", is_refused=True)

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """The first pair for a password."""
        asked = {"grant_type": "password", "username": app.client_id, "password": code}
        try:
            return self._tokens(base_url, asked)
        except (NeedsReauth, NoRights) as error:
            raise NeedsPerson(
                f"{urlsplit(base_url).netloc}: Megaplan does not know this user name with this "
                "password",
                kind=ErrorKind.TOKEN_REFUSED,
            ) from error

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:  # noqa: ARG002 - the protocol's
        """The next pair; a refusal is final."""
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        try:
            return self._tokens(grant.base_url, asked)
        except (NeedsReauth, NoRights) as error:
            raise NeedsReauth(
                f"{urlsplit(grant.base_url).netloc}: Megaplan no longer renews our access; "
                "give the password anew",
                kind=ErrorKind.ACCESS_ENDED,
            ) from error

    def read_disconnect(self, app: OAuthApp, params: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the protocol's
        """Megaplan tells of no farewell."""
        return None

    def _tokens(self, base_url: str, asked: Mapping[str, str]) -> Grant:
        door = self._hosts.admit(base_url)
        with closing(CrmHttp(door, proof=Proof(), turns=self._turns, tries=1)) as http:
            answer = http.send("POST", _TOKENS, dict(asked), as_form=True)
        try:
            pair = _Pair.model_validate(answer.data)
        except ValidationError:  # its text would hold the tokens
            said = f"{urlsplit(base_url).netloc}: the answer holds no pair of tokens"
            raise RetryLater(said, is_unsure=True, kind=ErrorKind.UNREADABLE) from None
        ends_at = answer.at + timedelta(seconds=pair.expires_in)
        return Grant(base_url, pair.access_token, pair.refresh_token, ends_at)
