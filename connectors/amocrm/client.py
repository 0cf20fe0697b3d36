"""The amoCRM account: pulls its nouns page by page."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, ConfigDict

from connectors.amocrm.composing import Composer
from connectors.amocrm.mapping import Mapper
from connectors.amocrm.settings import Settings
from connectors.amocrm.writing import Writer
from connectors.kit import pick
from connectors.kit.answers import Answer
from connectors.kit.auth import bearer, renewing
from connectors.kit.contract import About, Credentials, Cursor, Deletions, NounFacts, Page
from connectors.kit.errors import BadRecord, NeedsPerson, RetryLater
from connectors.kit.http import CrmHttp, Params
from connectors.kit.pace import Pace
from connectors.kit.pages import backwards, forwards
from connectors.kit.records import NAMELESS, Noun, RawRecord, Record
from connectors.kit.writes import NotWritten, Write, Written

_LIMIT = 250
_OVERLAP = timedelta(minutes=10)
_LONG_AGO = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
_PATHS = {
    Noun.USER: "users",
    Noun.PIPELINE: "leads/pipelines",
    Noun.COMPANY: "companies",
    Noun.CONTACT: "contacts",
    Noun.DEAL: "leads",
    Noun.TASK: "tasks",
}
_ANNOUNCED = frozenset({Deletions.EVENT, Deletions.ABSENCE})
_FLAGGED = _ANNOUNCED | {Deletions.FLAG}


class _Reach(BaseModel):
    """The cursor: all is known that changed before `since`, everything when it is None.

    In the middle of a walk also the end of its window, and the page that was stored last: those
    before it are still to come.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    since: datetime | None = None
    until: datetime | None = None
    page: int | None = None


