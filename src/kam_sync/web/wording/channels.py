"""How channels and what they tell stand, in words."""

from kam_sync.drift.model import Severity
from kam_sync.notify.channel import Channel, Event, Ill, Route, SendState
from kam_sync.web.wording import letters
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.rules import severity


def state(language: Language, found: Channel) -> str:
    """How a channel stands."""
    if found.is_paused:
        return language.gettext("paused")
    return language.gettext("takes nothing") if found.failures else language.gettext("active")


def send(language: Language, found: SendState) -> str:
    """What became of something that was to be told."""
    match found:
        case SendState.WAITING:
            return language.gettext("waits")
        case SendState.HELD:
            return language.gettext("is kept for later")
        case SendState.SENT:
            return language.gettext("told")
        case SendState.GIVEN_UP:
            return language.gettext("not delivered")


def event(language: Language, what: Event) -> str:
    """What happened to an alert."""
    return letters.event(language, what)


def route(language: Language, found: Route) -> str:
    """What a route lets through."""
    parts = []
    if found.owner:
        parts.append(language.gettext("accounts of %(owner)s") % {"owner": found.owner})
    if found.kpi:
        parts.append(language.gettext("KPI %(kpi)s") % {"kpi": found.kpi})
    if found.rule:
        parts.append(language.gettext("rule %(rule)s") % {"rule": found.rule})
    if found.severity is not Severity.LOW:
        said = language.gettext("gravity %(severity)s or more")
        parts.append(said % {"severity": severity(language, found.severity)})
    if found.events:
        parts.append(", ".join(event(language, Event(one)).lower() for one in found.events))
    if days := found.escalates_after_days:
        said = language.ngettext(
            "after %(num)s working day without an answer",
            "after %(num)s working days without an answer",
            days,
        )
        parts.append(said % {"num": days})
    return "; ".join(parts) or language.gettext("everything of everybody")


def wrong(language: Language, why: Ill) -> str:
    """What is wrong with what was typed, and what to type instead."""
    texts = {
        Ill.NAME: language.gettext("Use up to 64 Latin letters, digits, dots and dashes."),
        Ill.NAME_TAKEN: language.gettext("This name is taken already; choose another one."),
        Ill.URL: language.gettext(
            "Nothing can be sent by this address: it is misspelt, or this service is not offered. "
            "Look at the examples."
        ),
        Ill.LOCAL: language.gettext(
            "This stays on the machine that kam_sync runs on, where nobody would see it."
        ),
        Ill.NO_HOST: language.gettext("There is no such host."),
        Ill.NOT_PUBLIC: language.gettext(
            "This address is not public. If it is one of yours, an administrator of kam_sync "
            "has to allow it first (KAM_SYNC_ALLOWED_TARGETS)."
        ),
        Ill.ZONE: language.gettext("There is no such time zone; an example: Europe/Moscow."),
        Ill.KPI: language.gettext("There is no such KPI."),
        Ill.EVENT: language.gettext("There is no such event; choose from the list."),
        Ill.DAYS: language.gettext(
            "That nobody has answered is told after 1 to 60 working days: choose both, or none."
        ),
    }
    return texts[why]
