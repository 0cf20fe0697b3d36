"""How things stand, in a word for the doctor and the page of the installation."""

from kam_sync.intake.model import Source, SourceState
from kam_sync.notify.channel import Channel
from kam_sync.notify.model import TargetState
from kam_sync.web.wording.language import Language


def standing(language: Language, source: Source) -> str:
    """A source that nobody has to look after."""
    is_paused = source.state is SourceState.PAUSED
    return language.gettext("paused") if is_paused else language.gettext("active")


def target(language: Language, state: TargetState, count: int) -> str:
    """A target, and how much waits for it."""
    words = {
        TargetState.ACTIVE: language.gettext("active"),
        TargetState.PAUSED: language.gettext("paused"),
        TargetState.STOPPED: language.gettext("stopped"),
    }
    return _waiting(language, words[state], count)


def channel(language: Language, found: Channel, count: int) -> str:
    """A channel, and how much waits for it."""
    if found.is_paused:
        return _waiting(language, language.gettext("paused"), count)
    is_ill = bool(found.failures)
    word = language.gettext("failing") if is_ill else language.gettext("active")
    return _waiting(language, word, count)


def queue(language: Language, name: str) -> str:
    """What is counted of the queue."""
    words = {
        "todo": language.gettext("todo"),
        "doing": language.gettext("doing"),
        "succeeded": language.gettext("succeeded"),
        "failed": language.gettext("failed"),
        "workers": language.gettext("workers"),
        "last_tick": language.gettext("last run by schedule"),
    }
    return words.get(name, name)


def _waiting(language: Language, word: str, count: int) -> str:
    return language.gettext("%(state)s, %(count)s waiting") % {"state": word, "count": count}
