"""Reads catalogs and documents: all of them, and then the days whose versions have changed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from hashlib import blake2b
from itertools import groupby

from connectors.kit.contract import Cursor, Page
from connectors.kit.reach import Kept
from connectors.kit.records import Noun, RawRecord
from connectors.onec.odata import Odata, Row, unpublished
from connectors.onec.profiles import CATALOGS, ROLES, Table
from connectors.onec.refers import Currencies
from connectors.onec.settings import Settings
from connectors.onec.walks import by_date, by_key

_BEGINNING = "0001-01-01T00:00:00"
_VERSIONS = "Ref_Key,DataVersion"
_ALL = "all"


class Reach(Kept):
    """The cursor: when all was read, where a walk through all stands, digests of what is known.

    A digest is of the keys and versions of the rows of a day, so that the cursor stays small
    however many rows there are; of a catalog there is one.
    """

    whole: datetime | None = None
    began: datetime | None = None
    of: str = ""
    """A digest of what all was read of: sets, as they were published and named then."""
    role: str | None = None
    since: str | None = None
    digests: Mapping[str, Mapping[str, str]] = {}


class Reading:
    """Catalogs and documents of one base."""

    def __init__(self, odata: Odata, settings: Settings) -> None:
        self._odata, self._settings = odata, settings
        self._currencies = Currencies(odata, settings)

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """All without a cursor; then what differs, and all once in `whole_days`."""
        reach = Reach.read(cursor)
        roles = self._roles(noun)
        now = self._odata.opened_at
        is_due = reach.of != self._of(roles) or self._is_old(reach.whole, now)
        if noun in CATALOGS:
            yield from self._catalog(noun, roles[0], Reach() if is_due else reach, now)
        elif is_due or reach.role:
            yield from self._all(noun, roles, reach, now)
        else:
            yield from self._recent(noun, roles, reach, now)

    def some(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        by_role: dict[str, list[str]] = defaultdict(list)
        for external_id in external_ids:
            role, _, key = external_id.rpartition("/")
            by_role[role or ROLES[noun][0]].append(key)
        for role, keys in by_role.items():
            table = self._table(noun, role)
            yield from self._raws(noun, role, self._odata.some(table, keys))

    def _is_old(self, whole: datetime | None, now: datetime) -> bool:
        days = self._settings.whole_days
        return whole is None or (bool(days) and now - whole >= timedelta(days=days))

    def _of(self, roles: Sequence[str]) -> str:
        """What is read of these sets: where another one is published or named, all of it is due."""
        tables = [repr(self._settings.tables[role]) for role in roles]
        return _digest([*tables, self._beginning()])

    def _wanted(self, noun: Noun) -> list[str]:
        """What a noun is read from in this base."""
        return [role for role in ROLES[noun] if role in self._settings.tables]

    def _roles(self, noun: Noun) -> list[str]:
        """What is published of it."""
        tables, wanted = self._settings.tables, self._wanted(noun)
        found = [role for role in wanted if tables[role].name in self._odata.published]
        if not found:
            raise unpublished(noun, ", ".join(tables[role].name for role in wanted))
        return found

    def _table(self, noun: Noun, role: str) -> Table:
        table = self._settings.tables.get(role)
        if table is None or table.name not in self._odata.published:
            raise unpublished(noun, role if table is None else table.name)
        return table

    def _catalog(self, noun: Noun, role: str, reach: Reach, now: datetime) -> Iterator[Page]:
        """All of it, unless the versions say that nothing has changed."""
        table = self._settings.tables[role]
        if reach.whole:
            rows = (row for page in by_key(self._odata, table, _VERSIONS) for row in page)
            if reach.digests == {role: _digests(rows, by_day=False)}:
                yield Page((), reach.kept())
                return
        seen: list[Row] = []
        for page in by_key(self._odata, table):
            seen += [{key: row.get(key) for key in _VERSIONS.split(",")} for row in page]
            yield Page(tuple(self._raws(noun, role, page)), is_whole=True)
        digests = {role: _digests(seen, by_day=False)}
        yield Page((), Reach(whole=now, of=self._of([role]), digests=digests).kept(), is_whole=True)

    def _all(self, noun: Noun, roles: Sequence[str], reach: Reach, now: datetime) -> Iterator[Page]:
        """All documents by their date, from where a walk was left."""
        began = reach.began or now
        is_whole = list(roles) == self._wanted(noun)
        first = roles.index(reach.role) if reach.role in roles else 0
        for role in roles[first:]:
            since = reach.since if role == reach.role else None
            for rows in by_date(
                self._odata, self._settings.tables[role], since or self._beginning()
            ):
                here = Reach(began=began, role=role, since=str(rows[-1].get("Date")))
                yield Page(tuple(self._raws(noun, role, rows)), here.kept(), is_whole=is_whole)
        yield Page((), Reach(whole=began, of=self._of(roles)).kept(), is_whole=is_whole)

    def _recent(
        self, noun: Noun, roles: Sequence[str], reach: Reach, now: datetime
    ) -> Iterator[Page]:
        """The days of the window in which some version is another one; they are read whole."""
        today = now.astimezone(self._settings.zone).date()
        since = max(_midnight(today - timedelta(self._settings.window_days)), self._beginning())
        found: dict[str, Mapping[str, str]] = {}
        for role in roles:
            table = self._settings.tables[role]
            versions = by_date(self._odata, table, since, select=f"{_VERSIONS},Date")
            found[role] = _digests((row for page in versions for row in page), by_day=True)
            known = reach.digests.get(role, {})
            for first, last in _changed(found[role], known):
                end = _midnight(date.fromisoformat(last) + timedelta(1))
                for rows in by_date(self._odata, table, _midnight(date.fromisoformat(first)), end):
                    yield Page(tuple(self._raws(noun, role, rows)))
        yield Page((), reach.model_copy(update={"digests": found}).kept())

    def _raws(self, noun: Noun, role: str, rows: Iterable[Row]) -> Iterator[RawRecord]:
        """With the currency looked up; where a noun has several sets, the id tells which."""
        before = f"{role}/" if len(ROLES[noun]) > 1 else ""
        field = self._settings.tables[role].fields.get("currency")
        for row in rows:
            body = row if field is None else {**row, "@currency": self._currencies.of(row, field)}
            yield RawRecord(noun, f"{before}{row.get('Ref_Key')}", body)

    def _beginning(self) -> str:
        since = self._settings.since
        return _midnight(since) if since else _BEGINNING


def _digests(rows: Iterable[Row], *, by_day: bool) -> dict[str, str]:
    """By day, or of all, what the keys and versions of the rows come to."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        day = str(row.get("Date"))[:10] if by_day else _ALL
        found[day].append(f"{row.get('Ref_Key')} {row.get('DataVersion')}")
    return {day: _digest(sorted(said)) for day, said in found.items()}


def _digest(lines: Iterable[str]) -> str:
    return blake2b("\n".join(lines).encode(), digest_size=6).hexdigest()


def _changed(found: Mapping[str, str], known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The days that differ, those next to each other together, as the first and the last."""
    for differs, days in groupby(sorted(found), lambda day: known.get(day) != found[day]):
        if differs:
            together = list(days)
            yield together[0], together[-1]


def _midnight(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"
