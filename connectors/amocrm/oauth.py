"""amoCRM's OAuth: codes, pairs that rotate with every renewal, accounts that move, farewells.

The token endpoint is on the account's own host. A refresh token is good once: an answer that is
lost may have used it up, and whether amoCRM then takes it again is not documented. Every refusal
is final; asking again and again ends in a ban. Texts are localised and never decided upon.
"""

import hmac
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from connectors.kit.auth import Proof
from connectors.kit.errors import (
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    NoRights,
    Refused,
    RetryLater,
)
from connectors.kit.oauth import Grant, OAuthApp, claims
from connectors.kit.tokens import TokenGrants, host_of, insist, is_refusal

_TOKENS = "/oauth2/access_token"
_WHERE = "/oauth2/account/current/subdomain"


class AmoGrants(TokenGrants):
    """Consent, codes and renewals."""

    hosts = ("amocrm.ru", "amocrm.com", "kommo.com")
    per_second = 6.0
    lasts = 86_400
    host_param = "referer"

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:
        """The consent page is one for all accounts; there a person chooses which one."""
        family = self._hosts.family(base_url)
        door = f"https://www.{family}" if family else base_url
        asked = {"client_id": app.client_id, "state": state, "mode": "popup"}
        return f"{door}/oauth?{urlencode(asked)}"

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """A code is good once, for 20 minutes."""
        try:
            return self._tokens(app, base_url, grant_type="authorization_code", code=code)
        except (NeedsReauth, NoRights) as error:
            raise NeedsPerson(
                f"{host_of(base_url)}: amoCRM does not take the code{_hint(error)}: it is good "
                "once, for 20 minutes, with the very client id, secret and redirect URI of the "
                "integration; allow once more",
                kind=ErrorKind.CODE_REFUSED,
            ) from error

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        """The next pair; where the account has moved, from its new address."""
        try:
            return self._renewed(app, grant)
        except NeedsReauth:
            moved = self._where_now(grant)
            if moved in {None, grant.base_url}:
                raise
            return self._renewed(app, replace(grant, base_url=moved or grant.base_url))

    def read_disconnect(self, app: OAuthApp, params: Mapping[str, str]) -> str | None:
        """The documents call the parameter `client_uuid`, and once `client_id`."""
        account = params.get("account_id", "")
        client = params.get("client_uuid") or params.get("client_id", "")
        said = f"{app.client_id}|{account}".encode()
        expected = hmac.new(app.client_secret.encode(), said, "sha256").hexdigest()
        given = params.get("signature", "").lower()
        if client != app.client_id or not hmac.compare_digest(expected.encode(), given.encode()):
            return None
        return account

    def _renewed(self, app: OAuthApp, grant: Grant) -> Grant:
        """The same refresh token again after a lost answer: a few times, never for ever."""
        asked = {"grant_type": "refresh_token", "refresh_token": grant.refresh_token}
        return insist(lambda: self._final(app, grant.base_url, asked))

    def _final(self, app: OAuthApp, base_url: str, asked: Mapping[str, str]) -> Grant:
        """One try; each refusal is final, whatever its status and words."""
        try:
            return self._tokens(app, base_url, **asked)
        except RetryLater as error:
            if not is_refusal(error.status):
                raise
            raise _refused(base_url, error) from error
        except (NeedsReauth, NoRights) as error:
            raise _refused(base_url, error) from error

    def _tokens(self, app: OAuthApp, base_url: str, **asked: str) -> Grant:
        ours = {
            "client_id": app.client_id,
            "client_secret": app.client_secret,
            "redirect_uri": app.redirect_uri,
        }
        with closing(self._open(base_url)) as http:
            answer = http.send("POST", _TOKENS, {**ours, **asked})
        return self._granted(base_url, answer)

    def _where_now(self, grant: Grant) -> str | None:
        """Where the account of a grant lives now; None when nobody will say."""
        doors = [str(claims(grant.access_token).get("api_domain", "")), host_of(grant.base_url)]
        proof, trouble = Proof({"X-Refresh-Token": grant.refresh_token}), None
        for host in dict.fromkeys(doors):
            try:
                door = self._hosts.beside(grant.base_url, host)
                with closing(self._open(door, proof)) as http:
                    found: Any = http.get(_WHERE).data
                return self._hosts.beside(grant.base_url, str(found["domain"]))
            except RetryLater as error:
                trouble = error
            except (NeedsPerson, KeyError, TypeError):
                continue
        if trouble is not None:
            raise trouble
        return None


def _refused(base_url: str, error: Exception) -> NeedsReauth:
    return NeedsReauth(
        f"{host_of(base_url)}: amoCRM no longer renews our access{_hint(error)}; "
        "a person has to allow kam_sync in amoCRM anew",
        kind=ErrorKind.ACCESS_ENDED,
    )


def _hint(error: Exception) -> str:
    """amoCRM's own word for what is wrong, for people alone."""
    data = error.data if isinstance(error, Refused) else None
    hint = data.get("hint") if isinstance(data, dict) else None
    return f" ({hint[:80]})" if isinstance(hint, str) and hint else ""
