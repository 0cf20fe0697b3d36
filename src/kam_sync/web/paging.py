"""Pages of lists: how many items, and an opaque cursor to where the next page begins."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from math import isfinite
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale

Item = TypeVar("Item")
Found = TypeVar("Found")
Key = tuple[str, ...]

MOST = 200
_INT = 2**31 - 1
_BIGINT = 2**63 - 1


class Page(BaseModel, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    next_cursor: str | None = Field(
        default=None, description="Hand it back as `cursor` for the next page; null on the last."
    )


def _without_nul(text: str) -> str:
    if "\x00" in text:
        raise ValueError("a NUL character is in no name")
    return text


Text = Annotated[
    str, AfterValidator(_without_nul), Field(json_schema_extra={"pattern": r"^[^\u0000]*$"})
]


class Paging(BaseModel):
    """What every list is asked with; a parameter that does not exist is refused."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=MOST, description="How many items at most.")
    cursor: str | None = Field(default=None, description="`next_cursor` of the page before.")
    lang: Locale | None = Field(default=None, description="Language of titles; else the default.")


class Cursor:
    """Keys of one list, by name and parts, so that the cursor of another list is refused."""

    def __init__(self, name: str, *checks: Callable[[str], object]) -> None:
        self._name = name
        self._checks = checks

    def named(self, name: str) -> "Cursor":
        """Keys of the same parts of another list."""
        return Cursor(name, *self._checks)

    def write(self, *parts: object) -> str:
        """The cursor of an item."""
        texts = [part.isoformat() if isinstance(part, datetime) else str(part) for part in parts]
        return urlsafe_b64encode(orjson.dumps([self._name, *texts])).rstrip(b"=").decode()

    def read(self, cursor: str | None) -> Key | None:
        """The key that a cursor holds, or WrongUse when we have not written it for this list."""
        if cursor is None:
            return None
        try:
            return self._unpack(cursor)
        except (ValueError, TypeError, Error) as error:
            raise WrongUse(
                "cursor: not one of this list; leave it out to begin anew, or give the next_cursor "
                "of the page before"
            ) from error

    def _unpack(self, cursor: str) -> Key:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        name, *parts = orjson.loads(urlsafe_b64decode(padded))
        if name != self._name or not all(isinstance(part, str) for part in parts):
            raise ValueError(name)
        for check, part in zip(self._checks, parts, strict=True):
            check(part)
        return tuple(parts)


def page(
    found: Sequence[Found], limit: int, cursor: Callable[[Found], str]
) -> tuple[list[Found], str | None]:
    """Of up to `limit` + 1 found items those of this page, and the cursor if there is one more."""
    kept = list(found[:limit])
    return kept, cursor(kept[-1]) if len(found) > limit else None


def text(part: str) -> Any:
    """A part of a key that may be any text of the database."""
    return _without_nul(part)


def number(part: str) -> int:
    """A part of a key that is the id of a source."""
    return _below(part, _INT)


def big_number(part: str) -> int:
    """A part of a key that is the id of a run."""
    return _below(part, _BIGINT)


def uuid(part: str) -> UUID:
    """A part of a key that is the id of an account or an alert."""
    return UUID(part)


def decimal(part: str) -> Decimal:
    """A part of a key that is an amount."""
    try:
        found = Decimal(part)
    except ArithmeticError as error:
        raise ValueError(part) from error
    if not found.is_finite():
        raise ValueError(part)
    return found


def weight(part: str) -> float:
    """A part of a key that is a weight."""
    found = float(part)
    if not isfinite(found):
        raise ValueError(part)
    return found


def moment(part: str) -> datetime:
    """A part of a key that is a time."""
    found = datetime.fromisoformat(part)
    if found.tzinfo is None:
        raise ValueError(part)
    return found


def _below(part: str, most: int) -> int:
    found = int(part)
    if not 0 <= found <= most:
        raise ValueError(part)
    return found
