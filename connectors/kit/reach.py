"""How far a list was read: what cursors say, whatever the CRM."""

from datetime import datetime, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict

from connectors.kit.contract import Cursor


class Kept(BaseModel):
    """A cursor as an object. What it says by default it leaves out, so that it may learn more."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def read(cls, cursor: Cursor | None) -> Self:
        """From the text; nothing is known where there is none."""
        return cls.model_validate_json(cursor or "{}")

    def kept(self) -> Cursor:
        """As the house keeps it."""
        return self.model_dump_json(exclude_defaults=True)


class ListReach(Kept):
    """How far a list was read by time; a kind adds where it is in the middle of a walk."""

    since: datetime | None = None
    """All is known that changed before."""
    whole: datetime | None = None
    """When the whole list was last read; a cursor from before this was kept has none."""
    until: datetime | None = None
    """When the running walk began, which is where it ends."""

    def is_due(self, every: timedelta, now: datetime) -> bool:
        """Whether it is time to read all of the list again; never, for no time at all."""
        return bool(every) and self.whole is not None and now - self.whole >= every
