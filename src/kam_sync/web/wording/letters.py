"""What people are told of alerts, by e-mail and in messengers: what, why, and what to do."""

from collections.abc import Sequence

from kam_sync.accounts.model import Account
from kam_sync.alerts.model import Alert
from kam_sync.kpi.registry import KPIS
from kam_sync.notify.channel import Channel, Event, Letter, Matter
from kam_sync.notify.digest import Digest
from kam_sync.telling import zone_of
from kam_sync.web.wording import alerts, digests
from kam_sync.web.wording.language import Language
from kam_sync.wiring import Services
from kam_sync.wording import drifts


def write(
    services: Services, channel: Channel, about: Account | Digest, matters: Sequence[Matter]
) -> Letter:
    """One matter in a sentence; several of one account as a list below its name; or a digest."""
    language = Language(channel.locale, zone_of(services, channel))
    if isinstance(about, Digest):
        subject, said = digests.digest(language, about)
        return Letter(subject, _ended(language, said, _link(services, "")))
    return _of_account(services, language, about, matters)


def _of_account(
    services: Services, language: Language, account: Account, matters: Sequence[Matter]
) -> Letter:
    name = digests.called(language, account.name)
    if len(matters) == 1:
        (one,) = matters
        subject = f"{name}: {_subject(language, one)}"
        said = "\n".join([f"{name} – {_said(language, one)}.", *_advice(language, one)])
        return Letter(subject, _ended(language, said, _link(services, f"alerts/{one.alert.id}")))
    count = language.ngettext("%(num)s piece of news", "%(num)s pieces of news", len(matters))
    subject = f"{name}: {count % {'num': language.number(len(matters))}}"
    lines = [f"– {_said(language, one)}." for one in matters]
    said = "\n".join([f"{name}:", *lines])
    return Letter(subject, _ended(language, said, _link(services, f"accounts/{account.id}")))


def trial(services: Services, channel: Channel) -> Letter:
    """What a channel is tried with."""
    language = Language(channel.locale, zone_of(services, channel))
    subject = language.gettext("kam_sync: a trial")
    said = language.gettext("kam_sync: this is a trial. Alerts will come here, by “%(name)s”.")
    return Letter(subject, _ended(language, said % {"name": channel.name}, _link(services, "")))


def event(language: Language, what: Event) -> str:
    """What has happened, as it stands before the matter."""
    return {
        Event.OPENED: language.gettext("A new alert"),
        Event.REMINDED: language.gettext("Still so"),
        Event.WORSENED: language.gettext("Much worse"),
        Event.RESOLVED: language.gettext("Over"),
        Event.ESCALATED: language.gettext("Nobody has answered"),
    }[what]


def _advice(language: Language, matter: Matter) -> list[str]:
    """What to do about it, as its rule says; of what is over there is nothing to do."""
    rule = matter.rule
    if rule is None or rule.advice is None or matter.send.event is Event.RESOLVED:
        return []
    return [rule.advice[language.locale]]


def _subject(language: Language, matter: Matter) -> str:
    title = _title(language, matter.alert)
    what = matter.send.event
    return title if what is Event.OPENED else f"{title} – {event(language, what).lower()}"


def _said(language: Language, matter: Matter) -> str:
    """The KPI and its numbers as they were at that change."""
    numbers = {"observed": matter.change.observed, "expected": matter.change.expected}
    then = Alert(**matter.alert.model_dump() | numbers)
    what = matter.send.event
    how = drifts.over(language, then, matter.change) if what is Event.RESOLVED else None
    said = f"{_title(language, then)}: {how or drifts.alert(language, then)}"
    if how is None and matter.alert.at_risk:
        said += f"; {alerts.at_risk(language, matter.alert)}"
    return said if what is Event.OPENED else f"{event(language, what)}. {said}"


def _title(language: Language, alert: Alert) -> str:
    return KPIS[alert.kpi].title[language.locale]


def _ended(language: Language, said: str, link: str | None) -> str:
    """With what to do as its last line, where there is an address that others can open."""
    if link is None:
        return said
    wanted = language.gettext("Look and answer: %(link)s") % {"link": link}
    return f"{said}\n{wanted}"


def _link(services: Services, path: str) -> str | None:
    public = services.settings.public_url
    return f"{str(public).rstrip('/')}/{path}" if public else None
