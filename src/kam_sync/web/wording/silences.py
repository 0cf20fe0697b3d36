"""What is said of a client that keeps silent."""

from kam_sync.alerts.model import Alert
from kam_sync.drift.model import Finding
from kam_sync.web.wording.language import Language


def silence(language: Language, about: Alert | Finding) -> str:
    """How long there was no order, and what is usual."""
    days = round(about.observed or 0)
    waited = language.ngettext("%(num)s working day", "%(num)s working days", days) % {"num": days}
    said = language.gettext(
        "no order for %(waited)s; usually there is one in %(usual)s, and more than %(late)s"
        " are rare"
    )
    return said % {
        "waited": waited,
        "usual": language.number(about.expected or 0),
        "late": language.number(about.high or 0),
    }
