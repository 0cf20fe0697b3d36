"""Who may come in: the secret of a webhook, or an app's tokens, which rotate with each renewal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any
from urllib.parse import urlencode

from connectors.sandbox import http
from connectors.sandbox.bitrix24.answers import Trouble
from connectors.sandbox.bitrix24.events import MEMBER
from connectors.sandbox.http import Request, Response

_CODE_LASTS, _TOKEN_LASTS = 30, 3_600


@dataclass(frozen=True, slots=True)
class App:
    """An app that is registered with the portal."""

    client_id: str = "local.5c8bb1b0891cf2.87252039"
    client_secret: str = "made-up-secret"
    redirect_uri: str = "http://127.0.0.1:8000/oauth/bitrix24/callback"


@dataclass(slots=True)
class Access:
    """The tokens of one app in one portal."""

    app: App
    url: Callable[[], str]
    clock: Callable[[], float]
    codes: dict[str, float] = field(default_factory=dict)
    tokens: dict[str, float] = field(default_factory=dict)
    refresh_tokens: set[str] = field(default_factory=set)
    paid: bool = True

    def code(self) -> str:
        """A code, as if an administrator had just agreed."""
        code = token_hex(16)
        self.codes[code] = self.clock() + _CODE_LASTS
        return code

    def token(self) -> str:
        """An access token, as if the app had just been renewed."""
        token = token_hex(20)
        self.tokens[token] = self.clock() + _TOKEN_LASTS
        return token

    def expire(self) -> None:
        """Every access token is too old from now on."""
        self.tokens = dict.fromkeys(self.tokens, 0.0)

    def admit(self, token: Any) -> None:
        """Let an access token in, or say what is wrong with it."""
        until = self.tokens.get(str(token))
        if until is None:
            raise Trouble(401, "NO_AUTH_FOUND", "Wrong authorization data")
        if self.clock() >= until:
            raise Trouble(401, "expired_token", "The access token provided has expired.")

    def answer(self, request: Request) -> Response:
        """The page of consent, where somebody always agrees, and the endpoint of tokens."""
        asked = dict(request.query)
        if request.path.rstrip("/") == "/oauth/authorize":
            back = {"code": self.code(), "state": asked.get("state", ""), "member_id": MEMBER}
            back |= {"domain": self.url().partition("://")[2], "scope": "crm"}
            where = f"{self.app.redirect_uri}?{urlencode(back)}"
            return Response(302, headers=(("Location", where),))
        try:
            return http.json(self._tokens(asked))
        except Trouble as trouble:
            return trouble.response()

    def _tokens(self, asked: dict[str, str]) -> dict[str, Any]:
        if not self.paid:
            raise Trouble(400, "PAYMENT_REQUIRED", "Payment required")
        ours = (self.app.client_id, self.app.client_secret)
        if (asked.get("client_id"), asked.get("client_secret")) != ours:
            raise Trouble(401, "invalid_client", "Client is wrong")
        if asked.get("grant_type") == "authorization_code":
            if self.clock() >= self.codes.pop(asked.get("code", ""), 0.0):
                raise Trouble(400, "invalid_grant", "The code is wrong or too old")
        elif asked.get("refresh_token") not in self.refresh_tokens:
            raise Trouble(400, "invalid_grant", "The refresh token is wrong")
        self.refresh_tokens.discard(asked.get("refresh_token", ""))
        access, refresh = self.token(), token_hex(20)
        self.refresh_tokens.add(refresh)
        return {
            "access_token": access, "refresh_token": refresh, "expires_in": _TOKEN_LASTS,
            "expires": int(self.clock()) + _TOKEN_LASTS, "scope": "app",
            "domain": "oauth.bitrix.info", "server_endpoint": "https://oauth.bitrix.info/rest/",
            "client_endpoint": f"{self.url()}/rest/", "member_id": MEMBER, "status": "L",
            "user_id": 1,
        }  # fmt: skip
