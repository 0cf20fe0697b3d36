"""Pulls one noun by its profile: all of it, or what has changed where the CRM can tell."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from connectors.kit import values
from connectors.kit.contract import Cursor, Page
from connectors.kit.errors import BadRecord, ErrorKind, NoRights
from connectors.kit.http import CrmHttp
from connectors.kit.readers import place_of
from connectors.kit.records import NAMELESS, Noun, RawRecord
from connectors.kit.rules import EntityRules, key_of
from connectors.profiled.asking import Asking
from connectors.profiled.model import Profile
from connectors.profiled.parts import Entity
from connectors.profiled.progress import Progress
from connectors.profiled.walking import Step, walk

_ENOUGH = 20
"""From so many rows on, a column that is in none of them is missed."""


def pull(http: CrmHttp, profile: Profile, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
    """Pages of a noun; the last one, empty, carries where the next pull begins."""
    entity, rules = profile.entities[noun], profile.rules(noun)
    progress = Progress.read(cursor)
    asking = Asking(http, profile, noun, progress.since)
    is_whole, is_old = progress.since is None, _oldness(entity, profile, progress.since)
    for step in walk(asking, lambda row: name_of(rules, row), progress.place):
        if is_whole and progress.place is None:
            refuse_lost(entity, step.rows)
        progress = _after(progress, step, entity)
        rows = [row for row in step.rows if not is_old(row)]
        yield Page(tuple(raw_records(rules, rows)), progress.kept(), is_whole=is_whole)
    yield Page((), _done(progress, entity).kept(), is_whole=is_whole)


def raw_records(rules: EntityRules, rows: Sequence[Any]) -> Iterator[RawRecord]:
    """Rows under their keys; a row that is no object is passed on and will be set aside."""
    for row in rows:
        body = row if isinstance(row, dict) else {"value": row}
        yield RawRecord(rules.noun, name_of(rules, row), body)


def name_of(rules: EntityRules, row: Any) -> str:
    """The key of a row, or a mark of its content where it has none."""
    if isinstance(row, dict):
        try:
            if found := key_of(rules, row):
                return found
        except BadRecord:
            pass
    content = orjson.dumps(row, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return NAMELESS + blake2b(content, digest_size=12).hexdigest()


def refuse_lost(entity: Entity, rows: Sequence[Any]) -> None:
    """Stop where a column of the profile is in no row: somebody has renamed it in the CRM."""
    objects = [row for row in rows if isinstance(row, Mapping)]
    if len(objects) < _ENOUGH:
        return
    for name, rule in entity.fields.items():
        columns = [column for column in rule.columns if column not in entity.may_lack]
        if len(columns) < len(rule.columns) or not columns:
            continue
        tops = {part for column in columns for part in (column, column.partition(".")[0])}
        if not any(tops & row.keys() for row in objects):
            raise NoRights(
                f"no row has {' or '.join(columns)}, from which the profile reads {name}; "
                "was it renamed in the CRM? Else put it into may_lack",
                kind=ErrorKind.UNFIT,
            )


def _after(progress: Progress, step: Step, entity: Entity) -> Progress:
    slack = timedelta(minutes=entity.changed_since.minutes if entity.changed_since else 0)
    began = progress.began or step.answered.at - slack
    return progress.model_copy(update={"began": began, "place": step.place})


def _done(progress: Progress, entity: Entity) -> Progress:
    """Where the next pull begins: at the beginning, where the CRM tells of no changes."""
    if entity.changed_since is None:
        return Progress()
    return Progress(since=progress.began or progress.since)


def _oldness(entity: Entity, profile: Profile, since: datetime | None) -> Callable[[Any], bool]:
    """Tells rows that have not changed since: a filter that the CRM ignores is noticed so."""
    if since is None or entity.changed_since is None:
        return lambda _row: False
    get, zone = place_of(entity.changed_since.at), ZoneInfo(entity.zone or profile.zone)

    def is_old(row: Any) -> bool:
        try:
            at = values.moment(get(row), zone) if isinstance(row, Mapping) else None
        except BadRecord:
            return False
        return at is not None and at < since

    return is_old
