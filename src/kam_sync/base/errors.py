"""Errors of the house, named after what the caller does next.

KamSyncError                a message for a person, never a stack trace
├── WrongSettings           correct the named variable, then start again (exit 2)
├── WrongUse                correct the command or the request (exit 2, HTTP 400)
│   └── Outdated            it was done already, or has changed since: look again (HTTP 409)
├── NotAllowed              it is for others to see or do (HTTP 403)
├── NotHere                 the thing named does not exist (exit 2, HTTP 404)
├── Busy                    somebody else is at it; try again later (exit 1, HTTP 409)
│   └── TakenOver           our lock was lost: end and write nothing; the successor does it
├── NotReady                make ready what the message names (exit 1, HTTP 503)
├── Stopped                 somebody asked for it; what was done stays, the rest goes on later
├── CrmTrouble              the CRM cannot be used as it is; the message says why (exit 1, HTTP 502)
├── FolderTrouble           make room in the named folder, or let us write there (exit 1)
└── DatabaseTrouble         mend the database or its folder; the message says how (exit 1)

What a CRM answers has a tree of its own at the gate: connectors.kit.errors.
"""

from connectors import ErrorKind


class KamSyncError(Exception):
    """Root of all errors whose text is meant for a person."""

    def __init__(self, message: str, *, kind: ErrorKind = ErrorKind.OTHER) -> None:
        super().__init__(message)
        self.kind = kind
        """What is wrong, for doors that say it in other words."""


class WrongSettings(KamSyncError):
    """A setting is missing or wrong: the service refuses to start."""


class WrongUse(KamSyncError):
    """The caller asked for something that cannot be."""


class Outdated(WrongUse):
    """What was asked for was done already, or what it is about is no longer what it was."""


class NotAllowed(KamSyncError):
    """Who asks may not see or do this."""


class NotHere(KamSyncError):
    """The named thing is not in the store."""


class Busy(KamSyncError):
    """Another process holds what is needed."""


class TakenOver(Busy):
    """Our lock was lost, and another process may be at the work: end, and write nothing."""


class NotReady(KamSyncError):
    """It cannot be done before somebody has made ready what it needs; the message says what."""


class Stopped(KamSyncError):
    """Long work was asked to end early; what it has done stays."""


class CrmTrouble(KamSyncError):
    """A CRM account does not answer as it should."""


class DatabaseTrouble(KamSyncError):
    """The database cannot be started or reached."""


class FolderTrouble(KamSyncError):
    """A folder cannot be written as it is."""
