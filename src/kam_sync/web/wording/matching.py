"""What speaks for two companies being one customer, and what people decided, in plain words."""

from collections.abc import Callable, Iterable, Mapping, Set

import phonenumbers

from kam_sync.matching.comparing import Clue, Evidence
from kam_sync.matching.features import REGION
from kam_sync.matching.judging import Answer
from kam_sync.matching.model import Act, Decision, Says
from kam_sync.matching.showing import Asked, Member
from kam_sync.web.wording.language import Language

Names = Mapping[int, str]
"""The name of each source by its id."""
_COMMON = 1.0
"""What weighs less is shared by so many that it says little."""


def clue(language: Language, found: Evidence) -> str:
    """One thing that two companies have, or do not have, in common."""
    is_common = found.weight < _COMMON
    said = (_COMMON_ONES if is_common else {}).get(found.clue) or _CLUES[found.clue]
    return said(language) % {"what": _shown(found)}


def both_ways(language: Language, clues: Iterable[Evidence]) -> tuple[list[str], list[str]]:
    """What speaks for two companies being one, and what against it."""
    kept = list(clues)
    speaks_for = [clue(language, one) for one in kept if one.weight >= 0]
    return speaks_for, [clue(language, one) for one in kept if one.weight < 0]


def evidence(language: Language, clues: Iterable[Evidence]) -> str:
    """All of it in one text."""
    return in_one_text(language, *both_ways(language, clues))


def in_one_text(language: Language, speaks_for: list[str], against: list[str]) -> str:
    """What speaks for it, and then what against it."""
    said = []
    if speaks_for:
        said.append(language.gettext("For: %(what)s.") % {"what": "; ".join(speaks_for)})
    if against:
        said.append(language.gettext("Against: %(what)s.") % {"what": "; ".join(against)})
    return " ".join(said)


def advice(language: Language, asked: Asked) -> str:
    """What a person who is asked should keep in mind."""
    answer, is_doubtful = asked.question.answer, asked.question.is_doubtful
    if answer is Answer.TWICE:
        return _of_two_cards(language, {clue["clue"] for clue in asked.question.evidence})
    if answer is Answer.NUMBER and is_doubtful:
        return language.gettext(
            "The same INN, but it has branches, and nothing says which one this is."
        )
    if is_doubtful:
        return language.gettext(
            "The two fit, but other companies of their accounts do not: look closely."
        )
    if asked.other_inns:
        return language.gettext("Their accounts have different INNs: rather two customers.")
    if asked.is_likely:
        return language.gettext("Probably one customer.")
    return _UNSURE.get(answer, _maybe)(language)


def _of_two_cards(language: Language, clues: Set[str]) -> str:
    if Clue.KPP_MOVED in clues:
        return language.gettext(
            "One INN with two KPPs of a head office: its tax office has changed, or they are two."
        )
    return language.gettext("One INN twice in one CRM: entered twice, or two branches.")


def parted(language: Language) -> str:
    """That it was said; who said it follows."""
    return language.gettext("That they are different customers was decided:")


def why(language: Language, member: Member, names: Names) -> str:
    """Why a company belongs to its account."""
    if member.beside is None:
        return language.gettext("The account began with it.")
    said = language.gettext("One with “%(name)s” (%(source)s).")
    beside = member.beside.name, names[member.beside.source_id]
    return joined(language, beside, said, member.decision, evidence(language, member.clues))


def joined(
    language: Language, beside: tuple[str, str], said: str, decision: Decision | None, evidence: str
) -> str:
    """Why something is one with the one beside it.

    Args:
        beside: its name, and the source that it is of.
        said: that the evidence makes them one.
        evidence: what speaks for it and against it; empty where the CRM has merged them.
    """
    name, source = beside
    whom = {"name": name, "source": source}
    if decision is not None:
        said = language.gettext("Joined with “%(name)s” (%(source)s): %(by)s, %(time)s.")
        by, at = person(language, decision.by), language.time(decision.at)
        return said % {**whom, "by": by, "time": at}
    if not evidence:
        return language.gettext("Merged with “%(name)s” (%(source)s) in the CRM itself.") % whom
    return f"{said % whom} {evidence}"


def act(language: Language, done: Act) -> str:
    """What a person said."""
    match done.says:
        case Says.TOGETHER:
            return language.gettext("one customer")
        case Says.APART:
            return language.gettext("different customers")


