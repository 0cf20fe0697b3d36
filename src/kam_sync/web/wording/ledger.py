"""The ledger in plain words: how a check ended, and where a record is."""

from decimal import Decimal

from kam_sync.ledger.model import Check, Difference, LedgerState
from kam_sync.web.wording.language import Language


def state(language: Language, found: LedgerState) -> str:
    """How a check ended."""
    match found:
        case LedgerState.EQUAL:
            return language.gettext("equal")
        case LedgerState.REPAIRED:
            return language.gettext("put right")
        case LedgerState.PARTED:
            return language.gettext("differs")
        case LedgerState.UNKNOWN:
            return language.gettext("not compared")


def kind(language: Language, found: Difference) -> str:
    """On which side a record is."""
    match found:
        case Difference.ONLY_HERE | Difference.HELD:
            return language.gettext("only here")
        case Difference.ONLY_THERE:
            return language.gettext("only in the CRM")
        case Difference.DIFFERING:
            return language.gettext("on both sides, not the same")


def sums(language: Language, check: Check, side: str) -> str:
    """The money on one side, each currency by itself."""
    return "; ".join(
        language.full_money(Decimal(both[side]), unit) for unit, both in check.sums.items()
    )


def explained(language: Language, check: Check) -> str:
    """What is not the same and is no difference either; empty when there is nothing of it."""
    said = []
    if check.held:
        waits = language.ngettext(
            "%(num)s deletion waits for a person", "%(num)s deletions wait for a person", check.held
        )
        said.append(waits % {"num": language.number(check.held)})
    if check.set_aside:
        aside = language.ngettext(
            "%(num)s record could not be understood",
            "%(num)s records could not be understood",
            check.set_aside,
        )
        said.append(aside % {"num": language.number(check.set_aside)})
    return "; ".join(said)
