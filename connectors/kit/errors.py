"""Errors of the gate, named after what the caller does next.

ConnectorError       the message says what, where and which id; never a token or a payload
├── RetryLater       stop this run, keep the cursor, come again (after `wait` where the CRM said so)
├── NeedsPerson      pause the source and show the message: access, payment, a ban, a wrong address
│   └── NoRights     leave out this noun, refused or not there; show it, go on with the others
└── BadRecord        set this one record aside and go on (raised by `translate` alone)
"""

from datetime import timedelta


class ConnectorError(Exception):
    """Root of all errors that a connector lets out."""


class RetryLater(ConnectorError):
    """The CRM is away, slow or over its limit; nothing is wrong that a person must mend."""

    def __init__(
        self, message: str, *, wait: timedelta | None = None, is_away: bool = False
    ) -> None:
        super().__init__(message)
        self.wait = wait
        """How long the CRM asks us to stay away."""
        self.is_away = is_away
        """True when the whole CRM is out of reach: the other nouns need not be tried."""


class NeedsPerson(ConnectorError):
    """No retry will help until a person has done what the message says."""


class NoRights(NeedsPerson):
    """This noun is refused to us or is not there; the rest of the account may be fine."""


class BadRecord(ConnectorError):
    """This record cannot be said in our words; it is kept raw and listed."""
