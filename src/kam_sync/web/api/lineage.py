"""Where a value of a KPI comes from: the rows that make it, or those that its definition reads."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from kam_sync.kpi.tracing import Input, Part, Unlisted
from kam_sync.kpi.values import Moment, Value, value
from kam_sync.web import paging, traced
from kam_sync.web.deps import AccountId, AllSources, Reading, Serving
from kam_sync.web.given import GivenDay
from kam_sync.web.paging import Cursor, Paging, Text
from kam_sync.web.query import Asked
from kam_sync.web.render import Spoken
from kam_sync.web.traced import Traced
from kam_sync.web.wording import lineage as words
from kam_sync.web.wording.language import Language

router = APIRouter(tags=["kpis"])

BY_PLACE = Cursor("kpi-rows", paging.number)
_Number = Annotated[str | None, Field(examples=["1200000"])]


class Line(BaseModel):
    """A record that makes a part of the value, or that the definition reads."""

    noun: str | None = Field(
        description="Null for goods in stock, which are made of many records.", examples=["deal"]
    )
    source: str | None = Field(examples=["sales"])
    external_id: str | None = Field(examples=["1048576"])
    name: str
    state: str = Field(description="Stage or status, in words; empty where it has none.")
    day: date | None = Field(description="What places it in the period.")
    amount: _Number = Field(description="In its own currency; for a ratio above the line.")
    divisor: _Number = Field(description="For a ratio: below the line.")
    currency: str | None = Field(examples=["RUB"])
    rate: _Number = Field(description="What it was multiplied by; null where not converted.")
    adds: _Number = Field(description="To the value; null where that is not known.")
    is_within: bool = Field(description="False for a row from before the period.")
    url: str | None = Field(description="Where people see it in the CRM.")
    record: str | None = Field(
        description="The page with the record as the CRM sent it.",
        examples=["/sources/sales/records/deal/1048576"],
    )


class Table(BaseModel):
    """How many rows of a kind there are."""

    table: str = Field(description="A noun, or an open table.", examples=["deal"])
    title: str
    rows: int = Field(description="In the period, or in what it is computed over.")
    before: int = Field(description="Known from before it.")


class Total(BaseModel):
    """What the rows come to."""

    above: str = Field(description="Their sum; for a ratio above the line.", examples=["1200000"])
    below: str | None = Field(description="For a ratio: below the line.")
    times: int | None = Field(description="For a ratio: so many times above by below.")
    comes_to: str | None = Field(examples=["1200000"])
    is_value: bool = Field(description="Whether that is the value, to the last place kept.")


class MadeOf(BaseModel):
    """A KPI whose values it reads."""

    kpi: str
    title: str
    values: list[Value]


class KpiRows(BaseModel):
    """A value, and where it comes from."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "kpi": "won_revenue", "title": "Won revenue", "explanation": "...",
                "version": "0f3c9a6f2d1b7e44", "unit": "RUB", "on": "2026-10-01",
                "value": {"amount": "1200000.00", "currency": "RUB"}, "is_partial": False,
                "measured_at": "2026-11-01T03:00:00Z", "first_told": None, "restated": 0,
                "unlisted": None, "unlisted_in_words": "",
                "total": {"above": "1200000", "below": None, "times": None,
                          "comes_to": "1200000", "is_value": True},
                "made_of": [],
                "tables": [{"table": "deal", "title": "Deals", "rows": 1, "before": 0}],
                "items": [{
                    "noun": "deal", "source": "sales", "external_id": "1048576",
                    "name": "October order", "state": "Won", "day": "2026-10-10",
                    "amount": "1200000", "divisor": None, "currency": "RUB", "rate": None,
                    "adds": "1200000", "is_within": True,
                    "url": "https://sales.example/leads/detail/1048576",
                    "record": "/sources/sales/records/deal/1048576",
                }],
                "next_cursor": None,
            }
        }
    )  # fmt: skip

    kpi: str
    title: str
    explanation: str
    version: str = Field(description="Of the definition.")
    unit: str
    on: date
    value: Value | None = Field(description="Null where the month has no value.")
    is_partial: bool
    measured_at: Moment | None = Field(description="When a value of it last became another one.")
    first_told: Value | None = Field(description="As it was first measured after the month's end.")
    restated: int = Field(description="How often it was changed since.")
    unlisted: Unlisted | None = Field(
        description="Why it is not known which rows make it; `items` are what is read then."
    )
    unlisted_in_words: str
    total: Total | None
    made_of: list[MadeOf]
    tables: list[Table]
    items: list[Line]
    next_cursor: str | None


class RowsQuery(Paging):
    """Which value."""

    unit: Text = Field(default="", description="Such as RUB; the first one where none is named.")
    on: GivenDay | None = Field(
        default=None, description="The first day of a month; else the newest."
    )


