"""Personal data in plain words: kinds, terms, what was done with it, what was erased."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from kam_sync.access.model import LOCAL
from kam_sync.privacy.inventory import Kind
from kam_sync.privacy.model import About, Did, Event, How, Term
from kam_sync.web.wording.language import Language

Say = Callable[[Language], str]


@dataclass(frozen=True, slots=True)
class SaidEvent:
    """An event in words."""

    who: str
    did: str
    how: str
    about: str


def event(language: Language, one: Event) -> SaidEvent:
    """Who did what, by which door, with whose data."""
    return SaidEvent(
        who(language, one.who), did(language, one.did), _HOW[one.how](language),
        _ABOUT[one.about](language),
    )  # fmt: skip


def who(language: Language, name: str) -> str:
    """Who it was; without log-in it is whoever sits at this machine."""
    return language.gettext("on this machine") if name == LOCAL.id else name


def did(language: Language, one: Did) -> str:
    """What was done."""
    return _DID[one](language)


def kind(language: Language, one: Kind) -> str:
    """What a kind of personal data is called."""
    return _KINDS[one][0](language)


def purpose(language: Language, one: Kind) -> str:
    """What it is kept for."""
    return _KINDS[one][1](language)


def term(language: Language, one: Term) -> str:
    """What is kept for some time only."""
    return _TERMS[one](language)


def span(language: Language, for_: timedelta | None) -> str:
    """How long."""
    if for_ is None:
        return language.gettext("for ever")
    said = language.ngettext("%(num)s day", "%(num)s days", for_.days)
    return said % {"num": language.number(for_.days)}


_DID: Mapping[Did, Say] = {
    Did.READ: lambda language: language.gettext("looked at"),
    Did.CHANGED: lambda language: language.gettext("changed"),
    Did.EXPORTED: lambda language: language.gettext("taken away as a file"),
    Did.ERASED: lambda language: language.gettext("erased"),
    Did.ALLOWED: lambda language: language.gettext("may be kept again"),
    Did.CUT: lambda language: language.gettext("its term was over"),
    Did.SET: lambda language: language.gettext("term set"),
}
_HOW: Mapping[How, Say] = {
    How.PAGE: lambda language: language.gettext("a page"),
    How.API: lambda language: language.gettext("the API"),
    How.EXPORT: lambda language: language.gettext("a file"),
    How.COMMAND: lambda language: language.gettext("a command"),
    How.JOB: lambda language: language.gettext("kam_sync by itself"),
}
_ABOUT: Mapping[About, Say] = {
    About.PERSON: lambda language: language.gettext("a person"),
    About.ACCOUNT: lambda language: language.gettext("people at a customer"),
    About.CONTACTS: lambda language: language.gettext("a list of people"),
    About.RECORD: lambda language: language.gettext("a record of a CRM"),
    About.ERASURE: lambda language: language.gettext("an erasure"),
    About.TERM: lambda language: language.gettext("a term"),
}
_KINDS: Mapping[Kind, tuple[Say, Say]] = {
    Kind.CONTACTS: (
        lambda language: language.gettext("Contacts at customers"),
        lambda language: language.gettext("to reach them, and to know who was in touch"),
    ),
    Kind.CLIENTS: (
        lambda language: language.gettext("Customers who are people, such as sole traders"),
        lambda language: language.gettext("to know whose deals and money these are"),
    ),
    Kind.TEXTS: (
        lambda language: language.gettext("Texts of calls, messages, notes, tasks, comments"),
        lambda language: language.gettext("to show what was spoken and agreed"),
    ),
    Kind.RAW: (
        lambda language: language.gettext("Records as the CRMs sent them"),
        lambda language: language.gettext(
            "to read them again after a setting changes, and to say where a number is from"
        ),
    ),
    Kind.INBOX: (
        lambda language: language.gettext("Webhooks of the CRMs"),
        lambda language: language.gettext("to hear of changes, and to read again what failed"),
    ),
    Kind.MATCHING: (
        lambda language: language.gettext("What records are compared by"),
        lambda language: language.gettext("to know that two records are one firm or one person"),
    ),
    Kind.MESSAGES: (
        lambda language: language.gettext("What was told and written"),
        lambda language: language.gettext("to tell again what failed, and nothing twice"),
    ),
    Kind.STAFF: (
        lambda language: language.gettext("People who work here"),
        lambda language: language.gettext("to know whose customer, alert or decision it is"),
    ),
    Kind.REMARKS: (
        lambda language: language.gettext("Remarks of people who work here"),
        lambda language: language.gettext("to say why something was decided"),
    ),
    Kind.AUDIT: (
        lambda language: language.gettext("This log, erasures and terms"),
        lambda language: language.gettext("to prove what was done with personal data"),
    ),
}
_TERMS: Mapping[Term, Say] = {
    Term.RAW_GONE: lambda language: language.gettext(
        "Contacts and texts that the CRM has no more, and what it sent of gone records"
    ),
    Term.RAW_CONTACTS: lambda language: language.gettext(
        "What the CRM sent of a contact beside what is shown"
    ),
    Term.TEXTS: lambda language: language.gettext(
        "Texts of calls, messages, notes, finished tasks, comments"
    ),
    Term.INBOX_READ: lambda language: language.gettext("Webhooks that were read"),
    Term.INBOX: lambda language: language.gettext("Webhooks that were not understood"),
    Term.MESSAGES: lambda language: language.gettext("What people were told by channels"),
    Term.EVENTS: lambda language: language.gettext("What programs were told by webhooks"),
    Term.AUDIT: lambda language: language.gettext("The log of personal data"),
}
