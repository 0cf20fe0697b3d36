"""What speaks for two contacts being one person, and what was decided of them, in plain words."""

from collections.abc import Callable, Iterable, Mapping

from kam_sync.matching.model import Act, Says
from kam_sync.matching.people import PersonClue, PersonEvidence
from kam_sync.matching.people_showing import Asked, Member
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.matching import Names, in_one_text, joined, person, phone

__all__ = ["act", "advice", "both_ways", "clue", "evidence", "parted", "person", "phone", "why"]

_COMMON = 1.0
"""What weighs less is shared by so many that it says little."""


def clue(language: Language, found: PersonEvidence) -> str:
    """One thing that two contacts have, or do not have, in common."""
    is_common = found.weight < _COMMON
    said = (_COMMON_ONES if is_common else {}).get(found.clue) or _CLUES[found.clue]
    what = phone(found.what) if found.clue is PersonClue.PHONE else found.what
    return said(language) % {"what": what}


def both_ways(language: Language, clues: Iterable[PersonEvidence]) -> tuple[list[str], list[str]]:
    """What speaks for two contacts being one person, and what against it."""
    kept = list(clues)
    speaks_for = [clue(language, one) for one in kept if one.weight >= 0]
    return speaks_for, [clue(language, one) for one in kept if one.weight < 0]


def evidence(language: Language, clues: Iterable[PersonEvidence]) -> str:
    """All of it in one text."""
    return in_one_text(language, *both_ways(language, clues))


def advice(language: Language, asked: Asked) -> str:
    """What somebody who is asked should keep in mind."""
    if asked.question.is_doubtful:
        return language.gettext("The two fit, but other contacts of theirs do not: look closely.")
    if asked.is_likely:
        return language.gettext("Probably one person.")
    return language.gettext("It may be one person, or two: look at both.")


def parted(language: Language) -> str:
    """That it was said; who said it follows."""
    return language.gettext("That they are different people was decided:")


def why(language: Language, member: Member, names: Names) -> str:
    """Why a contact belongs to its person."""
    if member.beside is None:
        return language.gettext("The person began with it.")
    said = language.gettext("The same person as “%(name)s” (%(source)s).")
    beside = member.beside.name, names[member.beside.source_id]
    return joined(language, beside, said, member.decision, evidence(language, member.clues))


def act(language: Language, done: Act) -> str:
    """What somebody said."""
    match done.says:
        case Says.TOGETHER:
            return language.gettext("one person")
        case Says.APART:
            return language.gettext("different people")


_CLUES: Mapping[PersonClue, Callable[[Language], str]] = {
    PersonClue.EMAIL: lambda language: language.gettext("the same e-mail: %(what)s"),
    PersonClue.EMAIL_OTHER: lambda language: language.gettext("different e-mails"),
    PersonClue.PHONE: lambda language: language.gettext("the same phone: %(what)s"),
    PersonClue.PHONE_OTHER: lambda language: language.gettext("different phones"),
    PersonClue.ACCOUNT: lambda language: language.gettext("of one customer"),
    PersonClue.ACCOUNT_MAYBE: lambda language: language.gettext("of customers that may be one"),
    PersonClue.ACCOUNT_OTHER: lambda language: language.gettext("of different customers"),
    PersonClue.POSITION: lambda language: language.gettext("the same position"),
    PersonClue.POSITION_OTHER: lambda language: language.gettext("different positions"),
    PersonClue.NAME_EQUAL: lambda language: language.gettext("the names of both agree"),
    PersonClue.NAME_INITIAL: lambda language: language.gettext(
        "the names of both agree, once with initials"
    ),
    PersonClue.NAME_TYPO: lambda language: language.gettext("the names of both differ by a slip"),
    PersonClue.NAME_PART: lambda language: language.gettext(
        "the names of both are alike in part only"
    ),
    PersonClue.NAME_FAR: lambda language: language.gettext("the names of both are different"),
}
_COMMON_ONES: Mapping[PersonClue, Callable[[Language], str]] = {
    PersonClue.PHONE: lambda language: language.gettext(
        "the same phone, which many have: %(what)s"
    ),
    PersonClue.EMAIL: lambda language: language.gettext(
        "the same e-mail, which many have: %(what)s"
    ),
}
