"""How far a noun was read, as the text of a cursor."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from connectors.kit.contract import Cursor
from connectors.profiled.walking import Place


@dataclass(frozen=True, slots=True)
class Progress:
    """Which walk it is, and how far it has come."""

    since: datetime | None = None
    """It reads what has changed since then; None: all that there are."""
    began: datetime | None = None
    """When it began, by the CRM's clock; the next one reads what has changed since."""
    place: Place | None = None
    """How far it has come; None before its first page."""

    @classmethod
    def read(cls, cursor: Cursor | None) -> "Progress":
        """From the text; one that makes no sense is a walk from the beginning."""
        try:
            said: dict[str, Any] = orjson.loads(cursor or "{}")
            place = said.get("place")
            return cls(
                _time(said.get("since")),
                _time(said.get("began")),
                None if place is None else Place(**{**place, "tail": tuple(place["tail"])}),
            )
        except (ValueError, TypeError, KeyError, AttributeError):
            return cls()

    def text(self) -> Cursor:
        """As text."""
        place = None if self.place is None else asdict(self.place)
        return orjson.dumps({"since": self.since, "began": self.began, "place": place}).decode()


def _time(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)
