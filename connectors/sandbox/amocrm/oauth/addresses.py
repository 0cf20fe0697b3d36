"""The OAuth addresses of amoCRM: consent, tokens, and where the account lives now."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import ACCOUNT
from connectors.sandbox.amocrm.answers import problem, unknown
from connectors.sandbox.amocrm.oauth.consent import consent_page, with_query
from connectors.sandbox.amocrm.oauth.grants import REVOKED, Grants, Pair, Refused
from connectors.sandbox.amocrm.oauth.jwt import access_token
from connectors.sandbox.http import LOST, Request, Response

_TEXTS = {
    "ru": ("Некорректный запрос", "В запросе отсутствует ряд параметров или параметры невалидны"),
    "en": ("Invalid request", "The request is missing parameters, or parameters are invalid"),
}
_UNAUTHORISED = frozenset({REVOKED, "Cannot decrypt the refresh token", "Invalid refresh token"})
"""Hints that come with 401; all others come with 400."""


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """An integration as it was registered; the redirect address is compared byte for byte."""

    client_id: str = "11111111-2222-4333-8444-555555555555"
    client_secret: str = "sandbox-client-secret"
    redirect_uri: str = "http://127.0.0.1:8000/oauth/amocrm/callback"


class OAuth(Grants):
    """One integration in one account: `box.oauth`. What is public may be set at any time."""

    def __init__(
        self, app: OAuthApp, user: int, host: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        super().__init__(self._jwt, clock)
        self.app = app
        self.lose_next_answer = False
        """The next token answer is lost on its way: the pair has changed, nobody knows it."""
        self.server_time = True
        """Whether token answers carry `server_time`; old accounts have none."""
        self.language = "ru"
        self.api_domain = ""
        """What tokens name as the domain of the API; by default the first host of the account,
        which goes on answering whatever the account is called later."""
        self._user = user
        self._host = host
        self._renamed: str | None = None

    # What tests do, beside what grants can do.

    @property
    def domain(self) -> str:
        """Where the account lives now, with its port."""
        return self._renamed or self._host()

    def rename(self, host: str = "") -> str:
        """Move the account to another name, by default `localhost` with the same port."""
        self._renamed = host or f"localhost:{self._host().rpartition(':')[2]}"
        return self._renamed

    def disconnect_notice(self) -> dict[str, str]:
        """The parameters with which amoCRM tells that the integration was switched off."""
        told = f"{self.app.client_id}|{ACCOUNT}".encode()
        return {
            "account_id": str(ACCOUNT),
            "client_uuid": self.app.client_id,
            "signature": hmac.new(self.app.client_secret.encode(), told, "sha256").hexdigest(),
        }

    def redirect(self, state: str) -> str:
        """Where the browser goes after consent, with a fresh code."""
        return self._back(state, {"code": self.code()})

    def refusal(self, state: str) -> str:
        """Where it goes after a refusal."""
        return self._back(state, {"error": "access_denied"})

    def _jwt(self, issued_at: float, expires_at: float) -> str:
        domain = self.api_domain or self._host()
        return access_token(
            self.app.client_id, self._user, domain, issued_at=issued_at, expires_at=expires_at
        )

    # What it answers.

    def is_at_home(self, request: Request) -> bool:
        """Whether the request goes to the name that the account has now."""
        return self._renamed is None or request.headers.get("host") == self._renamed

    def answer(self, request: Request) -> Response:
        """The addresses under /oauth and /oauth2."""
        match request.method, request.path.rstrip("/"):
            case "GET", "/oauth":
                return self._consent(dict(request.query))
            case "POST", "/oauth2/access_token" if self.is_at_home(request):
                return self._token(_fields(request.body))
            case "GET", "/oauth2/account/current/subdomain":
                return self._subdomain(request.headers.get("x-refresh-token", ""))
            case _:
                return unknown(request)

    def _consent(self, query: Mapping[str, str]) -> Response:
        client, state = self.app.client_id, query.get("state", "")
        if query.get("client_id") != client:
            return http.html(400, "Integration not found")
        return consent_page(client, self.domain, self.redirect(state), self.refusal(state))

    def _back(self, state: str, result: Mapping[str, str]) -> str:
        about = {"referer": self.domain, "state": state, "client_id": self.app.client_id}
        return with_query(self.app.redirect_uri, {**result, **about, "platform": "1"})

    def _subdomain(self, refresh: str) -> Response:
        if not self.knows(refresh):
            return problem(401, "Неверный логин или пароль")
        name = self.domain.partition(":")[0].partition(".")[0]
        found = {"id": ACCOUNT, "subdomain": name, "domain": self.domain, "top_level_domain": "ru"}
        return http.json(found)

    def _token(self, asked: Mapping[str, Any]) -> Response:
        is_lost, self.lose_next_answer = self.lose_next_answer, False
        try:
            pair = self._granted(asked, is_lost=is_lost)
        except Refused as error:
            return self._refusal(str(error))
        if is_lost:
            return LOST
        body: dict[str, Any] = {"token_type": "Bearer", "expires_in": int(self.lifetime)}
        if self.server_time:
            body["server_time"] = int(self.clock())
        return http.json(body | {"access_token": pair.access, "refresh_token": pair.refresh})

    def _granted(self, asked: Mapping[str, Any], *, is_lost: bool) -> Pair:
        for name in ("client_id", "client_secret"):
            if asked.get(name) != getattr(self.app, name):
                raise Refused(f"Check the `{name}` parameter")
        if asked.get("redirect_uri") != self.app.redirect_uri:
            raise Refused("Redirect URI is not associated with client")
        match asked.get("grant_type"):
            case "authorization_code":
                return self.exchange(str(asked.get("code")))
            case "refresh_token":
                return self.refresh(str(asked.get("refresh_token")), is_lost=is_lost)
            case _:
                raise Refused("Check the `grant_type` parameter")

    def _refusal(self, hint: str) -> Response:
        status = 401 if hint in _UNAUTHORISED else 400
        title, detail = _TEXTS[self.language]
        body = {
            "hint": hint,
            "title": title,
            "type": "https://developers.amocrm.ru/v3/errors/OAuthProblemJson",
            "status": status,
            "detail": detail,
        }
        return http.json(body, status)


def _fields(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {}
