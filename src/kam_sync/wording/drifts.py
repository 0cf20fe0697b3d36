"""What is said of a KPI that has drifted, or has not: alerts and findings, in a sentence."""

from datetime import date

from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.drift.model import LEAST_POINTS, Finding, Kind, Verdict, Why
from kam_sync.kpi.definition import Good, Grain, Measure
from kam_sync.kpi.registry import KPIS
from kam_sync.wording.language import Language
from kam_sync.wording.silences import missing, silence
from kam_sync.wording.values import value

Judged = Alert | Finding


def alert(language: Language, about: Judged) -> str:
    """What an alert says, with its numbers, or what one would say about a finding."""
    return _what(language, about)


def over(language: Language, about: Alert, end: Change) -> str:
    """How an alert ended; `about` has the numbers of then."""
    if end.by:
        known = {
            "the page": language.gettext("closed on the page"),
            "the API": language.gettext("closed by the API"),
        }
        return known.get(end.by) or language.gettext("closed by %(name)s") % {"name": end.by}
    if about.kind is Kind.SILENCE:
        return language.gettext("there are orders again")
    if about.kind is Kind.MISSING:
        return language.gettext("data come again")
    if about.kind is not Kind.LEVEL:
        return _what(language, about)
    numbers = (about.observed, about.expected)
    now, usual = (value(language, about.kpi, one, about.unit) for one in numbers)
    if end.change is ChangeKind.REBASED:
        return language.gettext("it stays at %(now)s, which is the usual now") % {"now": now}
    return language.gettext("%(now)s again, usual is %(usual)s") % {"now": now, "usual": usual}


def finding(language: Language, found: Finding | None) -> str:
    """What the detector says of a KPI."""
    if found is None:
        return language.gettext("Not judged yet.")
    match found.why:
        case Why.TOO_LITTLE_HISTORY:
            return _too_little(language, found.kind)
        case Why.ANOMALY:
            return _far_but_alone(language, found)
        case Why.INSIDE_BAND:
            return _as_usual(language, found)
        case Why.OUTSIDE_BAND:
            said = (
                language.gettext("Worse than usual: %(what)s.")
                if is_bad(found)
                else language.gettext("Better than usual: %(what)s.")
            )
            return said % {"what": _what(language, found)}
        case _:
            return _nothing_to_say(language, found.why)


def is_bad(found: Finding) -> bool:
    """Whether a drift goes to the side that is bad for us."""
    if found.verdict is not Verdict.DRIFT or found.gap is None:
        return False
    if found.kind is not Kind.LEVEL:
        return found.kind is not Kind.STEP
    return found.gap < 0 if KPIS[found.kpi].good is Good.UP else found.gap > 0


def usual_range(language: Language, about: Judged) -> str:
    """Between which values it usually lies."""
    low, high = band(about) or (0.0, 0.0)
    if KPIS[about.kpi].measure is Measure.MONEY:
        lowest = value(language, about.kpi, low, about.unit)
    else:  # the unit stands once, after the second number
        lowest = language.number(low)
    return f"{lowest} – {value(language, about.kpi, high, about.unit)}"


def band(found: Judged) -> tuple[float, float] | None:
    """The usual range as people know it: nothing below zero, no share above all."""
    if found.low is None or found.high is None:
        return None
    high = min(found.high, 100.0) if KPIS[found.kpi].measure is Measure.PERCENT else found.high
    return max(found.low, 0.0), high


def _nothing_to_say(language: Language, why: Why) -> str:
    return {
        Why.STALE: language.gettext(
            "Stale: the latest whole period has no value, so nothing can be said."
        ),
        Why.DATA_SUSPECT: language.gettext(
            "Not all is here that it is computed from, so nothing is said until it is."
        ),
        Why.TOO_SMALL: language.gettext("It has moved, but by less than the rule minds."),
        Why.NOW_USUAL: language.gettext("It has stayed where it went: this is the usual now."),
    }[why]


