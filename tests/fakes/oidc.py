"""A small identity provider over real HTTP, which can also say what proves nothing."""

import base64
import json
import threading
from collections.abc import Callable
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from time import time
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT = "kam"
SECRET = "a secret of the tests"


class FakeProvider:
    """`with FakeProvider() as provider`: set `claims`, `header` or `sign` to what it shall say."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "1"})
        self.claims: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self._asked: dict[str, dict[str, str]] = {}

    def __enter__(self) -> Self:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def authorize(self, address: str) -> str:
        """What a person does there: the path and query that the browser comes back with."""
        asked = {key: values[0] for key, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        self._asked["a code"] = asked
        return f"{urlsplit(asked['redirect_uri']).path}?code=a+code&state={asked['state']}"

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        parts = [_encoded(json.dumps(part).encode()) for part in ({"alg": "none"}, claims)]
        return ".".join([*parts, ""])

    def signed_by_the_client(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])

    def signed_by_another(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "1"}, claims, RSAKey.generate_key(2048))

    def answer(self, path: str, form: dict[str, str], basic: str) -> tuple[int, Any]:
        """The status and the document of a request."""
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
                "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
            }  # fmt: skip
        if path == "/keys":
            return 200, {"keys": [self.key.as_dict(private=False)]}
        asked = self._asked.pop(form.get("code", ""), None)  # a code is good once
        proof = _encoded(sha256(form.get("code_verifier", "").encode()).digest())
        if asked is None or proof != asked["code_challenge"] or basic != f"{CLIENT}:{SECRET}":
            return 400, {"error": "invalid_grant"}
        claims = {
            "iss": self.issuer, "aud": CLIENT, "sub": "7", "nonce": asked["nonce"],
            "iat": int(time()), "exp": int(time()) + 300, **self.claims,
        }  # fmt: skip
        return 200, {"access_token": "x", "token_type": "Bearer", "id_token": self.sign(claims)}


def _encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _handler(provider: FakeProvider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say({})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._say({key: values[0] for key, values in parse_qs(body).items()})

        def _say(self, form: dict[str, str]) -> None:
            shown = self.headers.get("Authorization", "").removeprefix("Basic ")
            basic = base64.b64decode(shown).decode()
            status, document = provider.answer(urlsplit(self.path).path, form, basic)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(document).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler
