"""How far a noun was read, as the text of a cursor."""

from datetime import datetime
from typing import Self

from pydantic import ValidationError

from connectors.kit.contract import Cursor
from connectors.kit.reach import Kept
from connectors.profiled.walking import Place


class Progress(Kept):
    """Which walk it is, and how far it has come."""

    since: datetime | None = None
    """It reads what has changed since then; None: all that there are."""
    began: datetime | None = None
    """When it began, by the CRM's clock; the next one reads what has changed since."""
    place: Place | None = None
    """How far it has come; None before its first page."""

    @classmethod
    def read(cls, cursor: Cursor | None) -> Self:
        """From the text; one that makes no sense is a walk from the beginning."""
        try:
            return super().read(cursor)
        except ValidationError:
            return cls()
