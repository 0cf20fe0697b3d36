"""Why a key figure may be wrong, in plain words."""

from collections.abc import Iterable

from kam_sync.kpi.doubts import Doubt, Doubted
from kam_sync.kpi.model import Point
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.sentences import noun


def doubts(language: Language, points: Iterable[Point]) -> list[str]:
    """A line for each input by which some of the values may be wrong, without repeating one."""
    lines = (_doubt(language, one) for point in points for one in point.doubts)
    return list(dict.fromkeys(lines))


def _doubt(language: Language, doubted: Doubted) -> str:
    said = {
        Doubt.LOADING: language.gettext("%(source)s, “%(noun)s”: still read for the first time"),
        Doubt.HELD: language.gettext("%(source)s, “%(noun)s”: deletions wait for a decision"),
        Doubt.STALE: language.gettext("%(source)s, “%(noun)s”: known until %(time)s"),
    }[doubted.why]
    return said % {
        "source": doubted.source,
        "noun": noun(language, doubted.noun),
        "time": language.time(doubted.known_until),
    }
