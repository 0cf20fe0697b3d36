"""How far comparing everything anew is, in plain words."""

from kam_sync.matching.model import Phase, Rematch, RematchState
from kam_sync.web.wording.language import Language


def rematch(language: Language, one: Rematch) -> str:
    """What became of it, or how far it is."""
    _ = language.gettext
    said = {
        RematchState.WAITING: _("It waits for the worker."),
        RematchState.RUNNING: _running(language, one.phase),
        RematchState.DONE: _(
            "Done %(time)s: %(companies)s companies and %(contacts)s contacts compared,"
            " %(changed)s belong elsewhere now."
        ),
        RematchState.STOPPED: _(
            "Stopped %(time)s; what is left is compared with the next synchronisation."
        )
        if one.began_at
        else _("Called off before it began."),
        RematchState.FAILED: _(
            "Failed %(time)s. It is tried again a few times; if that fails,"
            " those who run the service are told."
        ),
    }
    counts = ("done", "total", "companies", "contacts", "changed")
    return said[one.state] % {
        "time": language.time(one.ended_at or one.asked_at),
        **{name: language.number(getattr(one, name)) for name in counts},
    }


def _running(language: Language, phase: Phase) -> str:
    _ = language.gettext
    return {
        Phase.COMPANIES: _("Reading companies: %(done)s of %(total)s."),
        Phase.PAIRS: _("Comparing pairs of companies: %(done)s of %(total)s."),
        Phase.CONTACTS: _("Comparing contacts: %(done)s of %(total)s."),
    }[phase]
