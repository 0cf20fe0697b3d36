"""The parts of the settings that somebody may see."""

from collections.abc import Callable

from kam_sync.web.wording.language import Language


def tabs(language: Language, may: Callable[[str], bool]) -> list[tuple[str, str]]:
    """Their addresses and titles, in order; all see what is measured."""
    known = (
        ("/settings", "channels", language.gettext("Who is told")),
        ("/channels", "channels", language.gettext("Channels")),
        ("/targets", "targets", language.gettext("Webhooks to other systems")),
        ("/kpis", "kpis", language.gettext("What is measured")),
        ("/settings/people", "members", language.gettext("People")),
        ("/settings/keys", "keys", language.gettext("API keys")),
        ("/privacy", "privacy", language.gettext("Personal data")),
        ("/settings/installation", "ops", language.gettext("Installation")),
    )
    return [(address, title) for address, area, title in known if may(area)]
