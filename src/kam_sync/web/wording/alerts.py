"""The states of alerts and what has happened to them, in plain words."""

from kam_sync.alerts.life import State
from kam_sync.alerts.model import Alert, ChangeKind
from kam_sync.alerts.stakes import is_yearly
from kam_sync.kpi.registry import KPIS
from kam_sync.wording.language import Language
from kam_sync.wording.outcomes import outcome

__all__ = ["outcome"]
"""What others look for here, too."""


def state(language: Language, alert: Alert) -> str:
    """How an alert stands; until when, where it was put aside."""
    said = {
        State.PENDING: language.gettext("watched"),
        State.FIRING: language.gettext("waits for an answer"),
        State.ACKNOWLEDGED: language.gettext("is looked after"),
        State.SNOOZED: language.gettext("put off"),
        State.EXPECTED: language.gettext("as it has to be"),
        State.RECOVERING: language.gettext("recovering"),
        State.RESOLVED: language.gettext("over"),
    }[alert.state]
    if alert.until is None or alert.state is State.RESOLVED:
        return said
    until = language.day(language.day_of(alert.until))
    return language.gettext("%(state)s until %(day)s") % {"state": said, "day": until}


def at_risk(language: Language, alert: Alert) -> str:
    """How much money is in question."""
    if alert.at_risk is None or alert.kpi not in KPIS:
        return language.gettext("nobody can say how much money is at risk")
    said = {"money": language.money(alert.at_risk, alert.at_risk_currency)}
    if is_yearly(KPIS[alert.kpi], alert.kind):
        return language.gettext("%(money)s a year at risk") % said
    return language.gettext("%(money)s at risk") % said


def change(language: Language, kind: ChangeKind) -> str:
    """What has happened to an alert."""
    return {
        ChangeKind.PENDED: language.gettext("seen for the first time"),
        ChangeKind.OPENED: language.gettext("opened"),
        ChangeKind.REMINDED: language.gettext("came back: the time is over"),
        ChangeKind.WORSENED: language.gettext("came back: it is much worse"),
        ChangeKind.ACKNOWLEDGED: language.gettext("is looked after"),
        ChangeKind.SNOOZED: language.gettext("put off"),
        ChangeKind.EXPECTED: language.gettext("as it has to be"),
        ChangeKind.WOKEN: language.gettext("taken back"),
        ChangeKind.RECOVERING: language.gettext("recovering"),
        ChangeKind.RELAPSED: language.gettext("fell back"),
        ChangeKind.RESOLVED: language.gettext("over"),
        ChangeKind.REBASED: language.gettext("over: it is the usual now"),
        ChangeKind.DROPPED: language.gettext("passed"),
        ChangeKind.REARMED: language.gettext("cleared: it may open anew"),
        ChangeKind.REFRESHED: language.gettext("new numbers"),
        ChangeKind.COMMENTED: language.gettext("a remark"),
        ChangeKind.ASSIGNED: language.gettext("given to somebody"),
        ChangeKind.UNCOVERED: language.gettext("its cause is over, and it is still bad"),
        ChangeKind.JUDGED: language.gettext("said what it was"),
        ChangeKind.ESCALATED: language.gettext("told to others: nobody has answered"),
    }[kind]
