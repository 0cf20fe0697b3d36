"""What the forms of pages send, and the way back to a page that says what came of it."""

from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import Body, Depends, Query
from fastapi.responses import RedirectResponse

from kam_sync.base.errors import WrongUse
from kam_sync.matching.grouping import Company
from kam_sync.web import paging

_LONGEST_NOTE = 1_000


def _pairs(
    form: Annotated[bytes, Body(media_type="application/x-www-form-urlencoded")] = b"",
) -> list[tuple[str, str]]:
    return parse_qsl(form.decode("utf-8", "replace"), keep_blank_values=True)


Pairs = Annotated[list[tuple[str, str]], Depends(_pairs)]
"""The fields of a form, in order; a name may come again."""


def _fields(pairs: Pairs) -> dict[str, str]:
    return {name: value.strip() for name, value in pairs}


Fields = Annotated[dict[str, str], Depends(_fields)]
"""The fields of a form, each name once, without white space around what was typed."""


@dataclass(frozen=True, slots=True)
class Happened:
    """What came of a form, as the address of the page says it."""

    did: str = ""
    account: UUID | None = None
    decision: Annotated[int | None, Query(ge=1, lt=2**31)] = None


Came = Annotated[Happened, Depends()]


def went(page: str, **happened: Any) -> RedirectResponse:
    """Back to a page that says what has happened."""
    return RedirectResponse(f"{page}?{urlencode(happened)}", status_code=303)


def note_of(sent: dict[str, str]) -> str:
    """Why, as far as somebody said it."""
    return sent.get("note", "").replace("\x00", "")[:_LONGEST_NOTE]


def record(text: str) -> Company:
    """A company or a contact as our forms name it: the id of its source, a colon, its own id."""
    source, _, external_id = text.partition(":")
    try:
        source_id = paging.number(source)
    except ValueError:
        source_id = 0
    if not source_id or not external_id or "\x00" in external_id:
        raise WrongUse("form: a record is missing")
    return source_id, external_id
