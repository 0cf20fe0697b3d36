"""Signs messages as Standard Webhooks asks: HMAC-SHA256 over id, time and body."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from secrets import token_bytes

_PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret for a target."""
    return _PREFIX + b64encode(token_bytes(_BYTES)).decode()


def signed(message_id: str, body: bytes, secrets: Iterable[str], now: datetime) -> dict[str, str]:
    """The headers of a message; each secret signs, so that one may be changed for another."""
    second = str(int(now.timestamp()))
    text = b".".join((message_id.encode(), second.encode(), body))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": second,
        "webhook-signature": " ".join(_signature(secret, text) for secret in secrets),
    }


def _signature(secret: str, text: bytes) -> str:
    key = b64decode(secret.removeprefix(_PREFIX))
    return "v1," + b64encode(hmac.digest(key, text, sha256)).decode()
