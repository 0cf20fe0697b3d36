"""What tasks in CRMs say: why there is one, and why it is over."""

from kam_sync.alerts.model import Alert, Change, ChangeKind
from kam_sync.drift.model import Finding, Kind, Verdict
from kam_sync.kpi.registry import KPIS
from kam_sync.wording import drifts
from kam_sync.wording.language import Language
from kam_sync.wording.outcomes import outcome
from kam_sync.wording.values import value


def task(language: Language, about: Alert) -> str:
    """What is to be looked at."""
    return f"{KPIS[about.kpi].title[language.locale]}: {drifts.alert(language, about)}"


def ending(language: Language, about: Alert, end: Change, now: Finding | None) -> str:
    """Why there is nothing to do any more.

    Args:
        end: the change that ended the alert.
        now: what is found about the same matter now; None where it is not measured any more.
    """
    if end.by:
        return _closed(language, about, end.note)
    if now is None or now.observed is None or now.expected is None:
        return language.gettext("This is not measured any more.")
    if end.change is ChangeKind.REBASED:
        return language.gettext("It stays so, and is the usual now.")
    if now.kind is Kind.SILENCE:
        return language.gettext("The client orders again.")
    if now.kind is Kind.MISSING:
        return language.gettext("Data come again.")
    said = (
        language.gettext("Better than usual now: %(observed)s (expected %(usual)s).")
        if now.verdict is Verdict.DRIFT
        else language.gettext("Back to usual: %(observed)s (expected %(usual)s).")
    )
    return said % {
        "observed": value(language, now.kpi, now.observed, now.unit),
        "usual": value(language, now.kpi, now.expected, now.unit),
    }


def _closed(language: Language, about: Alert, note: str) -> str:
    if about.outcome is None:
        said = language.gettext("Closed by hand.")
    else:
        said = language.gettext("Closed by hand: %(outcome)s.") % {
            "outcome": outcome(language, about.outcome)
        }
    return f"{said} {note}".strip()