def _what(language: Language, about: Judged) -> str:
    match about.kind:
        case Kind.LEVEL:
            return _moved(language, about)
        case Kind.SILENCE:
            return silence(language, about)
        case Kind.MISSING:
            return missing(language, about)
        case Kind.PLAN:
            return _off_the_path(language, about)
        case Kind.LIMIT | Kind.STEP:
            return _past_the_limit(language, about)
        case Kind.SCISSORS:
            return _apart(language, about)


def _past_the_limit(language: Language, about: Judged) -> str:
    said = language.gettext("%(observed)s, the limit is %(expected)s")
    return said % _numbers(language, about)


def _apart(language: Language, about: Judged) -> str:
    said = language.gettext(
        "%(observed)s in three months, where %(expected)s would be usual for what the client sells"
        " on; meanwhile more of the debt is overdue"
    )
    return said % _numbers(language, about)


def _moved(language: Language, about: Judged) -> str:
    said = {
        Grain.DAY: language.gettext(
            "%(observed)s on %(on)s instead of the usual %(expected)s (since %(since)s)"
        ),
        Grain.WEEK: language.gettext(
            "%(observed)s in the week of %(on)s instead of the usual %(expected)s (since %(since)s)"
        ),
    }.get(
        about.grain,
        language.gettext(
            "%(observed)s in %(on)s instead of the usual %(expected)s, since %(since)s"
        ),
    )
    return said % {
        **_numbers(language, about),
        "on": period(language, about, about.on),
        "since": since(language, about),
    }


def _off_the_path(language: Language, about: Judged) -> str:
    said = language.gettext(
        "at this pace %(observed)s of %(expected)s by %(day)s: %(percent)s of the plan"
    )
    percent = 100 * (about.observed or 0) / (about.expected or 1)
    day = "" if about.on is None else language.day(about.on)
    return said % {
        **_numbers(language, about), "day": day, "percent": language.percent(percent)
    }  # fmt: skip


def _numbers(language: Language, about: Judged) -> dict[str, str]:
    """Both numbers; of days the second stands without its unit, which the first has named."""
    observed = value(language, about.kpi, about.observed or 0, about.unit)
    if KPIS[about.kpi].measure is Measure.DAYS:
        return {"observed": observed, "expected": language.number(about.expected or 0)}
    expected = value(language, about.kpi, about.expected or 0, about.unit)
    return {"observed": observed, "expected": expected}


def period(language: Language, about: Judged, on: date | None) -> str:
    """The period that begins on a day."""
    if on is None:
        return "\N{EN DASH}"
    return language.month(on) if about.grain is Grain.MONTH else language.day(on)


def since(language: Language, about: Judged) -> str:
    """Since when, as it stands after that word."""
    if about.since is not None and about.grain is Grain.MONTH:
        return language.since_month(about.since)
    return period(language, about, about.since)


def _too_little(language: Language, kind: Kind) -> str:
    if kind in {Kind.SILENCE, Kind.MISSING}:
        return language.gettext("Too few orders to know its rhythm.")
    if kind is Kind.SCISSORS:
        return language.gettext("Too little history: a verdict needs twelve months of all three.")
    said = language.gettext("Too little history: a verdict needs %(needed)s whole periods.")
    return said % {"needed": LEAST_POINTS}


def _far_but_alone(language: Language, found: Finding) -> str:
    said = language.gettext(
        "Far off, but alone: %(observed)s instead of the usual %(expected)s. One value is no drift."
    )
    return said % _numbers(language, found)


def _as_usual(language: Language, found: Finding) -> str:
    usual = band(found)
    if found.kind in {Kind.SILENCE, Kind.MISSING}:
        return language.gettext("As usual: %(what)s.") % {"what": _what(language, found)}
    if found.kind is not Kind.LEVEL or usual is None or found.observed is None:
        return language.gettext("As usual.")
    said = language.gettext("As usual: %(observed)s; the usual range is %(range)s.")
    observed = value(language, found.kpi, found.observed, found.unit)
    return said % {"observed": observed, "range": usual_range(language, found)}
