"""What Bitrix24 says when something is wrong, and the error that each of it means."""

import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from connectors.kit import pick
from connectors.kit.errors import (
    ConnectorError,
    ErrorKind,
    NeedsPerson,
    NeedsReauth,
    NoRights,
    Refused,
    RetryLater,
)

_CODE = re.compile(r"[a-z0-9_.: -]{1,80}")
"""What else stands in its place is no code, and may be anything."""
_PASSING = frozenset({"query_limit_exceeded", "operation_time_limit", "overload_limit"})
_TOKEN = frozenset({"expired_token", "no_auth_found", "invalid_token", "wrong_client"})
_RIGHTS = frozenset(
    {
        "invalid_credentials", "user_access_error", "insufficient_scope",
        "allowed_only_intranet_user", "error_method_not_found", "payment_required",
    }
)  # fmt: skip
_OFF = frozenset({"entity_type_not_supported", "not_found"})
_SERVER = frozenset({"internal_server_error", "error_unexpected_answer"})
_LEAST_WAIT, _USUAL_WAIT, _MOST_WAIT = 10.0, 60.0, 600.0


class Judge:
    """Looks at every answer of a portal; remembers when the portal said that work may go on."""

    def __init__(self) -> None:
        self._wait = _USUAL_WAIT
        self.zone: tzinfo = UTC
        """The offset of the portal's own clock."""

    def __call__(self, status: int, data: Any) -> ConnectorError | None:
        """The error that an answer means, None where the status alone tells."""
        if not isinstance(data, dict):
            return None
        if "error" in data:
            return self.named(status, data)
        found = pick.one(data, "result")
        times = pick.one(found, "result_time").values()  # of the members of a batch
        for time in (pick.one(data, "time"), *times):
            self._note(time if isinstance(time, dict) else {})
        errors = pick.one(found, "result_error")
        told = (self.named(status, one) for one in errors.values() if _code(one) in _PASSING)
        return next(told, None)

    def named(self, status: int, said: Any) -> ConnectorError:
        """The error for a code; one that nobody knows is a refusal, and its text says why."""
        code, text = _code(said), _text(said)
        if code in _PASSING:
            return self._passing(code)
        if code in _TOKEN or (status == 401 and code not in _RIGHTS):
            known = f"the token is refused ({code or status}); give a valid one"
            return NeedsReauth(known, kind=ErrorKind.TOKEN_REFUSED)
        if code == "portal_deleted":
            gone = "the portal is closed or deleted; open it in the browser"
            return NeedsPerson(gone, status=status)
        if code in _RIGHTS or status == 403:
            return self._forbidden(status, code, text)
        if code in _SERVER or status in {408, 502, 503, 504}:
            failed = f"the CRM fails ({code or status})"
            return RetryLater(failed, status=status, kind=ErrorKind.CRM_FAILS)
        refused = f"the CRM refuses what was asked ({code or text or status})"
        kind = ErrorKind.NOT_OFFERED if code in _OFF else ErrorKind.REFUSED
        return Refused(refused, data=said, status=status, kind=kind)

    def _passing(self, code: str) -> ConnectorError:
        match code:
            case "overload_limit":
                off = "has switched its REST off because of load; ask Bitrix24's support"
                return NeedsPerson(f"the portal {off}", status=503)
            case "operation_time_limit":
                wait = timedelta(seconds=self._wait)
                said = "a method has used up its time (429)"
                return RetryLater(
                    said, wait=wait, status=429, kind=ErrorKind.TOO_MANY_REQUESTS, is_away=True
                )
            case _:
                said = "too many requests (503)"
                return RetryLater(said, status=503, kind=ErrorKind.TOO_MANY_REQUESTS, is_away=True)

    def _forbidden(self, status: int, code: str, text: str) -> ConnectorError:
        if code == "error_method_not_found":
            absent = "the portal does not have this method, or not for our rights: give all scopes"
            return NoRights(absent, kind=ErrorKind.NO_RIGHTS)
        if code == "payment_required" or "commercial plan" in text.lower():
            said = f"REST is for paid plans alone ({status})"
            return NeedsPerson(said, status=status, kind=ErrorKind.NOT_PAID)
        said = f"no rights for this ({code}); use an administrator's webhook or app"
        return NoRights(f"{said} with enough scopes", kind=ErrorKind.NO_RIGHTS)

    def _note(self, time: pick.Body) -> None:
        """When a basket of work runs out, and in which zone the portal lives."""
        until, now = time.get("operating_reset_at"), time.get("finish")
        if isinstance(until, int | float) and isinstance(now, int | float):
            self._wait = min(max(until - now, _LEAST_WAIT), _MOST_WAIT)
        try:
            zone = datetime.fromisoformat(str(time.get("date_start"))).tzinfo
        except ValueError:
            return
        self.zone = zone or self.zone


def is_off(said: Any) -> bool:
    """Whether an error means that a portal does without this kind of record."""
    return _code(said) in _OFF


def _code(said: Any) -> str:
    """The code in small letters; empty where there is none worth the name."""
    value = said.get("error") if isinstance(said, dict) else said
    if isinstance(value, dict):  # as the newest methods have it
        value = value.get("code")
    code = str(value or "").strip().lower()
    return code if _CODE.fullmatch(code) and not code.isdecimal() else ""


def _text(said: Any) -> str:
    value = said.get("error_description") if isinstance(said, dict) else None
    return pick.clean(value)[:200] if isinstance(value, str) else ""