def person(language: Language, by: str) -> str:
    """Who decided; where nobody is named, by which door it came."""
    known = {"the page": language.gettext("on the page"), "the API": language.gettext("by the API")}
    return known.get(by, by)


def _shown(found: Evidence) -> str:
    return phone(found.what) if found.clue is Clue.PHONE else found.what


def phone(text: str) -> str:
    """A phone as it is written abroad, with its spaces; what is none stays as it is."""
    try:
        number = phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException:
        return text
    if not phonenumbers.is_possible_number(number):
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _maybe(language: Language) -> str:
    return language.gettext("It may be one customer, or two: look at both.")


_UNSURE: Mapping[Answer, Callable[[Language], str]] = {
    Answer.BRANCH: lambda language: language.gettext(
        "One INN with different KPPs: rather two branches of one firm."
    ),
    Answer.DIFFERENT: lambda language: language.gettext(
        "Little speaks for it: rather two customers."
    ),
}
"""Of accounts that nobody asks about."""
_CLUES: Mapping[Clue, Callable[[Language], str]] = {
    Clue.SPLINK: lambda language: language.gettext("Splink takes them for one"),
    Clue.INN: lambda language: language.gettext("the same INN: %(what)s"),
    Clue.INN_FALSE: lambda language: language.gettext(
        "the same INN, which is no real one: %(what)s"
    ),
    Clue.INN_SLIP: lambda language: language.gettext("INNs differ by a slip: %(what)s"),
    Clue.INN_OTHER: lambda language: language.gettext("different INNs: %(what)s"),
    Clue.ACCOUNT_INN_OTHER: lambda language: language.gettext(
        "different INNs of the accounts that they belong to: %(what)s"
    ),
    Clue.KPP: lambda language: language.gettext("the same KPP: %(what)s"),
    Clue.KPP_OTHER: lambda language: language.gettext("different KPPs: %(what)s"),
    Clue.KPP_MOVED: lambda language: language.gettext("two KPPs of a head office: %(what)s"),
    Clue.OGRN: lambda language: language.gettext("the same OGRN: %(what)s"),
    Clue.OGRN_OTHER: lambda language: language.gettext("different OGRNs"),
    Clue.PHONE: lambda language: language.gettext("the same phone: %(what)s"),
    Clue.PHONE_OTHER: lambda language: language.gettext("different phones"),
    Clue.EMAIL: lambda language: language.gettext("the same e-mail: %(what)s"),
    Clue.DOMAIN: lambda language: language.gettext("the same site or mail domain: %(what)s"),
    Clue.DOMAIN_OTHER: lambda language: language.gettext("different sites and mail domains"),
    Clue.ADDRESS: lambda language: language.gettext("the same address"),
    Clue.ADDRESS_OTHER: lambda language: language.gettext("different addresses"),
    Clue.CITY: lambda language: language.gettext("the same city"),
    Clue.CITY_OTHER: lambda language: language.gettext("different cities"),
    Clue.FORM_OTHER: lambda language: language.gettext("different legal forms: %(what)s"),
    Clue.KIND_OTHER: lambda language: language.gettext("different kinds of business in the names"),
    Clue.NAME_EQUAL: lambda language: language.gettext("the same name"),
    Clue.NAME_TYPO: lambda language: language.gettext("names differ by a slip"),
    Clue.NAME_INITIAL: lambda language: language.gettext("the same name, once with initials"),
    Clue.NAME_LOOSE: lambda language: language.gettext("names are the same but for common words"),
    Clue.NAME_SHORTER: lambda language: language.gettext("one name is the beginning of the other"),
    Clue.NAME_START: lambda language: language.gettext("the first word of the names is the same"),
    Clue.NAME_PART: lambda language: language.gettext("names are alike in part only"),
    Clue.NAME_FAR: lambda language: language.gettext("different names"),
}
_COMMON_ONES: Mapping[Clue, Callable[[Language], str]] = {
    Clue.SPLINK: lambda language: language.gettext("Splink doubts that they are one"),
    Clue.PHONE: lambda language: language.gettext(
        "the same phone, which several in one CRM have: %(what)s"
    ),
    Clue.EMAIL: lambda language: language.gettext(
        "the same e-mail, which several in one CRM have: %(what)s"
    ),
    Clue.DOMAIN: lambda language: language.gettext(
        "the same site or mail domain, which several in one CRM have: %(what)s"
    ),
}
