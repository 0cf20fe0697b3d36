"""Errors of the gate, named after what the caller does next.

ConnectorError       the message says what, where and which id; never a token or a payload
├── RetryLater       stop this run, keep the cursor, come again (after `wait` where the CRM said so)
├── NeedsPerson      pause the source and show the message: access, payment, a ban, a wrong address
│   ├── NeedsReauth  the same, and what a person has to do is to allow us anew
│   └── NoRights     leave out this noun, refused or not there; show it, go on with the others
│       └── Refused  the CRM read what we sent and will not do it; `data` says why
├── BadRecord        set this one record aside and go on (raised by `translate` alone)
└── BadHook          keep this call of the CRM for people to see (raised by `read_hook` alone)
"""

from datetime import timedelta
from enum import StrEnum
from typing import Any


class ErrorKind(StrEnum):
    """What is wrong, for doors that say it in other words than the message."""

    OTHER = ""
    """The message alone says it."""
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - what is wrong with it  # nosec B105
    ACCESS_ENDED = "access_ended"
    """A grant by OAuth is renewed no more."""
    CODE_REFUSED = "code_refused"
    SWITCHED_OFF = "switched_off"
    """The integration, in the CRM."""
    NOT_PAID = "not_paid"
    NO_RIGHTS = "no_rights"
    BANNED = "banned"
    NOT_THERE = "not_there"
    NOT_OFFERED = "not_offered"
    """The CRM says that it does without such records, or that its admin does not publish them."""
    REFUSED = "refused"
    ADDRESS_REFUSED = "address_refused"
    """The CRM sends no webhooks to our address."""
    TOO_MANY_HOOKS = "too_many_hooks"
    """The account has as many subscriptions as the CRM allows."""
    HOOKS_FAIL = "hooks_fail"
    """The CRM switches our webhooks off again and again, for it gets no good answers."""
    HOOKS_BY_HAND = "hooks_by_hand"
    """A person has to enter our address in the CRM; that we wait for it is no trouble."""
    TOO_MANY_REQUESTS = "too_many_requests"
    CRM_FAILS = "crm_fails"
    NO_CONNECTION = "no_connection"
    NO_ANSWER = "no_answer"
    """In time, or not to its end."""
    UNREADABLE = "unreadable"
    BAD_PROFILE = "bad_profile"
    """The text by which a CRM is read, or a secret that it names; the message says each line."""
    UNFIT = "unfit"
    """What is set for the source, such as the name of a list or field, does not fit the CRM."""
    OTHER_ACCOUNT = "other_account"
    """The address leads to another account than before."""
    ALREADY_CONNECTED = "already_connected"
    """As another source."""
    WRONG_NAME = "wrong_name"
    """For a source."""
    NAME_TAKEN = "name_taken"
    STRANGE_HOST = "strange_host"
    """Not to be told a secret."""
    PAUSED = "paused"
    """By a person, while it was pulled."""


class ConnectorError(Exception):
    """Root of all errors that a connector lets out."""

    def __init__(self, message: str, *, kind: ErrorKind = ErrorKind.OTHER) -> None:
        super().__init__(message)
        self.kind = kind


class RetryLater(ConnectorError):
    """The CRM is away, slow or over its limit; nothing is wrong that a person must mend."""

    def __init__(
        self,
        message: str,
        *,
        wait: timedelta | None = None,
        is_away: bool = False,
        is_unsure: bool = False,
        status: int | None = None,
        kind: ErrorKind = ErrorKind.OTHER,
    ) -> None:
        super().__init__(message, kind=kind)
        self.wait = wait
        """How long the CRM asks us to stay away."""
        self.is_away = is_away
        """True when the whole CRM is out of reach: the other nouns need not be tried."""
        self.is_unsure = is_unsure
        """True when what we sent may have been done all the same: look before you repeat it."""
        self.status = status
        """The HTTP status, where there was an answer."""


class NeedsPerson(ConnectorError):
    """No retry will help until a person has done what the message says."""

    def __init__(
        self, message: str, *, status: int | None = None, kind: ErrorKind = ErrorKind.OTHER
    ) -> None:
        super().__init__(message, kind=kind)
        self.status = status
        """The HTTP status, where there was an answer."""


class NeedsReauth(NeedsPerson):
    """The CRM account no longer lets us in: a person has to allow us anew."""


class NoRights(NeedsPerson):
    """This noun is refused to us or is not there; the rest of the account may be fine."""


class Refused(NoRights):
    """The CRM understood the request and refuses it; `data` is its answer, not to be logged."""

    def __init__(
        self,
        message: str,
        *,
        data: Any = None,
        status: int | None = None,
        kind: ErrorKind = ErrorKind.REFUSED,
    ) -> None:
        super().__init__(message, status=status, kind=kind)
        self.data = data


class BadRecord(ConnectorError):
    """This record cannot be said in our words; it is kept raw and listed."""


class BadHook(ConnectorError):
    """This call of the CRM cannot be read; it is kept as it came and listed."""
