"""What alerts turned out to be, in plain words."""

from kam_sync.alerts.life import Outcome
from kam_sync.wording.language import Language


def outcome(language: Language, what: Outcome) -> str:
    """What an alert turned out to be."""
    return {
        Outcome.TRUE: language.gettext("there was something to do"),
        Outcome.FALSE: language.gettext("a false alarm"),
        Outcome.KNOWN: language.gettext("it was so, and no news"),
    }[what]
