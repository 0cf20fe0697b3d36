"""Tokens in the shape of amoCRM: a JWT that nobody can check, and long opaque texts."""

import secrets
from base64 import urlsafe_b64encode
from typing import Any

import orjson

from connectors.sandbox.amocrm.account import ACCOUNT

_SCOPES = ("crm", "files", "files_delete", "notifications", "push_notifications")


def access_token(
    client_id: str, user: int, api_domain: str, *, issued_at: float, expires_at: float
) -> str:
    """Three parts of base64url; only `api_domain` is a documented name, the others are likely."""
    payload = {
        "aud": client_id,
        "jti": secrets.token_hex(32),
        "iat": int(issued_at),
        "nbf": int(issued_at),
        "exp": int(expires_at),
        "sub": str(user),
        "grant_type": "",
        "account_id": ACCOUNT,
        "base_domain": "amocrm.ru",
        "version": 2,
        "scopes": list(_SCOPES),
        "api_domain": api_domain,
    }
    head = _part({"typ": "JWT", "alg": "RS256", "jti": payload["jti"]})
    return f"{head}.{_part(payload)}.{secrets.token_urlsafe(256)}"


def opaque() -> str:
    """A code or a refresh token: long, without a meaning, beginning as theirs do."""
    return f"def50200{secrets.token_hex(320)}"


def _part(data: dict[str, Any]) -> str:
    return urlsafe_b64encode(orjson.dumps(data)).rstrip(b"=").decode()
