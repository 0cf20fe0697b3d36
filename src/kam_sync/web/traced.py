"""Where a value of a KPI comes from, as page and API show it: its rows, and their records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from kam_sync.accounts.model import Account, Deal, FromSource
from kam_sync.accounts.store import AccountStore, RecordStore, StageKey, ZoneStore, kind_of
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.model import Point, Restatement
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import ROWS, KpiStore, Of, TraceStore, open_tables
from kam_sync.kpi.tracing import Input, Part, Read, Record, Sum, Total, Unlisted, total, unlisted
from kam_sync.wiring import Services

Key = tuple[str, int, str]
"""Noun, source and id of a record."""


_FIRST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which value: of the newest month, and of the only unit, where none is named."""

    account_id: UUID
    kpi: str
    unit: str = ""
    on: date | None = None


@dataclass(frozen=True)
class Traced:
    """A value and where it comes from; its rows are read page by page."""

    account: Account
    kpi: Kpi
    unit: str
    on: date
    units: Sequence[str]
    """All units that it has values in."""
    months: Sequence[date]
    """The months with a value in this unit, oldest first."""
    point: Point | None
    """None where it has no value in that month."""
    restated: Sequence[Restatement]
    made_of: Sequence[tuple[Kpi, Sequence[Point]]]
    """The KPIs that it reads, with their values of the month."""
    store: TraceStore = field(repr=False)

    @property
    def of(self) -> Of:
        """What its rows are asked by."""
        return Of(self.account.id, self.kpi, self.unit, self.on)

    @property
    def is_summed(self) -> bool:
        """Whether it is known which rows make it."""
        return self.kpi.key in ROWS

    @property
    def unlisted(self) -> Unlisted | None:
        """Why it is not."""
        return None if self.is_summed else unlisted(self.kpi, sorted(open_tables(self.kpi.sql)))

    @cached_property
    def sums(self) -> list[Sum]:
        """What its rows come to, by noun."""
        return self.store.sums(self.of) if self.is_summed else []

    @cached_property
    def total(self) -> Total | None:
        """What they come to together."""
        return total(self.sums, ROWS[self.kpi.key].scale) if self.is_summed else None

    @cached_property
    def reads(self) -> list[Read]:
        """How much its definition reads, where it is not known which rows make it."""
        return [] if self.is_summed else self.store.reads(self.of)

    @property
    def count(self) -> int:
        """How many rows there are."""
        if self.is_summed:
            return sum(one.count for one in self.sums)
        return sum(one.within + one.before for one in self.reads)

    def rows(self, *, limit: int, skip: int = 0) -> Sequence[Part] | Sequence[Input]:
        """Some of its rows: of those that make it the largest first, else the latest first."""
        read = self.store.parts if self.is_summed else self.store.inputs
        return read(self.of, limit=limit, skip=skip)


def trace(session: Session, services: Services, asked: Asked) -> Traced:
    """Where a value comes from. Raises NotHere, and WrongUse where one has to be chosen."""
    account, kpi = AccountStore(session).account(asked.account_id), named(asked.kpi)
    points = KpiStore(session).points(account.id, kpi.key)
    units = sorted({point.unit for point in points})
    unit = asked.unit or (units[0] if units else services.settings.currency)
    own = [point for point in points if point.unit == unit]
    running = services.as_of().astimezone(services.zone).date().replace(day=1)
    on = asked.on or (own[-1].on if own else running)
    if on.day != 1 or not _FIRST <= on <= running:
        raise WrongUse(f"on {on}: name a month by its first day, from {_FIRST} to {running}")
    zone = ZoneStore(session).zone(account.id, services.zone)
    return Traced(
        account, kpi, unit, on, units, [point.on for point in own],
        next((point for point in own if point.on == on), None),
        KpiStore(session).restated_months(account.id, kpi.key, unit, [on]),
        [(KPIS[key], _values(session, account.id, key, on)) for key in kpi.after if key in KPIS],
        TraceStore(
            session, zone, services.as_of(), services.settings.currency,
        ),
    )  # fmt: skip


def records_of(session: Session, rows: Sequence[Part | Input]) -> Mapping[Key, Any]:
    """The records of rows, as they are by now."""
    wanted: dict[str, list[tuple[int, str]]] = {}
    for row in rows:
        if key := key_of(row.record):
            wanted.setdefault(key[0], []).append(key[1:])
    found: dict[Key, FromSource] = {}
    for noun, keys in wanted.items():
        known = RecordStore(session).by_keys(kind_of(noun), keys)
        found.update({(noun, *key): record for key, record in known.items()})
    return found


def stages_of(session: Session, records: Iterable[Any]) -> Mapping[StageKey, str]:
    """The names of the stages that deals among them may be in."""
    sources = {one.source_id for one in records if isinstance(one, Deal)}
    return RecordStore(session).stage_names(sources)


def key_of(record: Record) -> Key | None:
    """By what a record is found; None for a row that is none."""
    if record.noun is None or record.source_id is None or record.external_id is None:
        return None
    return record.noun, record.source_id, record.external_id


def _values(session: Session, account_id: UUID, kpi: str, on: date) -> list[Point]:
    return list(KpiStore(session).points(account_id, kpi, first=on, last=on))
