"""What is done on schedule, and when, in words."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from babel.dates import get_day_names
from babel.units import format_unit

from kam_sync.jobs.cron import weekdays
from kam_sync.jobs.model import Plan, Result, Step
from kam_sync.jobs.spans import parts
from kam_sync.web.wording.language import Language


def step(language: Language, name: str) -> str:
    """A step as people call it: pulling changes, reconciliation; another word stays as it is."""
    kind, _, number = name.partition(":")
    said = _OF.get(kind)
    if said is None:
        return name
    return f"{said(language)} {number}".rstrip()


_OF: Mapping[str, Callable[[Language], str]] = {
    Step.SYNC: lambda language: language.gettext("pulling changes"),
    Step.FULL: lambda language: language.gettext("reading everything anew"),
    Step.HOOKS: lambda language: language.gettext("checking webhooks"),
    Step.RECONCILE: lambda language: language.gettext("reconciliation"),
    Step.MEASURE: lambda language: language.gettext("measuring KPIs"),
    Step.GRANTS: lambda language: language.gettext("renewing access"),
    Step.HOUSEKEEPING: lambda language: language.gettext("housekeeping"),
    # What no timetable has:
    "reading": lambda language: language.gettext("reading webhooks"),
    "announce": lambda language: language.gettext("looking for news for targets"),
    "deliver": lambda language: language.gettext("sending webhooks to target"),
    "tell": lambda language: language.gettext("telling people by channel"),
    "write": lambda language: language.gettext("writing into the CRM"),
    "rematch": lambda language: language.gettext("comparing all customers anew"),
}


def result(language: Language, found: Result) -> str:
    """How the work of a schedule ended."""
    match found:
        case Result.DONE:
            return language.gettext("done")
        case Result.LATER:
            return language.gettext("later, the CRM was away")
        case Result.FAILED:
            return language.gettext("failed")


def when(language: Language, plan: Plan) -> str:
    """A plan in words: every 15 minutes, on weekdays at 02:30; a rare cron as it is."""
    if plan.every is not None:
        return _every(language, plan.every)
    said = _cron(language, *(plan.cron or "").split())
    is_elsewhere = plan.zone != language.zone.key
    return f"{said} ({plan.zone})" if is_elsewhere else said


def spoken(language: Language, span: timedelta | None, *, is_short: bool = False) -> str:
    """A span in words that can be read again: 1 hour 30 minutes; nothing where there is none."""
    said = (
        format_unit(
            count,
            _UNITS[unit],
            length="short" if is_short else "long",
            locale=language.locale.value,
        )
        for count, unit in (parts(span) if span else ())
    )
    return " ".join(said).replace("\N{NO-BREAK SPACE}", " ")


_UNITS = {
    "d": "duration-day",
    "h": "duration-hour",
    "m": "duration-minute",
    "s": "duration-second",
}
"""As Babel calls them."""


def _every(language: Language, span: timedelta) -> str:
    if span % timedelta(days=1) == timedelta(0):
        count, single = span.days, language.gettext("every day")
        said = language.ngettext("every %(num)s day", "every %(num)s days", count)
    elif span % timedelta(hours=1) == timedelta(0):
        count, single = span // timedelta(hours=1), language.gettext("every hour")
        said = language.ngettext("every %(num)s hour", "every %(num)s hours", count)
    elif span % timedelta(minutes=1) == timedelta(0):
        count, single = span // timedelta(minutes=1), language.gettext("every minute")
        said = language.ngettext("every %(num)s minute", "every %(num)s minutes", count)
    else:
        return language.gettext("every %(span)s") % {"span": spoken(language, span, is_short=True)}
    return single if count == 1 else said % {"num": count}


def _cron(language: Language, minute: str, hour: str, day: str, month: str, weekday: str) -> str:
    cron = " ".join((minute, hour, day, month, weekday))
    if month != "*" or not minute.isdecimal():
        return cron
    if (hour, day, weekday) == ("*", "*", "*"):
        return language.gettext("at minute %(minute)s of every hour") % {"minute": minute}
    if not hour.isdecimal() or not (day == "*" or day.isdecimal()):
        return cron
    values = {"time": f"{int(hour):02}:{int(minute):02}", "day": day}
    if day != "*":
        return language.gettext("on day %(day)s of every month at %(time)s") % values
    return _on_days(language, weekday, values)


def _on_days(language: Language, weekday: str, values: dict[str, str]) -> str:
    if weekday == "*":
        return language.gettext("every day at %(time)s") % values
    days = weekdays(weekday)
    if days == [1, 2, 3, 4, 5]:
        return language.gettext("on weekdays at %(time)s") % values
    names = get_day_names("abbreviated", locale=language.locale.value)
    said = ", ".join(names[(day - 1) % 7] for day in days)
    return language.gettext("%(days)s at %(time)s") % {**values, "days": said}
