"""What a row of Today says: one number, one reason, how old it is, and what has just been done."""

from datetime import date
from decimal import Decimal
from typing import Literal

from kam_sync.alerts.life import Outcome, State
from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Kind
from kam_sync.kpi.definition import Grain
from kam_sync.web.sifting import Show
from kam_sync.web.wording import alerts
from kam_sync.wording import drifts
from kam_sync.wording.language import Language
from kam_sync.wording.values import value

Did = Literal[
    "acknowledge", "snooze", "expect", "wake", "resolve", "judge", "comment", "assign", "task"
]


def number(language: Language, alert: Alert) -> str:
    """What it has come to."""
    if alert.kind in {Kind.SILENCE, Kind.MISSING}:
        days = round(alert.observed)
        said = language.ngettext("%(num)s working day", "%(num)s working days", days)
        return said % {"num": days}
    return value(language, alert.kpi, alert.observed, alert.unit)


def reason(language: Language, alert: Alert) -> str:
    """Why that is news, beside the number."""
    return _reason(language, alert.kind) % _said(language, alert)


def so_far(language: Language, alert: Alert, running: tuple[date, float] | None) -> str:
    """What the running period has come to, beside the whole one that the alert is about."""
    if alert.kind is not Kind.LEVEL or running is None:
        return ""
    on, now = running
    return language.gettext("%(period)s so far: %(value)s") % {
        "period": drifts.period(language, alert, on),
        "value": value(language, alert.kpi, now, alert.unit),
    }


def drifts_within(language: Language, alert: Alert) -> str:
    """Why a value that lies in its usual range is news; empty where it does not."""
    is_within = alert.low <= alert.observed <= alert.high
    if alert.kind is not Kind.LEVEL or not is_within:
        return ""
    return language.gettext(
        "The last value alone lies within the usual range of a single value. It is news because "
        "several in a row lie to the same side: together they are further off than chance explains."
    )


def age(language: Language, alert: Alert, today: date) -> str:
    """For how long it has been open."""
    days = (today - language.day_of(alert.opened_at)).days
    if days < 1:
        return language.gettext("today")
    return language.ngettext("%(num)s day ago", "%(num)s days ago", days) % {"num": days}


def money(language: Language, sums: dict[str, Decimal]) -> str:
    """Amounts in several currencies."""
    return " + ".join(language.money(amount, currency) for currency, amount in sums.items())


def shown(language: Language, what: Show) -> str:
    """How the alerts stand that are shown."""
    return {
        Show.NEEDS: language.gettext("Needs an answer"),
        Show.TAKEN: language.gettext("Looked after"),
        Show.AWAY: language.gettext("Put aside"),
        Show.ALL: language.gettext("All open"),
        Show.OVER: language.gettext("Resolved lately"),
    }[what]


def did(language: Language, what: Did, alert: Alert) -> str:
    """What has just been done, as it stands now."""
    until = "" if alert.until is None else language.day(language.day_of(alert.until))
    said = {
        "acknowledge": language.gettext("You look after it, until %(day)s at most."),
        "snooze": language.gettext("Put off until %(day)s."),
        "expect": language.gettext("Noted as it has to be until %(day)s."),
        "wake": language.gettext("It waits for an answer again."),
        "resolve": language.gettext(
            "Closed: %(outcome)s. It cannot be opened again; should it get half as bad again, or "
            "come back once it has cleared, a new alert opens."
        ),
        "judge": language.gettext("Noted what it was: %(outcome)s."),
        "comment": language.gettext("The remark is in its history."),
        "assign": language.gettext("Given to: %(name)s."),
        "task": language.gettext("The task is on its way into the CRM."),
    }[what]
    outcome = "" if alert.outcome is None else alerts.outcome(language, alert.outcome)
    name = alert.assignee or language.gettext("who is responsible for the account")
    return said % {"day": until, "outcome": outcome, "name": name}


def can_be_undone(what: Did, alert: Alert) -> bool:
    """Whether what was done can be taken back, and has not been meanwhile."""
    aside = {
        "acknowledge": State.ACKNOWLEDGED, "snooze": State.SNOOZED, "expect": State.EXPECTED,
    }  # fmt: skip
    return aside.get(what) is alert.state


def is_so(what: Did, alert: Alert) -> bool:
    """Whether an alert stands as it would after that: an address may say what never was."""
    if what in {"acknowledge", "snooze", "expect"}:
        return can_be_undone(what, alert)
    if what in {"resolve", "judge"}:
        return isinstance(alert.outcome, Outcome)
    return True


def _reason(language: Language, kind: Kind) -> str:
    match kind:
        case Kind.LEVEL:
            return language.gettext("%(on)s; usual is %(expected)s; so since %(since)s")
        case Kind.SILENCE:
            return language.gettext(
                "no order; usual is one in %(expected)s, rare more than %(high)s"
            )
        case Kind.MISSING:
            return language.gettext("no data; usual is every %(expected)s, rare more than %(high)s")
        case Kind.LIMIT | Kind.STEP:
            return language.gettext("the limit is %(expected)s; so since %(since)s")
        case Kind.PLAN:
            return language.gettext(
                "at this pace by %(day)s: %(percent)s of the plan, %(expected)s"
            )
        case Kind.SCISSORS:
            return language.gettext(
                "in three months; %(expected)s would be usual for what the client sells on, and "
                "more of the debt is overdue"
            )


def _said(language: Language, alert: Alert) -> dict[str, str]:
    is_counted = alert.kind in {Kind.SILENCE, Kind.MISSING}
    expected = (
        language.number(alert.expected)
        if is_counted
        else value(language, alert.kpi, alert.expected, alert.unit)
    )
    return {
        "expected": expected,
        "high": language.number(alert.high),
        "on": _on(language, alert),
        "since": drifts.since(language, alert),
        "day": "" if alert.on is None else language.day(alert.on),
        "percent": language.percent(100 * alert.observed / (alert.expected or 1)),
    }


def _on(language: Language, alert: Alert) -> str:
    """The period that was judged."""
    if alert.on is None:
        return language.gettext("lately")
    if alert.grain is Grain.MONTH:
        return language.month(alert.on)
    said = language.gettext("week of %(day)s") if alert.grain is Grain.WEEK else "%(day)s"
    return said % {"day": language.day(alert.on)}
