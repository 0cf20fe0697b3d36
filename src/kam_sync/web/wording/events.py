"""What marks on a chart say, in plain words."""

from typing import Any
from uuid import UUID

from kam_sync.accounts.moves import Move
from kam_sync.kpi.model import Cause
from kam_sync.web.wording import moves
from kam_sync.web.wording.language import Language


def won(language: Language, name: str, amount: Any, currency: str) -> str:
    """A large deal that was won."""
    said = language.gettext("Deal won: %(name)s, %(money)s")
    return said % {"name": name, "money": language.money(amount, currency)}


def opened(language: Language) -> str:
    """The alert about the key figure begins."""
    return language.gettext("Alert opened")


def over(language: Language) -> str:
    """It ends."""
    return language.gettext("Alert over")


def moved(language: Language, move: Move, account: UUID) -> str:
    """A company came or went."""
    return f"{move.company or move.source}: {moves.way(language, move, account)}"


def restated(language: Language, cause: Cause | None) -> str:
    """Months that were over have got other values."""
    said = {
        Cause.DEFINITION: language.gettext("Computed in another way from here on"),
        Cause.ZONE: language.gettext("Values changed: another time zone"),
        Cause.RATE: language.gettext("Values changed: a corrected rate"),
        Cause.FACTS: language.gettext("Values changed: late or corrected data"),
        Cause.ACCOUNT: language.gettext("Values changed: other companies"),
        None: language.gettext("Values changed after the fact"),
    }
    return said[cause]
