"""What an incident says, and what to do about it, in plain words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors import ErrorKind
from kam_sync.alerts.model import Incident, IncidentKind
from kam_sync.base.command import command
from kam_sync.intake.quiet import Why
from kam_sync.kpi.registry import KPIS
from kam_sync.web.wording import sentences, steps, troubles, webhooks
from kam_sync.web.wording.language import Language


def text(language: Language, incident: Incident) -> str:
    """What is wrong: sales: webhooks are silent since 12 Nov 2026, 10:04; 34 of 34 changes ..."""
    if incident.facts.get("quiet") == Why.LOSSY:
        return _lossy(language) % _values(language, incident)
    return _texts(language)[incident.kind] % _values(language, incident)


def advice(language: Language, incident: Incident) -> str:
    """What to do about it."""
    return _advices(language)[incident.kind] % _values(language, incident)


def _texts(language: Language) -> dict[IncidentKind, str]:
    return {
        IncidentKind.OVERDUE: language.gettext(
            "%(source)s: %(step)s has not succeeded since %(since)s."
        ),
        IncidentKind.JOB_GIVEN_UP: language.gettext(
            "%(source)s: %(step)s failed %(tries)s times and was given up."
        ),
        IncidentKind.SOURCE_STOPPED: language.gettext(
            "%(source)s: nothing is pulled since %(since)s; a person is needed."
        ),
        IncidentKind.HOOKS_OFF: language.gettext(
            "%(source)s: the CRM sends no webhooks since %(since)s."
        ),
        IncidentKind.QUIET_HOOKS: language.gettext(
            "%(source)s: webhooks are silent since %(since)s; "
            "%(lost)s of %(of)s changes came by polling alone."
        ),
        IncidentKind.PARTED: language.gettext(
            "%(source)s: %(count)s records (%(noun)s) differ from the CRM since %(since)s."
        ),
        IncidentKind.ROWS_MISSING: language.gettext(
            "%(rows)s: nothing comes any more for %(accounts)s clients, since %(since)s or before."
        ),
        IncidentKind.TARGET_PAUSED: language.gettext(
            "%(target)s takes none of our webhooks since %(since)s; it is stopped."
        ),
        IncidentKind.CHANNEL_DEAD: language.gettext(
            "Channel %(channel)s takes nothing since %(since)s; all that is to be told waits."
        ),
    }


def _lossy(language: Language) -> str:
    return language.gettext(
        "%(source)s: webhooks come, but %(lost)s of %(of)s changes since %(since)s came by polling "
        "alone."
    )


def _advices(language: Language) -> dict[IncidentKind, str]:
    return {
        IncidentKind.OVERDUE: language.gettext(
            "The last error: %(error)s. Look at it: %(command)s"
        ),
        IncidentKind.JOB_GIVEN_UP: language.gettext(
            "Look at the last error of the source and at the log; a person may be needed. A "
            "worker that was killed says nothing: has it enough memory?"
        ),
        IncidentKind.SOURCE_STOPPED: language.gettext("%(trouble)s Then: %(command)s"),
        IncidentKind.HOOKS_OFF: language.gettext(
            "%(why)s Changes still come by polling. Check: %(command)s"
        ),
        IncidentKind.QUIET_HOOKS: language.gettext(
            "Changes still come by polling, only later. Check the subscription in the CRM and "
            "that it reaches our address: %(command)s"
        ),
        IncidentKind.PARTED: language.gettext(
            "Look at the differences and repair them: %(command)s"
        ),
        IncidentKind.ROWS_MISSING: language.gettext(
            "Nobody is told that a client is missing. Look at the file or the source that the rows "
            "come from."
        ),
        IncidentKind.TARGET_PAUSED: language.gettext(
            "Mend the receiver, try it: %(test)s; then go on: %(command)s"
        ),
        IncidentKind.CHANNEL_DEAD: language.gettext(
            "The last try: %(error)s. It is tried again by itself; try it at once: %(command)s"
        ),
    }


def _values(language: Language, incident: Incident) -> dict[str, Any]:
    """Facts as people read them; what a kind does not have is a dash."""
    facts = dict.fromkeys(("source", "step", "tries", "lost", "of", "count", "noun"), "–")
    facts |= {"accounts": "–", "rows": _rows(language, incident.facts)}
    facts |= {"target": "–", "channel": "–", "command": command("doctor")} | incident.facts
    facts["test"] = command(f"target test {facts['target']}")
    facts["error"] = facts.get("error") or language.gettext("none, it did not come to an end")
    facts["trouble"] = _trouble(language, incident.facts)
    since = incident.facts.get("since")
    began = incident.opened_at if since is None else datetime.fromisoformat(since)
    facts["why"] = webhooks.reason(language, ErrorKind(facts.get("reason", "")))
    facts["noun"] = sentences.noun(language, facts["noun"])
    return facts | {"since": language.time(began), "step": steps.step(language, facts["step"])}


def _rows(language: Language, facts: Mapping[str, Any]) -> str:
    known = KPIS.get(facts.get("kpi", ""))
    return "–" if known is None else known.title[language.locale]


def _trouble(language: Language, facts: Mapping[str, Any]) -> str:
    """What is wrong with a source, in words of ours where there are any."""
    kind = ErrorKind(facts.get("trouble", ErrorKind.OTHER))
    if kind is ErrorKind.OTHER and facts.get("error"):
        return f"{str(facts['error']).rstrip('.')}."
    return troubles.trouble(language, kind)
