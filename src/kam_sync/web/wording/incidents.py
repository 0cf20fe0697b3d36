"""What an incident says, and what to do about it, in plain words."""

from datetime import datetime
from typing import Any

from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.base.command import command
from kam_sync.web.wording import sentences, steps
from kam_sync.web.wording.language import Language


def text(language: Language, incident: Incident) -> str:
    """What is wrong: sales: webhooks are silent since 12 Nov 2026, 10:04; 34 of 34 changes ..."""
    return _text(language, incident.kind) % _values(language, incident)


def advice(language: Language, incident: Incident) -> str:
    """What to do about it."""
    return _advice(language, incident.kind) % _values(language, incident)


def _text(language: Language, kind: IncidentKind) -> str:
    match kind:
        case IncidentKind.OVERDUE:
            return language.gettext("%(source)s: %(step)s has not succeeded since %(since)s.")
        case IncidentKind.JOB_GIVEN_UP:
            return language.gettext("%(source)s: %(step)s failed %(tries)s times and was given up.")
        case IncidentKind.HOOKS_OFF:
            return language.gettext("%(source)s: the CRM sends no webhooks since %(since)s.")
        case IncidentKind.QUIET_HOOKS:
            return language.gettext(
                "%(source)s: webhooks are silent since %(since)s; "
                "%(lost)s of %(of)s changes came by polling alone."
            )
        case IncidentKind.PARTED:
            return language.gettext(
                "%(source)s: %(count)s records (%(noun)s) differ from the CRM since %(since)s."
            )
        case IncidentKind.TARGET_PAUSED:
            return language.gettext(
                "%(target)s takes none of our webhooks since %(since)s; it was paused."
            )


def _advice(language: Language, kind: IncidentKind) -> str:
    match kind:
        case IncidentKind.OVERDUE:
            return language.gettext("The last error: %(error)s. Look at it: %(command)s")
        case IncidentKind.JOB_GIVEN_UP:
            return language.gettext("Look at the last error of the source; a person may be needed.")
        case IncidentKind.HOOKS_OFF:
            return language.gettext("Changes still come by polling. Check: %(command)s")
        case IncidentKind.QUIET_HOOKS:
            return language.gettext(
                "Changes still come by polling, only later. Check the subscription in the CRM and "
                "that it reaches our address: %(command)s"
            )
        case IncidentKind.PARTED:
            return language.gettext("Look at the differences and repair them: %(command)s")
        case IncidentKind.TARGET_PAUSED:
            return language.gettext("Mend the receiver, then go on: %(command)s")


def _values(language: Language, incident: Incident) -> dict[str, Any]:
    """Facts as people read them; what a kind does not have is a dash."""
    facts = dict.fromkeys(("source", "step", "tries", "lost", "of", "count", "noun"), "–")
    facts |= {"target": "–", "command": command("doctor")} | incident.facts
    facts["error"] = facts.get("error") or language.gettext("none, it did not come to an end")
    since = incident.facts.get("since")
    began = incident.opened_at if since is None else datetime.fromisoformat(since)
    facts["noun"] = sentences.noun(language, facts["noun"])
    return facts | {"since": language.time(began), "step": steps.step(language, facts["step"])}