class Naming:
    """What is said of rows beside their numbers."""

    def __init__(
        self, session: Reading, services: Serving, sources: AllSources, language: Spoken
    ) -> None:
        self._session = session
        self._services = services
        self._sources = sources
        self._language = language

    def rows(self, found: Any) -> list[Line]:
        """Rows with the names and places of their records."""
        records = traced.records_of(self._session, found)
        stages = traced.stages_of(self._session, records.values())
        return [self._row(one, records, stages) for one in found]

    def _row(self, one: Part | Input, records: Any, stages: Any) -> Line:
        key, part = traced.key_of(one.record), one if isinstance(one, Part) else None
        record = records.get(key) if key else None
        source = self._sources.names.get(key[1]) if key else None
        return Line(
            noun=one.record.noun, source=source, external_id=one.record.external_id,
            name=words.name(one.record, record),
            state=words.state(self._language, record, stages) if record else "",
            day=one.day, amount=_text(one.amount), divisor=_text(part.divisor if part else None),
            currency=one.currency, rate=_text(part.rate if part else None),
            adds=_text(part.worth if part else None),
            is_within=one.is_within if isinstance(one, Input) else True,
            url=self._sources.card(self._services, key[1], key[0], key[2]) if key else None,
            record=_address(source, key) if key and source else None,
        )  # fmt: skip


class Tracing:
    """The KPI of an account in the path."""

    def __init__(
        self, session: Reading, services: Serving, account_id: AccountId, kpi: str
    ) -> None:
        self._session = session
        self._services = services
        self._account_id = account_id
        self._kpi = kpi

    def of(self, unit: str, on: date | None) -> Traced:
        """Where a value of it comes from."""
        asked = traced.Asked(self._account_id, self._kpi, unit, on)
        return traced.trace(self._session, self._services, asked)


Named = Annotated[Naming, Depends(Naming)]
OfKpi = Annotated[Tracing, Depends(Tracing)]


@router.get("/accounts/{account_id}/kpis/{kpi}/rows")
def get_rows_of_kpi(
    tracing: OfKpi, naming: Named, language: Spoken, query: Asked[RowsQuery]
) -> KpiRows:
    """Where a value of a KPI comes from: its rows with their records, and what they come to.

    Where it is not known which rows make it, `unlisted` says why, and `items` are all rows that its
    definition reads.
    """
    after = BY_PLACE.read(query.cursor)
    skip = 0 if after is None else int(after[0])
    found = tracing.of(query.unit, query.on)
    rows = found.rows(limit=query.limit + 1, skip=skip)
    has_more = len(rows) > query.limit
    return KpiRows(
        **_said(language, found),
        items=naming.rows(rows[: query.limit]),
        next_cursor=BY_PLACE.write(skip + query.limit) if has_more else None,
    )


def _said(language: Language, found: Traced) -> dict[str, Any]:
    """All but the rows."""
    kpi, point, why = found.kpi, found.point, found.unlisted
    first = point.reported if point and found.restated else None
    return {
        "kpi": kpi.key, "title": kpi.title[language.locale],
        "explanation": kpi.explanation[language.locale].strip(), "version": kpi.version,
        "unit": found.unit, "on": found.on, "value": _value(found, point.value if point else None),
        "is_partial": bool(point and point.is_partial),
        "measured_at": point.changed_at if point else None, "first_told": _value(found, first),
        "restated": len(found.restated), "unlisted": why,
        "unlisted_in_words": words.unlisted(language, why) if why else "",
        "total": _total(found), "tables": _tables(language, found),
        "made_of": [
            MadeOf(
                kpi=one.key, title=one.title[language.locale],
                values=[value(each.value, one.measure, each.unit) for each in points],
            )
            for one, points in found.made_of
        ],
    }  # fmt: skip


def _total(found: Traced) -> Total | None:
    total = found.total
    if total is None or not (found.point or found.count):
        return None
    is_ratio = bool(total.scale)
    return Total(
        above=_text(total.above) or "0", below=_text(total.below) if is_ratio else None,
        times=total.scale if is_ratio else None,
        comes_to=_text(None if total.value is None else round(total.value, 4)),
        is_value=total.makes(found.point.value if found.point else None),
    )  # fmt: skip


def _tables(language: Language, found: Traced) -> list[Table]:
    summed = [(one.noun, one.count, 0) for one in found.sums]
    read = [(one.table, one.within, one.before) for one in found.reads]
    return [
        Table(table=name, title=words.table(language, name), rows=rows, before=before)
        for name, rows, before in [*summed, *read]
    ]


def _value(found: Traced, number: Decimal | None) -> Value | None:
    return None if number is None else value(number, found.kpi.measure, found.unit)


def _text(number: Decimal | None) -> str | None:
    return None if number is None else f"{Decimal(number).normalize() + 0:f}"


def _address(source: str, key: traced.Key) -> str:
    noun, _, external_id = key
    return f"/sources/{quote(source, safe='')}/records/{noun}/{quote(external_id, safe='')}"
