"""HTTP to a CRM: paced, patient, counted; every failure becomes an error that names its remedy."""

import logging
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Self

import httpx

from connectors.kit import pace
from connectors.kit.answers import Answer, Special, is_ban, read, server_time
from connectors.kit.auth import Proof
from connectors.kit.bodies import ACCEPTED, whole
from connectors.kit.contract import Credentials, Turns
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    RetryLater,
)

_log = logging.getLogger("connectors.http")
logging.getLogger("httpx").setLevel(logging.WARNING)  # it tells whole addresses, secrets and all

Params = Iterable[tuple[str, str]]

_CONNECT = 10.0
_TIMEOUT = httpx.Timeout(60.0, connect=_CONNECT)
_TRIES = 5
_BAN = 600.0
"""Seconds in which nobody of us knocks at a door that was shut in our face."""


class CrmHttp:
    """One CRM account over HTTP."""

    def __init__(
        self,
        base_url: str,
        *,
        proof: Proof,
        turns: Turns,
        root: str = "",
        special: Special | None = None,
        tries: int = _TRIES,
    ) -> None:
        """Open it.

        Args:
            root: what all paths begin with; it may be a secret, and is never told. An empty path is
                the root itself.
            special: what this CRM means by an answer, where it is not what its status says.
        """
        self._client = _client(base_url, proof.headers, root)
        self._root = f"{base_url}{root}"
        self._fields = dict(proof.fields)
        self._hidden = proof.secrets
        self._renew = proof.renew
        self._special = special
        self._turns = turns
        self._tries = tries
        self._heard: tuple[datetime, float] | None = None
        self.requests = 0

    @classmethod
    def by(
        cls,
        credentials: Credentials,
        proof: Callable[[str], Proof],
        per_second: float,
        *,
        root: str = "",
        special: Special | None = None,
    ) -> Self:
        """The account of these credentials, at a pace that all who talk to it keep together."""
        first, turns = Proof.by(credentials, proof), (credentials.turns or pace.Pace)(per_second)
        return cls(credentials.base_url, proof=first, turns=turns, root=root, special=special)

    def get(self, path: str, params: Params = (), *, may_be_absent: bool = False) -> Answer:
        """GET a path, trying again where that helps; a query in the path is sent as it stands.

        Args:
            may_be_absent: take 404 for an empty answer, as for a record by its id.

        Raises:
            RetryLater: no usable answer after several tries, or the CRM asks for a long pause.
            NeedsPerson: access refused, not paid, banned, or no such address.
        """
        return self._admitted("GET", path, may_be_absent=may_be_absent, params=list(params) or None)

    def ask(self, path: str, body: Mapping[str, Any]) -> Answer:
        """POST JSON that only asks for something: as `get`, tried again where that helps."""
        return self._admitted("POST", path, reads=True, json=body)

    def ask_by_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """The same, but what is asked stands in a form."""
        return self._admitted("POST", path, reads=True, data=dict(fields))

    def send(self, method: str, path: str, body: Any, *, as_form: bool = False) -> Answer:
        """Send JSON by POST, PATCH or DELETE, or a form; repeated only when surely not done.

        Raises:
            Refused: the CRM will not do it; the error carries its answer.
            RetryLater: as for `get`; with `is_unsure` when it may have been done all the same.
            NeedsPerson: as for `get`.
        """
        return self._admitted(method, path, **{"data" if as_form else "json": body})

    @property
    def host(self) -> str:
        """Whom we talk to: name and port."""
        return self._client.base_url.netloc.decode()

    def server_time(self) -> datetime | None:
        """What time the CRM has now, by its last answer; None before the first one."""
        if self._heard is None:
            return None
        at, when = self._heard
        return at + timedelta(seconds=time.monotonic() - when)

    def wait_for_answers(self, seconds: float) -> None:
        """Wait so long for each answer, where a server takes its time."""
        self._client.timeout = httpx.Timeout(seconds, connect=_CONNECT)

    def is_at(self, host: str) -> bool:
        """Whether a host is the one that is asked here."""
        return self._client.base_url.netloc.decode().lower() == host.lower()

    def below_root(self, path: str) -> str:
        """A whole path of this CRM as `get` takes it."""
        return path.removeprefix(self._client.base_url.path.rstrip("/"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _admitted(self, method: str, path: str, **what: Any) -> Answer:
        """Try; once more when the token was refused and there is another.

        Who gives the other one has tried enough: asking it again and again ends in a ban.
        """
        try:
            return self._patiently(method, path, **what)
        except NeedsReauth:
            if self._renew is None:
                raise
        proof = self._renew()
        self._client.headers.update(proof.headers)
        self._fields.update(proof.fields)
        self._hidden += proof.secrets
        return self._patiently(method, path, **what)

    def _patiently(self, method: str, path: str, **what: Any) -> Answer:
        """Try until it is answered; who was too fast keeps the others from sending, too."""
        attempt = 0
        while True:
            attempt += 1
            try:
                return self._ask(method, path, **what)
            except RetryLater as error:
                wait = pace.wait_before(attempt, error)
                if error.kind is ErrorKind.TOO_MANY_REQUESTS:
                    self._turns.hold(min(wait, pace.LONGEST_HOLD), str(error))
                if error.is_unsure or wait > pace.LONGEST_WAIT or attempt == self._tries:
                    raise
            pace.sleep(wait)

    def _ask(self, method: str, path: str, **what: Any) -> Answer:
        """One try. Which path it was is for the log; people are told the host and what is wrong."""
        try:
            return self._ask_host(self.host, method, path, **what)
        except ConnectorError as error:
            why = f" ({error.__cause__})" if error.__cause__ else ""
            _log.info("%s %s: %s%s", method, path, error, why)
            raise

    def _read(self, method: str, path: str, **what: Any) -> httpx.Response:
        """The whole answer; in an error, or where any answer may be one, without our secrets."""
        try:
            request = self._client.build_request(method, path, **what)
        except httpx.InvalidURL as error:
            said = f"{self.host}: what is asked for has no address that can be read"
            raise NeedsPerson(said, kind=ErrorKind.UNFIT) from error
        if not self._is_here(request.url):  # a whole address in the place of a path
            said = f"{self.host}: what is asked for is at another host; that one is told no secret"
            raise NeedsPerson(said, kind=ErrorKind.STRANGE_HOST)
        with closing(self._client.send(request, stream=True)) as response:
            is_error = self._special is not None or response.is_error
            return whole(self.host, response, self._hidden if is_error else ())

    def _is_here(self, url: httpx.URL) -> bool:
        ours = self._client.base_url
        return (url.scheme, url.netloc, url.userinfo) == (ours.scheme, ours.netloc, b"")

    def _ask_host(
        self,
        where: str,
        method: str,
        path: str,
        *,
        may_be_absent: bool = False,
        reads: bool = False,
        **what: Any,
    ) -> Answer:
        changes = method != "GET" and not reads
        if self._fields and isinstance(what.get("json"), Mapping):
            what["json"] = {**what["json"], **self._fields}
        self._turns.take()
        self.requests += 1
        try:
            response = self._read(method, path or self._root, **what)
        except httpx.RequestError as error:
            trouble = _failure(where, error)
            trouble.is_unsure = changes and not isinstance(error, httpx.ConnectError)
            raise trouble from error
        except RetryLater as error:  # it came, and cannot be read to its end
            error.is_unsure = changes
            raise
        self._heard = (server_time(response), time.monotonic())
        try:
            return read(where, response, may_be_absent=may_be_absent, special=self._special)
        except RetryLater as error:
            error.is_unsure = changes and error.kind is not ErrorKind.TOO_MANY_REQUESTS
            raise
        except NeedsPerson as error:
            if is_ban(response):
                self._turns.hold(_BAN, str(error))
            raise


class OverHttp:
    """A connector that talks over HTTP."""

    _http: CrmHttp

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Give its connections back."""
        self._http.close()


def _client(base_url: str, headers: Mapping[str, str], root: str) -> httpx.Client:
    try:
        url = httpx.URL(base_url)
    except httpx.InvalidURL:
        url = httpx.URL()
    if url.scheme not in {"http", "https"} or not url.host:
        shown = repr(base_url) if "@" not in base_url else "this"  # it may hold a password
        raise NeedsPerson(f"base URL: {shown} is not an http(s) address")
    if url.userinfo or url.query or url.path not in {"", "/"}:
        raise NeedsPerson("base URL: give the address alone, such as https://example.amocrm.ru")
    return httpx.Client(
        base_url=f"{base_url}{root}",
        headers={"accept-encoding": ACCEPTED, **headers},
        timeout=_TIMEOUT,
        follow_redirects=False,
        verify=_trusted(),
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that we trust, read once: that takes longer than a small sync asks."""
    return httpx.create_ssl_context()


def _failure(where: str, error: httpx.RequestError) -> RetryLater:
    match error:
        case httpx.TimeoutException():
            return RetryLater(f"{where}: no answer in time", is_away=True, kind=ErrorKind.NO_ANSWER)
        case httpx.ConnectError():
            said = f"{where}: cannot connect; is the address right, and is it up?"
            return RetryLater(said, is_away=True, kind=ErrorKind.NO_CONNECTION)
        case httpx.TransportError():
            return RetryLater(
                f"{where}: the answer broke off", is_away=True, kind=ErrorKind.NO_ANSWER
            )
        case _:
            return RetryLater(f"{where}: the answer cannot be read", kind=ErrorKind.UNREADABLE)
