"""Asks for one page of a list, the way its style says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from connectors.kit.errors import ErrorKind, NeedsPerson, NoRights, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.readers import found
from connectors.kit.records import Noun
from connectors.profiled.model import Profile
from connectors.profiled.parts import ListStyle
from connectors.profiled.placeholders import fill

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Answered:
    """One page: its rows, where the next one is, and the CRM's time."""

    rows: Sequence[Any]
    next: str | None
    at: datetime


class Asking:
    """One list of a noun, perhaps only what has changed since a time."""

    def __init__(
        self, http: CrmHttp, profile: Profile, noun: Noun, since: datetime | None = None
    ) -> None:
        entity = profile.entities[noun]
        self.style: ListStyle = profile.style(noun)
        self.what = f"{noun} list"
        self._http = http
        self._given: dict[str, Any] = {**entity.with_, "conditions": []}
        self._query: dict[str, Any] = dict(self.style.query)
        changed = entity.changed_since
        if since is not None and changed is not None:
            told = {**self._given, "since": _written(since, changed.format)}
            self._given["conditions"] = fill(changed.conditions, told)
            self._given["since"] = told["since"]
            self._query |= changed.query

    def page(
        self,
        *,
        page: int | None = None,
        size: int | None = None,
        offset: int | None = None,
        cursor: str | None = None,
    ) -> Answered:
        """The page of that number, at that offset or cursor."""
        of_page = {"page": page, "size": size, "offset": offset, "cursor": cursor, "since": None}
        given = of_page | self._given
        path = fill(self.style.path, given)
        if self.style.paging.kind == "link" and cursor is not None:
            return self._read(*self._linked(cursor))
        query = _parameters(fill(self._query, given))
        return self._read(path, query, fill(self.style.body, given))

    def _read(self, path: str, query: Sequence[tuple[str, str]], body: Any = None) -> Answered:
        try:
            if self.style.method == "GET":
                answer = self._http.get(path, query)
            else:
                answer = self._http.ask(_with_query(path, query), body or {})
        except NoRights as error:
            if error.kind is not ErrorKind.NOT_THERE:
                raise
            where = f"{self._http.host}: there is nothing at {path} (404)"
            said = f"{where}; look at paths and ids in the profile"
            raise NoRights(said, kind=ErrorKind.UNFIT) from error
        paging, data = self.style.paging, answer.data
        rows = [] if data is None else found(data, self.style.items_at)
        if not isinstance(rows, list):
            where = self.style.items_at or "the answer"
            raise RetryLater(f"{self.what}: there is no list at {where}", kind=ErrorKind.UNREADABLE)
        following = found(data, paging.next_at) if paging.next_at else None
        return Answered(rows, str(following) if following else None, answer.at)

    def _linked(self, address: str) -> tuple[str, list[tuple[str, str]]]:
        """The path and query of an address that the CRM gave, which must be at its own host."""
        link = urlsplit(address)
        if link.netloc and not self._http.is_at(link.netloc):
            said = f"{self.what}: its next page is at another host; that one is told no secret"
            raise NeedsPerson(said, kind=ErrorKind.STRANGE_HOST)
        return self._http.below_root(link.path), parse_qsl(link.query, keep_blank_values=True)


def _parameters(query: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Query parameters; a list is one parameter several times."""
    return [
        (name, str(one))
        for name, value in query.items()
        for one in (value if isinstance(value, list) else [value])
    ]


def _with_query(path: str, query: Sequence[tuple[str, str]]) -> str:
    return path if not query else f"{path}?{urlencode(query)}"


def _written(at: datetime, form: str) -> str | int:
    """A time as the CRM wants it."""
    seconds = int(at.timestamp())
    match form:
        case "iso":
            return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        case "unix":
            return seconds
        case "unix_ms":
            return seconds * 1000
        case _:
            return at.strftime(form)
