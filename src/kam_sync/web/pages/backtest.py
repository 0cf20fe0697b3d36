"""What a rule did and would have done, laid out for charts and for the tables beside them."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kam_sync.alerts.store import OfMonth
from kam_sync.drift.backtest import Fired, Look
from kam_sync.drift.rule import Rule
from kam_sync.jobs.ruling import Tried
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import shift
from kam_sync.web.wording import sentences
from kam_sync.web.wording.language import Language

_MONTHS = {Grain.DAY: 3, Grain.WEEK: 12, Grain.MONTH: 12}
_TRACED = 40
"""Of so many accounts the values are drawn."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What came of trying a rule."""

    fired: list[Fired]
    names: Mapping[UUID, str]
    before: int | None
    """How many alerts the saved rule would have opened; None where nobody asked."""
    months: list[tuple[date, int, int | None]]
    """By month the alerts of the tried rule, and of the saved one."""
    chart: Mapping[str, Any]
    traces: Mapping[str, Mapping[str, Any]]
    """By account its values with the band, and where an alert would have been opened."""
    words: Mapping[str, str]
    """What is drawn of an account."""


def of_months(language: Language, months: Sequence[OfMonth]) -> dict[str, Any] | None:
    """The alerts that were really opened, for a chart; None where there were none."""
    if not any(one.opened for one in months):
        return None
    worth = language.gettext("There was something to do")
    return {
        "labels": [language.short_month(one.on) for one in months],
        "stack": True,
        "series": [
            _bars(worth, "--good", [m.true for m in months]),
            _bars(language.gettext("False alarms"), "--bad", [m.false for m in months]),
            _bars(language.gettext("Known before"), "--quiet", [m.known for m in months]),
            _bars(language.gettext("Not said yet"), "--accent", [m.unsaid for m in months]),
        ],
    }


def shown(language: Language, rule: Rule, tried: Tried, today: date) -> Shown:
    """What a rule would have opened, beside what it opens as it is saved."""
    ons = [shift(today, -back) for back in range(_MONTHS[rule.grain], -1, -1)]
    now = Counter(one.on.replace(day=1) for one in tried.fired)
    before = tried.before
    was = None if before is None else Counter(one.on.replace(day=1) for one in before)
    series = [_bars(language.gettext("As tried"), "--accent", [now[on] for on in ons])]
    if was is not None:
        as_saved = _bars(language.gettext("As saved"), "--quiet", [was[on] for on in ons])
        series.insert(0, as_saved)
    return Shown(
        tried.fired,
        tried.names,
        None if before is None else len(before),
        [(on, now[on], None if was is None else was[on]) for on in ons],
        {"labels": [language.short_month(on) for on in ons], "stack": False, "series": series},
        _traces(language, rule, tried),
        {
            "value": language.gettext("Value"),
            "band": language.gettext("Usual range"),
            "expected": language.gettext("Expected"),
            "fired": language.gettext("Would be told here"),
        },
    )


def _traces(language: Language, rule: Rule, tried: Tried) -> dict[str, dict[str, Any]]:
    """Those of the accounts that come first, each in the unit of its latest alert."""
    units = {one.said.account_id: one.said.unit for one in reversed(tried.fired)}
    first = list(dict.fromkeys(one.said.account_id for one in tried.fired))[:_TRACED]
    days = {(one.said.account_id, one.on) for one in tried.fired}
    return {
        str(account): {"name": tried.names[account]}
        | _trace(
            language,
            rule.kpi,
            [one for one in tried.looks[account] if one.unit == units[account]],
            {on for whose, on in days if whose == account},
        )
        for account in first
    }


def _trace(
    language: Language, kpi: str, looks: Sequence[Look], fired: Collection[date]
) -> dict[str, Any]:
    known = [one for one in looks if one.observed is not None]
    return {
        "labels": [language.day(one.on) for one in known],
        "values": [one.observed for one in known],
        "low": [one.low for one in known],
        "high": [one.high for one in known],
        "expected": [one.expected for one in known],
        "fired": [at for at, one in enumerate(known) if one.day in fired],
        "texts": [_text(language, kpi, one, is_fired=one.day in fired) for one in known],
    }


def _text(language: Language, kpi: str, one: Look, *, is_fired: bool) -> str:
    value = sentences.full_value(language, kpi, one.observed or 0, one.unit)
    said = f"{language.day(one.on)}: {value}"
    return f"{said} · {language.gettext('Would be told here')}" if is_fired else said


def _bars(name: str, colour: str, values: list[int]) -> dict[str, Any]:
    return {"name": name, "colour": colour, "values": values}
