"""Errors of the gate, named after what the caller does next.

ConnectorError       the message says what, where and which id; never a token or a payload
├── RetryLater       stop this run, keep the cursor, come again (after `wait` where the CRM said so)
├── NeedsPerson      pause the source and show the message: access, payment, a ban, a wrong address
│   ├── NeedsReauth  the same, and what a person has to do is to allow us anew
│   └── NoRights     leave out this noun, refused or not there; show it, go on with the others
│       └── Refused  the CRM read what we sent and will not do it; `data` says why
└── BadRecord        set this one record aside and go on (raised by `translate` alone)
"""

from datetime import timedelta
from typing import Any


class ConnectorError(Exception):
    """Root of all errors that a connector lets out."""


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
    ) -> None:
        super().__init__(message)
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

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
        """The HTTP status, where there was an answer."""


class NeedsReauth(NeedsPerson):
    """The CRM account no longer lets us in: a person has to allow us anew."""


class NoRights(NeedsPerson):
    """This noun is refused to us or is not there; the rest of the account may be fine."""


class Refused(NoRights):
    """The CRM understood the request and refuses it; `data` is its answer, not to be logged."""

    def __init__(self, message: str, *, data: Any = None, status: int | None = None) -> None:
        super().__init__(message, status=status)
        self.data = data


class BadRecord(ConnectorError):
    """This record cannot be said in our words; it is kept raw and listed."""
