"""Erases anew who came back with a backup that is older than the erasure."""

from pathlib import Path

import structlog

from kam_sync.base.errors import KamSyncError
from kam_sync.erasing.destroying import Wish, erase
from kam_sync.erasing.remembering import Reapplied, copy_register, reapply
from kam_sync.privacy.model import How
from kam_sync.wiring import Services

_RESTORED = "erased before; a backup had brought it back"
_log = structlog.get_logger()


def erase_again(
    services: Services, path: Path | None = None, *, by: str, how: How = How.COMMAND
) -> Reapplied:
    """Apply the register anew, and erase each of the people by themselves; says who was erased.

    Raises:
        WrongUse: it is no register, or that of another installation.
    """
    found, erased = reapply(services, path), []
    for person in found.people:
        try:
            erase(services, Wish((person,), by, _RESTORED, how))
        except KamSyncError as error:  # the next upkeep finds them again
            _log.warning("a person could not be erased again", person=str(person), why=str(error))
        else:
            erased.append(person)
    copy_register(services)
    return Reapplied(found.erasures, tuple(erased))
