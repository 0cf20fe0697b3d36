"""The digest: what waited for the beginning of the week, in one message."""

import re

from kam_sync.alerts.model import Alert
from kam_sync.kpi.registry import KPIS
from kam_sync.notify.digest import Digest
from kam_sync.web.wording import alerts
from kam_sync.web.wording.language import Language
from kam_sync.wording import drifts

_LONGEST_NAME = 200
_NOTHING = "\u2060"
"""A word joiner, which has no width."""
_OBEYED = re.compile(r"@(?=\w)|<(?=[!@#])|\bwww(?=\.)|:(?=//)|(?<=\w)\.(?=[^\W\d]{2,}(?:/|\b))")
"""Behind what messengers make a call or a link of it."""
_MOST = 60
"""So many alerts stand in a message."""


def digest(language: Language, about: Digest) -> tuple[str, str]:
    """Its subject, and what it says."""
    count = sum(len(those) for _, those in about.groups)
    subject = language.ngettext(
        "Digest: %(num)s alert", "Digest: %(num)s alerts", count
    ) % {"num": language.number(count)}  # fmt: skip
    parts = [_groups(language, about, count), "\n".join(_ends(language, about))]
    return subject, "\n\n".join(part for part in parts if part)


def called(language: Language, name: str) -> str:
    """How an account is called, in one line of a message.

    Whoever types a name into a CRM writes to our readers: an @ would call a whole room, and an
    address would be a link that seems to be ours. Both stay readable, with a mark that nobody sees.
    """
    shown = "".join(char if char.isprintable() else " " for char in name)
    short = " ".join(shown.split())[:_LONGEST_NAME]
    return _OBEYED.sub(f"\\g<0>{_NOTHING}", short) or language.gettext("without a name")


def _groups(language: Language, about: Digest, count: int) -> str:
    shown, blocks = 0, []
    for name, those in about.groups:
        some = those[: _MOST - shown]
        shown += len(some)
        if some:
            lines = [f"– {_line(language, alert)}." for alert in some]
            blocks.append("\n".join([f"{called(language, name)}:", *lines]))
    if shown < count:
        more = language.ngettext("And %(num)s more.", "And %(num)s more.", count - shown)
        blocks.append(more % {"num": language.number(count - shown)})
    return "\n\n".join(blocks)


def _ends(language: Language, about: Digest) -> list[str]:
    lines = []
    if about.passed:
        passed = language.ngettext(
            "%(num)s that came up meanwhile is over already.",
            "%(num)s that came up meanwhile are over already.",
            about.passed,
        )
        lines.append(passed % {"num": language.number(about.passed)})
    opened = language.gettext("Open alerts in all: %(num)s.")
    return [*lines, opened % {"num": language.number(about.open_alerts)}]


def _line(language: Language, alert: Alert) -> str:
    said = f"{KPIS[alert.kpi].title[language.locale]}: {drifts.alert(language, alert)}"
    return f"{said}; {alerts.at_risk(language, alert)}" if alert.at_risk else said
