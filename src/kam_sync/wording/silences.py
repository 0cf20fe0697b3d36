"""What is said of a client that keeps silent, or whose reports come no more."""

from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Finding
from kam_sync.wording.language import Language


def silence(language: Language, about: Alert | Finding) -> str:
    """How long there was no order, and what is usual."""
    said = language.gettext(
        "no order for %(waited)s; usually there is one in %(usual)s, and more than %(late)s"
        " are rare"
    )
    return said % _words(language, about)


def missing(language: Language, about: Alert | Finding) -> str:
    """How long no rows have come, and what is usual."""
    said = language.gettext(
        "nothing has come for %(waited)s; usually it does every %(usual)s, and more than %(late)s"
        " are rare"
    )
    return said % _words(language, about)


def _words(language: Language, about: Alert | Finding) -> dict[str, str]:
    days = round(about.observed or 0)
    waited = language.ngettext("%(num)s working day", "%(num)s working days", days) % {"num": days}
    return {
        "waited": waited,
        "usual": language.number(about.expected or 0),
        "late": language.number(about.high or 0),
    }
