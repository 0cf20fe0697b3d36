"""A CRM in memory that deletes, restores, merges, lists stale rows and breaks as a test wants."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

from connectors import (
    Company,
    Connector,
    Contact,
    Cursor,
    Deal,
    Deletions,
    Hint,
    HintKind,
    Noun,
    NounFacts,
    Outcome,
    Page,
    RawRecord,
    Record,
    RetryLater,
    Task,
    User,
)
from kam_sync.intake.model import Access, NewSource, Source
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services

_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_NOUNS = {
    Noun.USER: NounFacts(is_whole=True),
    Noun.COMPANY: _ANNOUNCED,
    Noun.CONTACT: _ANNOUNCED,
    Noun.DEAL: _ANNOUNCED,
    Noun.TASK: _ANNOUNCED,
}
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass
class MemoryCrm:
    """Rows by noun and id; a row is the fields of a record, `changed` when it last changed."""

    page_size: int = 2
    nouns: Mapping[Noun, NounFacts] = field(default_factory=lambda: _NOUNS)
    rows: dict[Noun, dict[str, dict[str, Any]]] = field(default_factory=dict)
    changed: dict[tuple[Noun, str], int] = field(default_factory=dict)
    hints: list[Hint] = field(default_factory=list)
    """Told by the next pull of companies, as a log of events would."""
    stale: dict[Noun, dict[str, dict[str, Any]]] = field(default_factory=dict)
    """Rows that lists show although they are no longer there."""
    hidden: set[tuple[Noun, str]] = field(default_factory=set)
    """Rows that lists skip although they are there."""
    breaks_at: tuple[Noun, int] | None = None
    """The next pull of the noun ends with an error before its page of this number."""
    asked: list[tuple[Noun, str]] = field(default_factory=list)
    """Who was asked for by id."""
    is_deaf: bool = False
    """Asking by id ends in an error."""
    now: int = 0
    kind = "memory"
    requests = 0

    def put(self, noun: Noun, id_: str, **values: Any) -> None:
        """Add a row, or change it."""
        of_noun = self.rows.setdefault(noun, {})
        of_noun[id_] = {"name": f"{noun.value} {id_}", **of_noun.get(id_, {}), **values}
        self.now += 1
        self.changed[noun, id_] = self.now

    def fill(self, noun: Noun, count: int, **values: Any) -> None:
        """Rows 1 to `count`."""
        for number in range(1, count + 1):
            self.put(noun, str(number), **values)

    def remove(self, noun: Noun, id_: str, *, tell: bool = False) -> None:
        """Delete a row, with or without word of it."""
        self.rows[noun].pop(id_)
        if tell:
            self.hints.append(Hint(noun, id_))

    def merge(self, noun: Noun, loser: str, survivor: str, **moved: Any) -> None:
        """Merge a row into another: what pointed at it points there, and no time moves."""
        self.rows[noun].pop(loser)
        self.rows[noun][survivor].update(moved)
        for of_noun in self.rows.values():
            for row in of_noun.values():
                for key in ("company", "about"):
                    if row.get(key) == loser:
                        row[key] = survivor
        self.hints.append(Hint(noun, survivor, HintKind.MERGED))

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """All rows by id when there is no cursor, else those that changed since."""
        if self.nouns[noun].is_whole:
            cursor = None
        since, until, walked = (cursor or f"-1,{self.now},").split(",")
        if cursor and not walked:
            until = str(self.now)
        ids = sorted(self.rows.get(noun, {}).keys() | self.stale.get(noun, {}).keys())
        shown = [
            key for key in ids
            if key > walked and (noun, key) not in self.hidden
            and (self.changed[noun, key] > int(since) or key in self.stale.get(noun, {}))
        ]  # fmt: skip
        for number, first in enumerate(range(0, len(shown), self.page_size)):
            self._break(noun, number)
            part = shown[first : first + self.page_size]
            raws = tuple(RawRecord(noun, key, dict(self._listed(noun, key))) for key in part)
            yield Page(raws, f"{since},{until},{part[-1]}", is_whole=since == "-1")
        self._break(noun, -1)
        hints = tuple(self.hints) if noun is Noun.COMPANY else ()
        yield Page((), f"{until},{until},", hints, is_whole=since == "-1")
        if hints:
            self.hints.clear()

    def translate(self, raw: RawRecord) -> Record:
        """A row in our words."""
        return _SAID[raw.noun](raw.external_id, raw.body)

    def close(self) -> None:
        """Nothing to give back."""

    def _listed(self, noun: Noun, key: str) -> dict[str, Any]:
        return self.stale.get(noun, {}).get(key) or self.rows[noun][key]

    def _break(self, noun: Noun, page: int) -> None:
        if self.breaks_at == (noun, page):
            self.breaks_at = None
            raise RetryLater(f"{noun}: broken before page {page}")


class AskableCrm(MemoryCrm):
    """The same, and it can be asked for rows by id."""

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those that are there."""
        if self.is_deaf:
            raise RetryLater(f"{noun}: asked by id")
        for key in external_ids:
            self.asked.append((noun, key))
            if key in self.rows.get(noun, {}):
                yield RawRecord(noun, key, dict(self.rows[noun][key]))

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """The tasks about a row."""
        for key, row in self.rows.get(Noun.TASK, {}).items():
            if (row.get("about_noun"), row.get("about")) == (noun.value, external_id):
                yield RawRecord(Noun.TASK, key, dict(row))


@dataclass(frozen=True, slots=True)
class ServicesOf(Services):
    """Services that open one CRM, whatever the source."""

    crm: Connector | None = None

    def open(self, source: Source, access: Access) -> Connector:
        """That CRM."""
        assert self.crm is not None
        return self.crm


def connected(services: Services, crm: Connector) -> tuple[ServicesOf, int]:
    """The CRM as a source; nothing is synced yet."""
    new = NewSource(name=f"memory-{uuid4().hex}", kind="memory", base_url="http://127.0.0.1:9")
    with services.database.transaction() as session:
        source_id = SourceStore(session).add(new, Access(sealed_token=""), services.now()).id
    plain = {name: getattr(services, name) for name in services.__dataclass_fields__}
    return ServicesOf(**plain, crm=crm), source_id


def _company(key: str, row: Any) -> Company:
    return Company(
        key, row["name"], row.get("inn"), phones=tuple(row.get("phones", ())),
        emails=tuple(row.get("emails", ())), is_deleted=row.get("is_deleted", False),
    )  # fmt: skip


def _contact(key: str, row: Any) -> Contact:
    return Contact(key, row["name"], row.get("company"), phones=tuple(row.get("phones", ())))


def _deal(key: str, row: Any) -> Deal:
    deal = Deal(
        key, row["name"], "3300", "142", Outcome.OPEN, Decimal(row.get("amount", 100)),
        row.get("currency", "RUB"), row.get("company"), created_at=LONG_AGO, updated_at=LONG_AGO,
    )  # fmt: skip
    for outcome in (Outcome.WON, Outcome.LOST):
        if closed_at := row.get(outcome.value):
            return replace(deal, outcome=outcome, closed_at=closed_at)
    return deal


def _task(key: str, row: Any) -> Task:
    noun = row.get("about_noun")
    return Task(key, row["name"], is_done=False, about_noun=Noun(noun) if noun else None,
                about_external_id=row.get("about"))  # fmt: skip


_SAID = {
    Noun.USER: lambda key, row: User(key, row["name"]),
    Noun.COMPANY: _company,
    Noun.CONTACT: _contact,
    Noun.DEAL: _deal,
    Noun.TASK: _task,
}
