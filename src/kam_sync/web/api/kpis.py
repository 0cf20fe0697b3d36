"""KPIs: what they mean, and their values for an account."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import groupby
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale
from kam_sync.drift import model as drift
from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Kpi
from kam_sync.kpi.model import Forecast, Point
from kam_sync.kpi.registry import KPIS, named
from kam_sync.kpi.store import KpiStore
from kam_sync.kpi.values import Value, value
from kam_sync.matching.store import GroupStore
from kam_sync.web import paging
from kam_sync.web.api import answers
from kam_sync.web.deps import AccountId, Reading, Speaking
from kam_sync.web.given import GivenDay
from kam_sync.web.paging import Cursor, Page, Paging
from kam_sync.web.query import Asked

router = APIRouter(tags=["kpis"])

_BY_KEY = Cursor("kpis", paging.text)
_BY_UNIT = Cursor("account-kpis", paging.text, paging.text)

Findings = dict[tuple[str, str], drift.Finding]


class GroupQuery(Paging):
    """Of whom KPIs are asked for."""

    group: bool = Field(
        default=False, description="Of the account and all below it: its branches, its holding."
    )


class SpanQuery(GroupQuery):
    """Which months are asked for."""

    first: GivenDay | None = Field(default=None, alias="from", description="From this day on.")
    last: GivenDay | None = Field(default=None, alias="to", description="Until this day.")


@router.get("/kpis")
def list_kpis(locale: Speaking, query: Asked[Paging]) -> Page[answers.Kpi]:
    """What is measured, in the order in which people see it."""
    after, keys = _BY_KEY.read(query.cursor), list(KPIS)
    begin = 0 if after is None else keys.index(after[0]) + 1 if after[0] in KPIS else len(keys)
    kept, cursor = paging.page(keys[begin:], query.limit, _BY_KEY.write)
    return Page(items=[_kpi(KPIS[key], locale) for key in kept], next_cursor=cursor)


@router.get("/accounts/{account_id}/kpis")
def list_kpis_of_account(
    session: Reading, account_id: AccountId, locale: Speaking, query: Asked[GroupQuery]
) -> Page[answers.KpiOfAccount]:
    """The newest value of each KPI of an account, and what the detector says.

    The detector looks at accounts alone: of a group it says nothing.
    """
    AccountStore(session).account(account_id)
    after = _BY_UNIT.read(query.cursor)
    found = [
        one
        for one in newest_of(session, account_id, locale, of_group=query.group)
        if after is None or (one.kpi, one.unit) > after
    ]
    kept, cursor = paging.page(found, query.limit, lambda one: _BY_UNIT.write(one.kpi, one.unit))
    return Page(items=kept, next_cursor=cursor)


@router.get("/accounts/{account_id}/kpis/{kpi}")
def get_kpi_of_account(
    session: Reading,
    account_id: AccountId,
    kpi: str,
    locale: Speaking,
    query: Asked[SpanQuery],
) -> answers.SeriesOfAccount:
    """A KPI of an account over the months, oldest first."""
    AccountStore(session).account(account_id)
    found = named(kpi)
    if query.first and query.last and query.first > query.last:
        raise WrongUse("from: lies after to")
    of_group = query.group and GroupStore(session).has_children(account_id)
    points = KpiStore(session).points(
        account_id, kpi, first=query.first, last=query.last, of_group=of_group
    )
    findings = {} if query.group else _findings(session, account_id)
    series = [
        answers.Series(
            unit=unit,
            points=[_point(point) for point in of_unit],
            finding=_finding(findings.get((kpi, unit))),
        )
        for _, unit, of_unit in _grouped(points)
    ]
    return answers.SeriesOfAccount(
        kpi=_kpi(found, locale),
        series=series,
        forecasts=[
            _forecast(one)
            for one in KpiStore(session).forecasts(account_id, of_group=of_group)
            if one.kpi == kpi
        ],
    )


def newest_of(
    session: Session, account_id: UUID, locale: Locale, *, of_group: bool
) -> list[answers.KpiOfAccount]:
    """The newest value of each KPI of an account, or of it and all below it."""
    has_group = of_group and GroupStore(session).has_children(account_id)
    findings = {} if of_group else _findings(session, account_id)
    return [
        answers.KpiOfAccount(
            kpi=kpi,
            title=KPIS[kpi].title[locale],
            unit=unit,
            newest=_point(points[-1]),
            finding=_finding(findings.get((kpi, unit))),
        )
        for kpi, unit, points in _grouped(KpiStore(session).points(account_id, of_group=has_group))
    ]


def _grouped(points: Sequence[Point]) -> Iterable[tuple[str, str, list[Point]]]:
    known = sorted((p for p in points if p.kpi in KPIS), key=lambda p: (p.kpi, p.unit, p.on))
    for (kpi, unit), of_unit in groupby(known, key=lambda p: (p.kpi, p.unit)):
        yield kpi, unit, list(of_unit)


def _findings(session: Session, account_id: UUID) -> Findings:
    return drift.by_kpi(DriftStore(session).of_account(account_id))


def _kpi(kpi: Kpi, locale: Locale) -> answers.Kpi:
    said = {
        name: text and text[locale].strip()
        for name in ("title", "explanation", "variant", "minimum", "traps")
        for text in [getattr(kpi, name)]
    }
    named_alike = {"key", "family", "source", "measure", "good", "is_watched", "function"}
    plain = kpi.model_dump(include=named_alike)
    return answers.Kpi(
        **plain,
        **said,
        at_stake=kpi.at_stake,
        grains=list(kpi.grains),
        formula=kpi.formula,
        version=kpi.version,
    )


def _point(point: Point) -> answers.Point:
    measure = KPIS[point.kpi].measure
    return answers.Point(
        on=point.on,
        value=value(point.value, measure, point.unit),
        is_partial=point.is_partial,
        reported=None if point.reported is None else value(point.reported, measure, point.unit),
        doubts=[answers.Doubted(**asdict(one)) for one in point.doubts],
    )


def _forecast(said: Forecast) -> answers.Forecast:
    amounts = {
        name: None if amount is None else value(amount, KPIS[said.kpi].measure, said.unit)
        for name in ("value", "low", "high")
        for amount in [getattr(said, name)]
    }
    plain = said.model_dump(include={"unit", "made_on", "alive", "orders", "why"})
    return answers.Forecast(**plain, **amounts)


_PLAIN = {"rule", "kind", "verdict", "why", "gap", "since", "on", "grain", "confidence"}


def _finding(found: drift.Finding | None) -> answers.Finding | None:
    if found is None:
        return None
    measure = KPIS[found.kpi].measure

    def shown(number: float | None) -> Value | None:
        return None if number is None else value(number, measure, found.unit)

    return answers.Finding(
        **found.model_dump(include=_PLAIN),
        observed=shown(found.observed),
        expected=shown(found.expected),
        low=shown(found.low),
        high=shown(found.high),
    )
