"""What was changed after it had been measured, and why, in words."""

from datetime import date

from babel.dates import format_date

from kam_sync.kpi.definition import Grain
from kam_sync.kpi.model import Cause, Restatement
from kam_sync.web.wording.language import Language, Number
from kam_sync.web.wording.sentences import full_value


def grain(language: Language, by: Grain) -> str:
    """How long the periods are."""
    match by:
        case Grain.DAY:
            return language.gettext("by day")
        case Grain.WEEK:
            return language.gettext("by week")
        case Grain.MONTH:
            return language.gettext("by month")
        case Grain.QUARTER:
            return language.gettext("by quarter")


def period(language: Language, by: Grain, first: date) -> str:
    """One period, by its first day."""
    match by:
        case Grain.DAY:
            return language.day(first)
        case Grain.WEEK:
            return language.gettext("week of %(day)s") % {"day": language.day(first)}
        case Grain.MONTH:
            return language.month(first)
        case Grain.QUARTER:
            return format_date(first, "QQQ y", locale=language.locale.value)


def value(language: Language, about: Restatement, number: Number | None) -> str:
    """What was said, or is said now."""
    if number is None:
        return language.gettext("no value")
    return full_value(language, about.kpi, number, about.unit)


def why(language: Language, causes: list[str]) -> str:
    """All that had changed."""
    said = _causes(language)
    known = [said[cause] for cause in Cause if cause.value in causes]
    return "; ".join(known) or language.gettext("the reason was not kept")


def _causes(language: Language) -> dict[Cause, str]:
    return {
        Cause.DEFINITION: language.gettext("it is computed in another way"),
        Cause.ZONE: language.gettext("the time zone was changed"),
        Cause.RATE: language.gettext("an exchange rate was corrected"),
        Cause.ACCOUNT: language.gettext("other companies belong to the account"),
        Cause.FACTS: language.gettext("the data was corrected or came late"),
    }
