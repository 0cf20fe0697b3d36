"""What grants by OAuth have in common, whatever the CRM: a pace, and pairs of tokens."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import BaseModel, Field, ValidationError

from connectors.kit import pace
from connectors.kit.answers import Answer, Special
from connectors.kit.auth import Proof
from connectors.kit.contract import Turns
from connectors.kit.errors import ErrorKind, RetryLater
from connectors.kit.hosts import Hosts
from connectors.kit.http import CrmHttp
from connectors.kit.oauth import Grant, OAuthApp, Returned

_TRIES = 3
_LATER = frozenset({408, 429, 499})
_Text = Annotated[str, Field(min_length=1)]


class _Pair(BaseModel):
    access_token: _Text
    refresh_token: _Text
    expires_in: int | None = Field(default=None, ge=0, le=10**9)


class TokenGrants:
    """Half of `kit.oauth.Grants`; secrets are sent to the hosts of the allow-list alone."""

    per_second = 2.0
    lasts = 3_600
    """Seconds that an access token is good for, where the answer does not say."""
    host_param = ""
    """Under which name a browser brings back the account's host; who made the link wrote it."""

    def __init__(self, hosts: Hosts, turns: Callable[[float], Turns] | None = None) -> None:
        self._hosts = hosts
        self._turns = turns(self.per_second) if turns else pace.Pace(0)

    def read_return(self, params: Mapping[str, str]) -> Returned:
        """The parameters with which a browser comes back."""
        return Returned(
            state=params.get("state", ""),
            code=params.get("code", ""),
            host=params.get(self.host_param, ""),
            client_id=params.get("client_id", ""),
            is_refused="error" in params,
        )

    def read_disconnect(self, app: OAuthApp, params: Mapping[str, str]) -> str | None:  # noqa: ARG002 - the protocol's
        """Never: without a proved notice it shows at the next renewal that access has ended."""
        return None

    def _open(
        self, base_url: str, proof: Proof | None = None, special: Special | None = None
    ) -> CrmHttp:
        """A server that is asked once: a second try may find the token used up."""
        return CrmHttp(
            base_url, proof=proof or Proof(), turns=self._turns, special=special, tries=1
        )

    def _granted(self, base_url: str, answer: Answer) -> Grant:
        """The pair of an answer."""
        try:
            pair = _Pair.model_validate(answer.data)
        except ValidationError:  # its text would hold the tokens
            said = f"{host_of(base_url)}: the answer holds no pair of tokens"
            raise RetryLater(said, is_unsure=True, kind=ErrorKind.UNREADABLE) from None
        lasts = timedelta(seconds=self.lasts if pair.expires_in is None else pair.expires_in)
        return Grant(base_url, pair.access_token, pair.refresh_token, answer.at + lasts)


def insist(ask: Callable[[], Grant]) -> Grant:
    """Ask a few times, never for ever, where the answer is lost and asking again is harmless."""
    for attempt in range(1, _TRIES):
        try:
            return ask()
        except RetryLater as error:
            if not error.is_unsure or error.wait is not None:
                raise
            pace.sleep(pace.wait_before(attempt, error))
    return ask()


def is_refusal(status: int | None) -> bool:
    """Whether a status says no for good, and not merely for now."""
    return status is not None and 400 <= status < 500 and status not in _LATER


def host_of(base_url: str) -> str:
    """The host of an account, as messages name it."""
    return urlsplit(base_url).netloc
