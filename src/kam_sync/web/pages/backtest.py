"""What a rule did and would have done, laid out for charts and for the tables beside them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from kam_sync.alerts.store import OfMonth
from kam_sync.drift.backtest import Fired
from kam_sync.drift.model import Finding
from kam_sync.drift.rule import Rule
from kam_sync.jobs.ruling import Tried
from kam_sync.kpi.definition import Grain
from kam_sync.kpi.periods import shift
from kam_sync.web.wording import sentences
from kam_sync.web.wording.language import Language

_MONTHS = {Grain.DAY: 3, Grain.WEEK: 12, Grain.MONTH: 12}


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
    account: UUID | None
    trace: Mapping[str, Any] | None
    """The values of one account with the band, and where an alert would have been opened."""


def of_months(language: Language, months: Sequence[OfMonth]) -> dict[str, Any] | None:
    """The alerts that were really opened, for a chart; None where there were none."""
    if not any(one.opened for one in months):
        return None
    return {
        "labels": [language.short_month(one.on) for one in months],
        "stack": True,
        "series": [
            _bars(language.gettext("There was something to do"), "--good", [m.true for m in months]),
            _bars(language.gettext("False alarms"), "--bad", [m.false for m in months]),
            _bars(language.gettext("Known before"), "--quiet", [m.known for m in months]),
            _bars(language.gettext("Not said yet"), "--accent", [m.unsaid for m in months]),
        ],
    }


def shown(
    language: Language, rule: Rule, tried: Tried, before: list[Fired] | None, today: date,
    account: UUID | None,
) -> Shown:  # fmt: skip
    """What a rule would have opened, beside what it opens as it is saved."""
    ons = [shift(today, -back) for back in range(_MONTHS[rule.grain], -1, -1)]
    now = Counter(one.on.replace(day=1) for one in tried.fired)
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
        account,
        _trace(language, tried, account),
    )


def _trace(language: Language, tried: Tried, account: UUID | None) -> dict[str, Any] | None:
    """The unit that most was said about, look by look."""
    known = [one for one in tried.traced if one.observed is not None]
    if account is None or not known:
        return None
    [(unit, _)] = Counter(one.unit for one in known).most_common(1)
    looks = [one for one in known if one.unit == unit]
    fired = {one.said.changed_at for one in tried.fired if one.said.account_id == account}
    return {
        "labels": [language.day(one.on or language.day_of(one.changed_at)) for one in looks],
        "values": [one.observed for one in looks],
        "low": [one.low for one in looks],
        "high": [one.high for one in looks],
        "expected": [one.expected for one in looks],
        "fired": [at for at, one in enumerate(looks) if one.changed_at in fired],
        "texts": [_text(language, one, is_fired=one.changed_at in fired) for one in looks],
        "locale": language.locale.value,
        "names": {
            "value": language.gettext("Value"),
            "band": language.gettext("Usual range"),
            "expected": language.gettext("Expected"),
            "fired": language.gettext("Would be told here"),
        },
    }


def _text(language: Language, one: Finding, *, is_fired: bool) -> str:
    day = language.day(one.on or language.day_of(one.changed_at))
    said = f"{day}: {sentences.full_value(language, one.kpi, one.observed or 0, one.unit)}"
    return f"{said} · {language.gettext('Would be told here')}" if is_fired else said


def _bars(name: str, colour: str, values: list[int]) -> dict[str, Any]:
    return {"name": name, "colour": colour, "values": values}
