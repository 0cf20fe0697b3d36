"""How a profile proves who we are: at once, or by signing in first."""

from collections.abc import Mapping
from typing import Any

import orjson

from connectors.kit import auth
from connectors.kit.answers import Answer
from connectors.kit.auth import Proof
from connectors.kit.errors import ErrorKind, NeedsReauth, NoRights
from connectors.kit.http import CrmHttp
from connectors.kit.readers import getter
from connectors.profiled.model import Profile
from connectors.profiled.parts import BasicAuth, ClientAuth, HeaderAuth, LoginAuth, NoAuth
from connectors.profiled.placeholders import unlock

Secrets = Mapping[str, str]


def secrets_of(token: str) -> dict[str, str]:
    """The secrets by name: those of an object in JSON, or the one that is called `token`."""
    if token.lstrip().startswith("{"):
        try:
            found = orjson.loads(token)
        except orjson.JSONDecodeError:
            found = None
        if isinstance(found, dict):
            return {str(name): str(secret) for name, secret in found.items()}
    return {"token": token} if token else {}


def at_once(profile: Profile, secrets: Secrets) -> Proof | None:
    """The proof, where nobody has to be asked for it; None where we have to sign in."""
    match profile.auth:
        case NoAuth():
            return Proof()
        case HeaderAuth(kind=kind, header=header, before=before, value=value):
            said = "Bearer " if kind == "bearer" else before
            return auth.header(header, said, unlock(value, secrets))
        case BasicAuth(user=user, password=password):
            return auth.basic(f"{unlock(user, secrets)}:{unlock(password, secrets)}")
        case LoginAuth() | ClientAuth():
            return None


def sign_in(profile: Profile, secrets: Secrets, http: CrmHttp) -> Proof:
    """The proof that the CRM gives for our secrets. Raises what `http` does, and NeedsReauth."""
    way = profile.auth
    if not isinstance(way, LoginAuth | ClientAuth):
        raise TypeError(f"nobody signs in by {way.kind}")
    try:
        answer = _asked(way, secrets, http)
    except (NeedsReauth, NoRights) as error:
        raise NeedsReauth(
            f"{http.host}: signing in at {way.path} is refused; look at the secrets, and at auth "
            "in the profile",
            kind=ErrorKind.TOKEN_REFUSED,
        ) from error
    token = _token(answer.data, way.token_at)
    if not token:
        raise NeedsReauth(
            f"signing in: the answer has no token at {way.token_at}",
            kind=ErrorKind.TOKEN_REFUSED,
        )
    return auth.header(way.header, way.before, token)


def _asked(way: LoginAuth | ClientAuth, secrets: Secrets, http: CrmHttp) -> Answer:
    """What is answered to our secrets."""
    match way:
        case LoginAuth():
            body = unlock(way.body, secrets)
            by_form = way.kind == "form_login"
            return http.ask_by_form(way.path, body) if by_form else http.ask(way.path, body)
        case ClientAuth():
            return http.ask_by_form(way.path, _client(way, secrets))


def _client(way: ClientAuth, secrets: Secrets) -> dict[str, str]:
    scope = {} if way.scope is None else {"scope": way.scope}
    return {
        "grant_type": "client_credentials",
        "client_id": unlock(way.client_id, secrets),
        "client_secret": unlock(way.client_secret, secrets),
        **scope,
    }


def _token(data: Any, place: str) -> str:
    found = getter([place])(data) if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""
