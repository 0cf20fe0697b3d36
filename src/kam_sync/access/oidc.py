"""Log-in through a company's identity provider: OpenID Connect, authorization code with PKCE.

The provider is one that ops named; nobody else chooses where we ask. What it says of somebody is
believed once the signature, the issuer, the audience, the time and the nonce of this attempt are
right.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from time import monotonic
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from kam_sync.base.errors import KamSyncError
from kam_sync.base.secrets import new_key
from kam_sync.base.settings import Settings

_PATIENCE = 10.0
_LARGEST = 1_000_000
_KEPT_FOR = 300.0
_KNOWN: dict[str, tuple[float, dict[str, Any]]] = {}
"""By issuer, when it was asked and what it said."""
_LEEWAY = 60
"""Seconds that clocks may differ."""
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""With keys of two halves: `none`, and one secret for both, prove nothing here."""


class ProviderTrouble(KamSyncError):
    """The identity provider does not say who somebody is, or says it in a way that proves nothing.

    The message is for the log: it names no token and nobody.
    """


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one log-in is known again by; it stays in the browser that began it, sealed."""

    state: str
    nonce: str
    verifier: str

    def plain(self) -> dict[str, str]:
        """As it is sealed."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Claims:
    """What the provider says of somebody."""

    subject: str
    """The provider and its own name for them, which stays when the e-mail changes."""
    email: str
    """Empty where the provider has not verified it."""
    name: str
    groups: tuple[str, ...]


class Provider:
    """The identity provider of this installation."""

    def __init__(self, settings: Settings, redirect_uri: str) -> None:
        self._settings = settings
        self._redirect_uri = redirect_uri

    def begin(self) -> tuple[str, Attempt]:
        """Where the browser goes to log in, and what this attempt is known again by."""
        attempt = Attempt(new_key(), new_key(), new_key() + new_key())
        with _client() as client:
            known = self._discover(client)
        address = prepare_grant_uri(
            known["authorization_endpoint"], self._settings.oidc_client_id, "code",
            redirect_uri=self._redirect_uri, scope="openid email profile", state=attempt.state,
            nonce=attempt.nonce, code_challenge=create_s256_code_challenge(attempt.verifier),
            code_challenge_method="S256",
        )  # fmt: skip
        return str(address), attempt

    def finish(self, code: str, attempt: Attempt) -> Claims:
        """Who it is, for the code that the browser came back with."""
        with _client() as client:
            known = self._discover(client)
            token = self._exchange(client, known, code, attempt)
            keys = _json(client.get(known["jwks_uri"]), "keys")
        claims = self._proven(token, keys, known["issuer"], attempt)
        is_verified = claims.get("email_verified") in {True, "true"}
        groups = claims.get(self._settings.oidc_role_claim) or []
        return Claims(
            subject=f"{known['issuer']} {claims['sub']}",
            email=str(claims.get("email", "")).strip().lower() if is_verified else "",
            name=str(claims.get("name", "")).replace("\x00", ""),
            groups=tuple(map(str, groups if isinstance(groups, list) else [groups])),
        )

    def _discover(self, client: httpx.Client) -> dict[str, Any]:
        """What the provider says of itself; kept for some minutes, for anybody may begin."""
        issuer, now = self._settings.oidc_issuer.rstrip("/"), monotonic()
        kept = _KNOWN.get(issuer)
        if kept is None or now - kept[0] > _KEPT_FOR:
            kept = _KNOWN[issuer] = now, self._asked_of_itself(client, issuer)
        return kept[1]

    def _asked_of_itself(self, client: httpx.Client, issuer: str) -> dict[str, Any]:
        found = _json(client.get(f"{issuer}/.well-known/openid-configuration"), "discovery")
        needed = {"issuer", "authorization_endpoint", "token_endpoint", "jwks_uri"}
        if missing := needed - found.keys():
            raise ProviderTrouble(f"discovery: it does not say {', '.join(sorted(missing))}")
        if str(found["issuer"]).rstrip("/") != issuer:
            raise ProviderTrouble("discovery: it is of another issuer")
        return found

    def _exchange(
        self, client: httpx.Client, known: Mapping[str, Any], code: str, attempt: Attempt
    ) -> str:
        """The ID token that a code is worth."""
        form = {
            "grant_type": "authorization_code", "code": code, "code_verifier": attempt.verifier,
            "redirect_uri": self._redirect_uri, "client_id": self._settings.oidc_client_id,
        }  # fmt: skip
        secret, basic = self._settings.oidc_client_secret, httpx.Auth()
        ways = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if secret is not None and "client_secret_basic" in ways:
            basic = httpx.BasicAuth(self._settings.oidc_client_id, secret.get_secret_value())
        elif secret is not None:
            form["client_secret"] = secret.get_secret_value()
        asked = client.post(known["token_endpoint"], data=form, auth=basic)
        token = _json(asked, "token").get("id_token")
        if not isinstance(token, str):
            raise ProviderTrouble("token: there is no ID token in the answer")
        return token

    def _proven(self, token: str, keys: Any, issuer: str, attempt: Attempt) -> Mapping[str, Any]:
        """The claims of an ID token that proves them."""
        client_id = self._settings.oidc_client_id
        wanted = {"iss": {"value": issuer}, "aud": {"value": client_id}}
        try:
            read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=_ALGORITHMS)
            claims = CodeIDToken(
                read.claims, read.header, wanted, {"nonce": attempt.nonce, "client_id": client_id}
            )
            claims.validate(leeway=_LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as error:
            raise ProviderTrouble(f"ID token: {type(error).__name__}") from error
        found: dict[str, Any] = dict(claims)
        return found


@contextmanager
def _client() -> Iterator[httpx.Client]:
    try:
        with httpx.Client(timeout=_PATIENCE, follow_redirects=False) as client:
            yield client
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ProviderTrouble(f"it does not answer: {type(error).__name__}") from error


def _json(answer: httpx.Response, what: str) -> dict[str, Any]:
    """What was answered, if it is that."""
    if answer.status_code != httpx.codes.OK:
        raise ProviderTrouble(f"{what}: HTTP {answer.status_code}")
    try:
        found = answer.json()
    except ValueError as error:
        raise ProviderTrouble(f"{what}: no JSON") from error
    if not isinstance(found, dict) or len(answer.content) > _LARGEST:
        raise ProviderTrouble(f"{what}: another answer than usual")
    return found
