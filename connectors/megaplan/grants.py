"""Megaplan's tokens for a user name and a password: a pair that rotates with each renewal.

Nobody consents on a page: the password takes the place of the code, and the person that of the app
(`OAuthApp.of_person`). A refresh token is good once; its second use is refused. Errors stand at the
top of the answer, not in `meta`.
"""

from collections.abc import Mapping
from contextlib import closing

from connectors.kit.errors import ErrorKind, NeedsPerson, NeedsReauth, NoRights
from connectors.kit.oauth import Grant, OAuthApp, Returned
from connectors.kit.tokens import TokenGrants, host_of

_TOKENS = "/api/v3/auth/access_token"


class MegaplanGrants(TokenGrants):
    """Passwords and renewals. Megaplan tells of no farewell."""

    hosts = ("megaplan.ru",)
    lasts = 172_800
    by_password = True

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:  # noqa: ARG002 - the protocol's
        """There is no page of consent."""
        return ""

    def read_return(self, params: Mapping[str, str]) -> Returned:  # noqa: ARG002 - the protocol's
        """No browser comes back, so that none is believed."""
        return Returned("", is_refused=True)

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """The first pair for a password."""
        asked = {"grant_type": "password", "username": app.client_id, "password": code}
        try:
            return self._tokens(base_url, asked)
        except (NeedsReauth, NoRights) as error:
            raise NeedsPerson(
                f"{host_of(base_url)}: Megaplan does not know this user name with this password",
                kind=ErrorKind.TOKEN_REFUSED,
            ) from error

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:  # noqa: ARG002 - the protocol's
        """The next pair; a refusal is final."""
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        try:
            return self._tokens(grant.base_url, asked)
        except (NeedsReauth, NoRights) as error:
            raise NeedsReauth(
                f"{host_of(grant.base_url)}: Megaplan no longer renews our access; "
                "give the password anew",
                kind=ErrorKind.ACCESS_ENDED,
            ) from error

    def _tokens(self, base_url: str, asked: Mapping[str, str]) -> Grant:
        with closing(self._open(self._hosts.admit(base_url))) as http:
            return self._granted(base_url, http.send("POST", _TOKENS, dict(asked), as_form=True))
