"""What the numbers say, in a sentence: alerts, verdicts, states."""

from decimal import Decimal
from typing import Protocol

from kam_sync.alerts.model import Alert
from kam_sync.drift.detect import Baseline
from kam_sync.drift.model import Finding, Kind, Verdict, Why
from kam_sync.intake.model import Held, HeldWhy, NounEnd, RunState, SourceState
from kam_sync.kpi.definition import Family, Good, Measure
from kam_sync.kpi.registry import KPIS
from kam_sync.web.wording.language import Language, Number
from kam_sync.web.wording.silences import silence

_LEAST_MONTHS = Baseline(floor=1.0).least_points


class Moved(Protocol):
    """What tells of a KPI that has moved: an alert, or a finding of a drift."""

    kpi: str
    unit: str


def value(language: Language, kpi: str, number: Number, unit: str) -> str:
    """A value of a KPI in a short form."""
    match KPIS[kpi].measure:
        case Measure.MONEY:
            return language.money(number, unit)
        case Measure.DAYS:
            return language.days(number)
        case Measure.PERCENT:
            return language.percent(number)
        case Measure.COUNT | Measure.POINTS:
            return language.number(number, places=1)


def full_value(language: Language, kpi: str, number: Number, unit: str) -> str:
    """A value of a KPI in full."""
    if KPIS[kpi].measure is Measure.MONEY:
        return language.full_money(round(Decimal(str(number)), 2), unit)
    return value(language, kpi, number, unit)


def alert(language: Language, about: Alert) -> str:
    """What an alert says, with its numbers."""
    if about.kind is Kind.SILENCE:
        return silence(language, about)
    observed, usual = _pair(language, about, about.observed, about.expected)
    month = language.since_month(about.since)
    return _moved(language, about.kpi) % {"observed": observed, "usual": usual, "month": month}


def finding(language: Language, found: Finding | None, months: int) -> str:
    """What the detector says of a KPI; `months` is how many whole months there are."""
    if found is None:
        return language.gettext("Not judged yet.")
    is_silence = found.kind is Kind.SILENCE
    return _silent(language, found) if is_silence else _level(language, found, months)


def _level(language: Language, found: Finding, months: int) -> str:
    match found.why:
        case Why.TOO_LITTLE_HISTORY:
            return _too_little(language, months)
        case Why.STALE:
            return language.gettext(
                "Stale: the latest whole month has no value, so nothing can be said."
            )
        case Why.DATA_SUSPECT:
            return language.gettext(
                "Not all is here that it is computed from, so nothing is said until it is."
            )
        case Why.INSIDE_BAND:
            return _as_usual(language, found)
        case Why.OUTSIDE_BAND:
            return _drifted(language, found)


def _silent(language: Language, found: Finding) -> str:
    match found.why:
        case Why.TOO_LITTLE_HISTORY:
            return language.gettext("Too few orders to know its rhythm.")
        case Why.INSIDE_BAND:
            return language.gettext("As usual: %(what)s.") % {"what": silence(language, found)}
        case Why.OUTSIDE_BAND:
            return language.gettext("Worse than usual: %(what)s.") % {
                "what": silence(language, found)
            }
        case _:
            return language.gettext(
                "Not all is here that it is computed from, so nothing is said until it is."
            )


def is_bad(found: Finding) -> bool:
    """Whether a drift goes to the side that is bad for us."""
    if found.verdict is not Verdict.DRIFT or found.gap is None:
        return False
    return found.gap < 0 if KPIS[found.kpi].good is Good.UP else found.gap > 0


def band(found: Finding) -> tuple[float, float] | None:
    """The usual range as people know it: nothing below zero, no share above all."""
    if found.low is None or found.high is None:
        return None
    high = min(found.high, 100.0) if KPIS[found.kpi].measure is Measure.PERCENT else found.high
    return max(found.low, 0.0), high


def family(language: Language, about: Family) -> str:
    """What KPIs are about."""
    texts = {
        Family.DEALS: language.gettext("Deals"),
        Family.ORDERS: language.gettext("Orders"),
        Family.RETENTION: language.gettext("Retention"),
        Family.VALUE: language.gettext("Lifetime value"),
        Family.PROFIT: language.gettext("Profit"),
        Family.RECEIVABLES: language.gettext("Receivables"),
        Family.CHANNEL: language.gettext("Sell-in, sell-out, stock"),
        Family.PLANS: language.gettext("Plans and budgets"),
        Family.RELATION: language.gettext("Relation"),
        Family.PORTFOLIO: language.gettext("Portfolio"),
        Family.OWN: language.gettext("Our own"),
    }
    return texts[about]


def source_state(language: Language, state: SourceState) -> str:
    """How a source stands."""
    match state:
        case SourceState.ACTIVE:
            return language.gettext("connected")
        case SourceState.PAUSED:
            return language.gettext("paused")
        case SourceState.NEEDS_PERSON:
            return language.gettext("needs a person")
        case SourceState.NEEDS_REAUTH:
            return language.gettext("needs access anew")
        case SourceState.REMOVING:
            return language.gettext("being removed")


