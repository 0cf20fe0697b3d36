"""How a company went from one account to another, and why, in plain words."""

from uuid import UUID

from kam_sync.accounts.moves import Cause, Move
from kam_sync.matching.showing import clues
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.matching import evidence, person


def way(language: Language, move: Move, account: UUID) -> str:
    """What a company did, as it is seen from an account."""
    if move.to_account is None:
        return language.gettext("left with its source")
    if move.to_account == account:
        return language.gettext("came here")
    return language.gettext("went to another customer")


def who(language: Language, move: Move) -> str:
    """Who made it go: a person by name, or what else."""
    if move.by is not None:
        return person(language, move.by)
    match move.cause:
        case Cause.EVIDENCE:
            return language.gettext("by itself")
        case Cause.DECISION:
            return language.gettext("by an earlier decision of a person")
        case Cause.CRM:
            return language.gettext("by the CRM")
        case Cause.REMOVAL:
            return language.gettext("a source was removed")


def why(language: Language, move: Move) -> str:
    """What speaks for where it is now, or why it is no more where it was."""
    if move.because:
        return _joined(language, move)
    if move.to_account is None:
        return language.gettext("Its source was removed.")
    match move.cause:
        case Cause.DECISION:
            return language.gettext("It is another customer.")
        case Cause.REMOVAL:
            return language.gettext("It stays without the companies of that source.")
        case Cause.EVIDENCE | Cause.CRM:
            return language.gettext("Nothing binds it to that account any more.")


def _joined(language: Language, move: Move) -> str:
    name = {"name": move.beside or language.gettext("(no name)")}
    if move.cause is Cause.CRM:
        return language.gettext("Merged with “%(name)s” in the CRM itself.") % name
    said = language.gettext("One with “%(name)s”.") % name
    return f"{said} {evidence(language, clues(move.because))}".rstrip()