class AmoCrm:
    """One amoCRM account."""

    kind = "amocrm"
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {
            Noun.USER: NounFacts(),
            Noun.PIPELINE: NounFacts(),
            Noun.COMPANY: NounFacts(_FLAGGED),
            Noun.CONTACT: NounFacts(_FLAGGED),
            Noun.DEAL: NounFacts(_FLAGGED),
            Noun.TASK: NounFacts(_ANNOUNCED),
        }
    )

    def __init__(self, credentials: Credentials) -> None:
        self._settings = Settings.model_validate(credentials.options)
        self._http = CrmHttp(
            credentials.base_url,
            headers=bearer(credentials.token),
            turns=(credentials.turns or Pace)(self._settings.per_second),
            renew=renewing(credentials),
        )
        self._mapper = Mapper(self._settings)
        zone = ZoneInfo(self._settings.timezone)
        self._writer = Writer(self._http, Composer(self._http, zone, credentials.fields))

    @property
    def requests(self) -> int:
        """How many HTTP requests were sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Give its connections back."""
        self._http.close()

    def about(self) -> About:
        """Who the account is and which currency and time zone it counts in."""
        answer = self._http.get("/api/v4/account", [("with", "datetime_settings")])
        if not isinstance(answer.data, dict) or "id" not in answer.data:
            raise NeedsPerson(
                "/api/v4/account: this is not an amoCRM account; is the base URL right?"
            )
        account: dict[str, Any] = answer.data
        zone = pick.one(pick.one(account, "_embedded"), "datetime_settings").get("timezone")
        facts = {"currency": account.get("currency"), "timezone": zone}
        return About(
            account=str(account["id"]),
            name=str(account.get("name") or ""),
            facts={key: str(value) for key, value in facts.items() if value},
        )

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since; from the end, by id."""
        if noun in {Noun.USER, Noun.PIPELINE}:  # short lists without a change filter: always whole
            yield from self._whole(noun)
            return
        reach = _Reach.model_validate_json(cursor) if cursor else _Reach()
        until = reach.until or self._server_time()
        if reach.since is not None and not self._is_filtered(noun):
            yield from self._newest_first(noun, reach.since)
            yield Page((), _Reach(since=until - _OVERLAP).model_dump_json())
            return
        # Up to now and no further: what changes while we read leaves the window, so that the list
        # can only shrink, and is found by the next pull.
        window = [] if reach.since is None else _window(reach.since, until)
        query = [("order[id]", "asc"), *window, ("limit", str(_LIMIT))]

        def fetch(page: int) -> list[Any]:
            return _rows(noun, self._list(noun, [*query, ("page", str(page))]))

        last = None if reach.page is None else reach.page - 1
        for number, rows in backwards(fetch, what=f"amocrm {noun}", full=_LIMIT, last=last):
            fresh = [row for row in rows if _is_changed(row, reach.since)]
            walk = _Reach(since=reach.since, until=until, page=number)
            yield Page(_raw(noun, fresh), walk.model_dump_json())
        yield Page((), _Reach(since=until - _OVERLAP).model_dump_json())

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        return self._mapper.translate(raw)

    def write(self, batch: Sequence[Write]) -> Iterator[Written | NotWritten]:
        """Send all, telling of each as soon as it is known."""
        return self._writer.write(batch)

    def find_written(self, write: Write) -> Written | None:
        """Look for a new task or note by its mark; all else may simply be repeated."""
        return self._writer.find_written(write)

    def _is_filtered(self, noun: Noun) -> bool:
        """Whether the CRM keeps to a window; tasks always do.

        Where the paid option is off it answers as if nothing was asked: also with rows when asked
        for those that changed in the first seconds of 1970.
        """
        if noun is Noun.TASK:
            return True
        query = [*_window(_LONG_AGO, _LONG_AGO), ("limit", "1")]
        return not _rows(noun, self._list(noun, query))

    def _newest_first(self, noun: Noun, since: datetime) -> Iterator[Page]:
        """What has changed, without a filter: by the last change, down to a page of known rows.

        A row that changes meanwhile comes to the front and moves others back, so that they come
        twice. No page may be kept before the end: the walk always begins at the front.
        """
        query = [("order[updated_at]", "desc"), ("limit", str(_LIMIT))]

        def fetch(page: int) -> list[Any]:
            return _rows(noun, self._list(noun, [*query, ("page", str(page))]))

        for rows in forwards(fetch, what=f"amocrm {noun}"):
            fresh = [row for row in rows if _is_changed(row, since)]
            if not fresh:
                return
            yield Page(_raw(noun, fresh))

    def _whole(self, noun: Noun) -> Iterator[Page]:
        if noun is Noun.PIPELINE:  # one answer without pages: a second would be the same again
            yield Page(_raw(noun, _rows(noun, self._list(noun, []))))
            return

        def fetch(page: int) -> list[Any]:
            params = [("limit", str(_LIMIT)), ("page", str(page))]
            return _rows(noun, self._list(noun, params))

        for rows in forwards(fetch, what=f"amocrm {noun}"):
            yield Page(_raw(noun, rows))

    def _server_time(self) -> datetime:
        """The CRM's own idea of now, which its `updated_at` are made of."""
        return self._http.server_time() or self._http.get("/api/v4/account").at

    def _list(self, noun: Noun, params: Params) -> Answer:
        extra = [("with", "contacts")] if noun is Noun.DEAL else []
        return self._http.get(f"/api/v4/{_PATHS[noun]}", [*params, *extra])


def _window(since: datetime, until: datetime) -> list[tuple[str, str]]:
    return [
        ("filter[updated_at][from]", str(int(since.timestamp()))),
        ("filter[updated_at][to]", str(int(until.timestamp()))),
    ]


def _is_changed(row: Any, since: datetime | None) -> bool:
    """Check the filter again: where the paid option is off the CRM ignores it in silence."""
    if since is None or not isinstance(row, dict):
        return True
    updated_at = row.get("updated_at")
    return not isinstance(updated_at, int) or updated_at >= int(since.timestamp())


def _rows(noun: Noun, answer: Answer) -> list[Any]:
    if answer.data is None:
        return []
    name = _PATHS[noun].rpartition("/")[2]
    try:
        rows = answer.data["_embedded"][name]
    except (KeyError, TypeError) as error:
        raise RetryLater(f"/api/v4/{_PATHS[noun]}: the answer has no {name}") from error
    if not isinstance(rows, list):
        raise RetryLater(f"/api/v4/{_PATHS[noun]}: {name} is not a list")
    return rows


def _raw(noun: Noun, rows: Sequence[Any]) -> tuple[RawRecord, ...]:
    return tuple(RawRecord(noun, _raw_id(row), _as_object(row)) for row in rows)


def _raw_id(row: Any) -> str:
    """The CRM's id; for a row without one a mark of its content, so that it is kept and listed."""
    try:
        return pick.external_id(_as_object(row))
    except BadRecord:
        return f"{NAMELESS}{blake2b(orjson.dumps(row), digest_size=6).hexdigest()}"


def _as_object(row: Any) -> dict[str, Any]:
    return row if isinstance(row, dict) else {"value": row}
