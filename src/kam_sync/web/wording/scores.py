"""Health scores in words."""

from kam_sync.kpi.health import Band
from kam_sync.web.wording.language import Language


def band(language: Language, which: Band) -> str:
    """How good a score is."""
    match which:
        case Band.POOR:
            return language.gettext("poor")
        case Band.FAIR:
            return language.gettext("fair")
        case Band.GOOD:
            return language.gettext("good")
