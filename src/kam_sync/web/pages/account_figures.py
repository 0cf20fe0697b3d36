"""The key figures of an account: all cards, and the one that was chosen as a large chart."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from kam_sync.drift.store import DriftStore
from kam_sync.kpi.definition import Measure
from kam_sync.kpi.model import Point
from kam_sync.kpi.plans import Plan, path
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.store import KpiStore, PlanStore
from kam_sync.web.pages.account_head import Opened
from kam_sync.web.pages.chart import Measured, measured
from kam_sync.web.pages.events import Event, Lane, events
from kam_sync.web.pages.spans import Span
from kam_sync.web.wording import changes, sentences
from kam_sync.web.wording.doubts import doubts
from kam_sync.web.wording.forecasts import forecast
from kam_sync.web.wording.language import Language


def figures(page: Opened, kpi: str, span: Span) -> dict[str, Any]:
    """What the part of the key figures shows."""
    cards = measured(page.points, DriftStore(page.session).of_account(page.account.id))
    chosen = _chosen(cards, kpi, [f"{alert.kpi}.{alert.unit}" for alert in page.alerts])
    forecasts = KpiStore(page.session).forecasts(page.account.id)
    return {
        "cards": cards,
        "changes": changes,
        "chosen": chosen,
        "span": span,
        "doubts": doubts,
        "currency": page.lists.currency,
        "forecasts": [one for one in forecasts if one.kpi in KPIS],
        "forecast": forecast,
        **(_drawn(page, chosen, span.first(page.lists.today)) if chosen else {}),
    }


def _chosen(cards: Sequence[Measured], asked: str, alerting: Sequence[str]) -> Measured | None:
    """The KPI asked for, else the first that an alert is about, else the first."""
    by_key = {card.key: card for card in cards}
    wanted = (by_key.get(key) for key in (asked, *alerting))
    return next((card for card in wanted if card), cards[0] if cards else None)


def _drawn(page: Opened, chosen: Measured, first: date) -> dict[str, Any]:
    """The months of the chart, what it draws, and what happened in them."""
    shown = [point for point in chosen.points if point.on >= first] or [chosen.newest]
    marked = events(page, chosen, shown[0].on)
    planned = _planned(page, chosen, shown)
    told: dict[date, list[Event]] = {}
    for one in marked:
        told.setdefault(one.month, []).append(one)
    return {
        "shown": shown,
        "planned": planned,
        "told_events": told,
        "chart": _chart(page.language, chosen, shown, told, planned),
    }


def _planned(page: Opened, chosen: Measured, shown: Sequence[Point]) -> dict[date, Decimal]:
    """What plans ask of each month; the shortest plan counts, as it is nearest."""
    services, kpi = page.lists.services, chosen.kpi
    today = page.lists.today
    found = PlanStore(page.session).of_account(
        page.account.id, today=today, since=shown[0].on, currency=page.lists.currency
    )
    mine = [one for one in found if one.kpi == kpi.key and one.currency in {None, chosen.unit}]
    asked: dict[date, Decimal] = {}
    for plan in sorted(mine, key=_length, reverse=True):
        asked |= path(plan, services.workdays, adds_up=kpi.adds_up)
    return {point.on: asked[point.on] for point in shown if point.on in asked}


def _length(plan: Plan) -> int:
    return (plan.ends_on - plan.starts_on).days


def _chart(
    language: Language, chosen: Measured, shown: Sequence[Point],
    told: Mapping[date, Sequence[Event]], planned: Mapping[date, Decimal],
) -> dict[str, Any]:  # fmt: skip
    """What the chart draws, for the script of the page."""
    band = chosen.band
    places = {point.on: at for at, point in enumerate(shown)}
    return {
        "months": [language.short_month(point.on) for point in shown],
        "values": [float(point.value) for point in shown],
        "texts": [_text(language, chosen, point) for point in shown],
        "notes": [[one.text for one in told.get(point.on, ())] for point in shown],
        "marks": {
            lane.value: sorted({places[on] for on, of in told.items() if on in places
                                for one in of if one.lane is lane})
            for lane in Lane
        },
        "plan": [float(planned[p.on]) if p.on in planned else None for p in shown],
        "partial": shown[-1].is_partial,
        "band": band and {"low": band[0], "high": band[1]},
        "expected": chosen.expected,
        "locale": language.locale.value,
        "currency": chosen.unit if chosen.kpi.measure is Measure.MONEY else None,
    }  # fmt: skip


def _text(language: Language, chosen: Measured, point: Point) -> str:
    """What is read of a month."""
    value = sentences.full_value(language, chosen.kpi.key, point.value, chosen.unit)
    running = f" ({language.gettext('month not over yet')})" if point.is_partial else ""
    return f"{language.month(point.on)}: {value}{running}"