def run_state(language: Language, state: RunState) -> str:
    """How a run stands or ended."""
    match state:
        case RunState.RUNNING:
            return language.gettext("running")
        case RunState.DONE:
            return language.gettext("done")
        case RunState.LATER:
            return language.gettext("will go on later")
        case RunState.STOPPED:
            return language.gettext("stopped")
        case RunState.FAILED:
            return language.gettext("failed")


def noun_end(language: Language, end: NounEnd) -> str:
    """How the pull of one kind of records stands or ended."""
    if end.is_not_offered:
        return language.gettext("not offered")
    return run_state(language, end.state)


def noun(language: Language, name: str) -> str:
    """A kind of CRM records, in the plural; a word we do not know stays as it is."""
    known = {
        "group": language.gettext("Departments"),
        "user": language.gettext("Users"),
        "field": language.gettext("Custom fields"),
        "pipeline": language.gettext("Pipelines"),
        "loss_reason": language.gettext("Loss reasons"),
        "product": language.gettext("Products"),
        "company": language.gettext("Companies"),
        "contact": language.gettext("Contacts"),
        "deal": language.gettext("Deals"),
        "customer": language.gettext("Customers"),
        "purchase": language.gettext("Purchases"),
        "invoice": language.gettext("Invoices"),
        "payment": language.gettext("Payments"),
        "shipment": language.gettext("Shipments (sell-in)"),
        "sell_out": language.gettext("Sell-out"),
        "stock": language.gettext("Stock"),
        "nps_answer": language.gettext("NPS answers"),
        "plan": language.gettext("Plans"),
        "budget": language.gettext("Budgets"),
        "receivable": language.gettext("Receivables"),
        "return": language.gettext("Returns of goods"),
        "cost": language.gettext("Costs of the client"),
        "contract": language.gettext("Contracts"),
        "task": language.gettext("Tasks"),
        "note": language.gettext("Notes and calls"),
        "event": language.gettext("Events"),
    }
    return known.get(name, name)


def held(language: Language, one: Held) -> str:
    """What a held deletion would do, and why it waits."""
    numbers = {
        "count": language.number(one.count),
        "live": language.number(one.live),
        "percent": language.percent(one.percent),
    }
    if one.why is HeldWhy.SIGHT:
        return (
            language.gettext(
                "%(count)s of %(live)s (%(percent)s) were not given, but without an "
                "administrator's rights we may not see all of them."
            )
            % numbers
        )
    return (
        language.gettext(
            "%(count)s of %(live)s (%(percent)s) would be deleted. So many within a day, or all, "
            "may be a right that was taken away, and no deletion."
        )
        % numbers
    )


def _moved(language: Language, kpi: str) -> str:
    if KPIS[kpi].adds_up:
        return language.gettext(
            "%(observed)s a month instead of the usual %(usual)s, since %(month)s"
        )
    return language.gettext(
        "%(observed)s on average over three months instead of the usual %(usual)s, since %(month)s"
    )


def _pair(language: Language, about: Moved, observed: Number, expected: Number) -> tuple[str, str]:
    """Both numbers; of days the second stands without its unit, which the first has named."""
    if KPIS[about.kpi].measure is Measure.DAYS:
        return language.days(observed), language.number(expected)
    return (
        value(language, about.kpi, observed, about.unit),
        value(language, about.kpi, expected, about.unit),
    )


def _too_little(language: Language, months: int) -> str:
    said = language.ngettext(
        "Too little history: %(num)s whole month, a verdict needs %(needed)s.",
        "Too little history: %(num)s whole months, a verdict needs %(needed)s.",
        months,
    )
    return said % {"num": months, "needed": _LEAST_MONTHS}


def _as_usual(language: Language, found: Finding) -> str:
    usual = band(found)
    if usual is None or found.observed is None:
        return language.gettext("As usual.")
    low, high = usual
    if KPIS[found.kpi].measure is Measure.MONEY:
        lowest = value(language, found.kpi, low, found.unit)
    else:  # the unit stands once, after the second number
        lowest = language.number(low)
    said = language.gettext(
        "As usual: %(observed)s on average over three months; the usual range is"
        " %(low)s – %(high)s."
    )
    highest = value(language, found.kpi, high, found.unit)
    observed = value(language, found.kpi, found.observed, found.unit)
    return said % {"observed": observed, "low": lowest, "high": highest}


def _drifted(language: Language, found: Finding) -> str:
    if found.observed is None or found.expected is None or found.since is None:
        return language.gettext("Outside the usual range.")
    observed, usual = _pair(language, found, found.observed, found.expected)
    side = (
        language.gettext("Worse than usual: %(what)s.")
        if is_bad(found)
        else language.gettext("Better than usual: %(what)s.")
    )
    month = language.since_month(found.since)
    what = _moved(language, found.kpi) % {"observed": observed, "usual": usual, "month": month}
    return side % {"what": what}
