"""What the timeline of an account says of each entry, in plain words."""

from collections.abc import Mapping
from datetime import date, datetime

from connectors import Outcome, without_mark
from kam_sync.accounts.model import StreamEntry
from kam_sync.web.wording.language import Language


def title(language: Language, entry: StreamEntry) -> str:
    """What happened: Incoming call, 1 min 5 s."""
    said = what(language, entry.what, entry.is_incoming)
    return f"{said}, {_duration(language, entry.seconds)}" if entry.seconds else said


def text(entry: StreamEntry) -> str:
    """What was said or written, without the mark by which we know our own; then what came of it."""
    said = (without_mark(entry.text or "").strip(), str(entry.details.get("result", "")).strip())
    return "\n".join(filter(None, said))


def plain(text: str) -> str:
    """What a task says, without the mark by which we know our own."""
    return without_mark(text).strip()


def what(language: Language, happening: str, is_incoming: bool | None) -> str:
    """What kind of touch it was: Incoming call."""
    return _directed(language, happening, is_incoming) or _what(language, happening)


def outcome(language: Language, of: Outcome) -> str:
    """How a deal stands."""
    return {
        Outcome.OPEN: language.gettext("open"),
        Outcome.WON: language.gettext("won"),
        Outcome.LOST: language.gettext("lost"),
    }[of]


def ago(language: Language, today: date, at: datetime) -> str:
    """How long ago a moment was, in days."""
    days = (today - language.day_of(at)).days
    if days <= 0:
        return language.gettext("today")
    return language.ngettext("%(num)s day ago", "%(num)s days ago", days) % {"num": days}


def due_on(language: Language, entry: StreamEntry) -> date | None:
    """The day by which a task is to be done."""
    due_at = entry.details.get("due_at")
    return language.day_of(datetime.fromisoformat(due_at)) if due_at else None


def about(language: Language, entry: StreamEntry) -> str:
    """About what of the account; nothing when it is the company itself."""
    words = {
        "contact": language.gettext("contact"),
        "deal": language.gettext("deal"),
        "customer": language.gettext("repeat buyer"),
    }
    word = words.get(entry.about_noun)
    if word is None:
        return ""
    return f"{word} {entry.about_name or entry.about_external_id}"


def stages(entry: StreamEntry, names: Mapping[tuple[int, str | None, str | None], str]) -> str:
    """From which stage to which, as far as they are known: New → Talks."""
    sides = (entry.details.get(side) for side in ("from", "to") if entry.what == "stage")
    keys = [side for side in sides if isinstance(side, Mapping)]
    found = (names.get((entry.source_id, key.get("pipeline"), key.get("stage"))) for key in keys)
    return " → ".join(name for name in found if name)


def invoice_status(language: Language, status: str) -> str:
    """How a bill stands; the CRM's own word where we know no other."""
    known = {
        "draft": language.gettext("draft"),
        "issued": language.gettext("issued"),
        "created": language.gettext("not paid"),
        "partly_paid": language.gettext("partly paid"),
        "paid": language.gettext("paid"),
    }
    return known.get(status, status)


def _directed(language: Language, what: str, is_incoming: bool | None) -> str | None:
    """Calls and messages have a direction, where the CRM tells it."""
    known: dict[tuple[str, bool | None], str] = {
        ("call", True): language.gettext("Incoming call"),
        ("call", False): language.gettext("Outgoing call"),
        ("message", True): language.gettext("Message from the customer"),
        ("message", False): language.gettext("Message to the customer"),
        ("email", True): language.gettext("E-mail from the customer"),
        ("email", False): language.gettext("E-mail to the customer"),
    }
    return known.get((what, is_incoming))


def _what(language: Language, what: str) -> str:
    known = {
        "call": language.gettext("Call"),
        "message": language.gettext("Message"),
        "email": language.gettext("E-mail"),
        "note": language.gettext("Note"),
        "file": language.gettext("File attached"),
        "stage": language.gettext("Stage changed"),
        "change": language.gettext("Changed"),
        "created": language.gettext("Created"),
        "deleted": language.gettext("Deleted"),
        "restored": language.gettext("Restored"),
        "merged": language.gettext("Merged with another"),
        "link": language.gettext("Linked or unlinked"),
        "task": language.gettext("Task"),
        "task_done": language.gettext("Task done"),
        "purchase": language.gettext("Purchase"),
        "won": language.gettext("Deal won"),
        "lost": language.gettext("Deal lost"),
        "invoice": language.gettext("Invoice issued"),
        "invoice_paid": language.gettext("Invoice paid"),
    }
    return known.get(what, language.gettext("Other event"))


def _duration(language: Language, seconds: int | None) -> str:
    minutes, rest = divmod(seconds or 0, 60)
    if not minutes:
        return language.gettext("%(seconds)s s") % {"seconds": rest}
    said = language.gettext("%(minutes)s min %(seconds)s s")
    return said % {"minutes": minutes, "seconds": rest}
