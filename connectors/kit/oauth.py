"""Access by OAuth 2.0: an app of ours, a person's consent, and the grant that comes of it."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import orjson


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """Our integration as it is registered with the CRM; the redirect URI counts byte for byte."""

    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str

    @classmethod
    def of_person(cls, username: str) -> "OAuthApp":
        """Who signs in with a password, where a CRM takes that in the place of an app's code."""
        return cls(username, "none", "http://localhost")


@dataclass(frozen=True, slots=True)
class Grant:
    """What a consent is worth now. A renewal gives another one and mostly kills this."""

    base_url: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    ends_at: datetime
    """When the access token ends."""


@dataclass(frozen=True, slots=True)
class Returned:
    """What a browser brings back from the CRM's consent page. Nobody vouches for any of it."""

    state: str
    code: str = field(default="", repr=False)
    host: str = ""
    """The host of the account that a person chose."""
    client_id: str = ""
    is_refused: bool = False


class Grants(Protocol):
    """Capability of a kind of CRM, asked without opening an account: access by OAuth."""

    hosts: tuple[str, ...]
    """The domains that its accounts live under, see `kit.hosts`."""

    def consent_url(self, app: OAuthApp, base_url: str, state: str) -> str:
        """Where a person allows our app."""

    def read_return(self, params: Mapping[str, str]) -> Returned:
        """The parameters with which a browser comes back."""

    def exchange(self, app: OAuthApp, base_url: str, code: str) -> Grant:
        """A code for its first grant. Raises NeedsPerson, RetryLater."""

    def refresh(self, app: OAuthApp, grant: Grant) -> Grant:
        """The next grant, perhaps at another address: an account can be renamed.

        Raises:
            NeedsReauth: the CRM will not renew it, now or later.
            RetryLater: unknown; keep the grant as it is and try it again.
            NeedsPerson: shut out, not paid; do not try before a person has acted.
        """

    def read_disconnect(self, app: OAuthApp, params: Mapping[str, str]) -> str | None:
        """The account that was disconnected, or None when the notice is not proved."""


def claims(token: str) -> Mapping[str, Any]:
    """What a JWT says of itself, unchecked: good to show and to look up, not to trust."""
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        found = orjson.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def ends_at(token: str) -> datetime | None:
    """When a token says that it ends; None when it does not say."""
    said = claims(token).get("exp")
    try:
        return datetime.fromtimestamp(float(said), UTC) if said else None
    except (TypeError, ValueError, OverflowError, OSError):
        return None
