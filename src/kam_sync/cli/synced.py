"""How syncs went, for people: what came, what to know of it, and last what failed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

from connectors import ErrorKind
from kam_sync.base.command import command
from kam_sync.base.settings import Locale
from kam_sync.cli import show
from kam_sync.flow import SyncResult
from kam_sync.intake.model import NounCounts, RunState
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.troubles import trouble

_COUNTS = {
    "read": "read",
    "created": "new",
    "updated": "changed",
    "unchanged": "same",
    "deleted": "gone",
    "held": "held",
    "rejected": "aside",
    "seconds": "sec.",
    "requests": "asked",
}
"""What is counted, and how it is called where there is little room."""
_NEWS = ("created", "updated", "deleted", "held", "rejected")
_WORDS = {RunState.FAILED: "FAILED", RunState.LATER: "waits for the next sync"}


def tell(results: Sequence[SyncResult], ways: Mapping[str, str] | None = None) -> None:
    """Say how syncs went; the counts go to standard output, the rest to standard error.

    Args:
        ways: by source, the command with which a person goes on where it was not read to its end.
    """
    for result in results:
        _tell_counts(result)
    if len(results) > 1:
        _say(_totals(results))
    for line in (f"{result.source}: {note}" for result in results for note in _notes(result)):
        _warn(line, "yellow")
    for result in results:
        for line in _failures(result, (ways or {}).get(result.source, "")):
            _warn(line, "red")


def _tell_counts(result: SyncResult) -> None:
    if result.nouns and any(getattr(_sum(result), name) for name in _NEWS):
        _counts_table(result)
    elif result.nouns:
        _say(f"{result.source}: {_quiet(result)}")


def _counts_table(result: SyncResult) -> None:
    """The counts by noun. Where there is no room, a column of zeros alone is left out."""
    total = _sum(result)
    columns = [
        show.Column(heading, is_number=True, rank=0 if getattr(total, name) else 1)
        for name, heading in _COUNTS.items()
    ]
    rows = [
        (noun.value, *(_count(getattr(one, name)) for name in _COUNTS))
        for noun, one in result.nouns.items()
    ]
    show.table(f"Sync of {result.source}", ("noun", *columns), rows)


def _quiet(result: SyncResult) -> str:
    """The one line of a source where nothing happened."""
    total = _sum(result)
    what = "nothing new" if result.is_fine else "nothing new in what was read"
    asked = f" (read {total.read:,}, {total.seconds:.1f} sec., asked {total.requests:,})"
    return what + (asked if total.read or total.requests else "")


def _totals(results: Sequence[SyncResult]) -> str:
    total = NounCounts()
    for result in results:
        total.add(_sum(result))
    counts = ("read", "created", "updated", "deleted", *(n for n in _NEWS[3:] if getattr(total, n)))
    said = ", ".join(f"{_COUNTS[name]} {getattr(total, name):,}" for name in counts)
    wrong = sum(not result.is_fine for result in results)
    ends = f"; {wrong} not read to the end, see below" if wrong else ""
    return f"All {len(results)} sources: {said}{ends}"


def _notes(result: SyncResult) -> Iterator[str]:
    """What a person should know beside the counts, and that is no failure."""
    for noun, end in result.ends.items():
        if end.is_not_offered:
            yield f"{noun} is not offered: {end.message}"
    if result.is_fine and result.message and not _is_of_noun(result):
        yield result.message
    total = _sum(result)
    if total.held:
        way = command(f"source held {result.source}")
        yield f"deletions that wait for you: {total.held:,}; see: {way}"
    if total.rejected:
        way = command(f"source set-aside {result.source}")
        yield f"records set aside, not understood: {total.rejected:,}; see: {way}"


def _failures(result: SyncResult, way: str) -> Iterator[str]:
    """What was not read, and what to do about it; nothing of a sync that went well."""
    if result.is_fine:
        return
    kinds = []
    for noun, end in result.ends.items():
        if end.message and not end.is_not_offered:
            yield f"{result.source}: {noun} {_WORDS[end.state]}: {end.message}"
            kinds.append(end.error_kind)
    if result.message and not _is_of_noun(result):
        yield f"{result.source}: {result.message}"
        kinds.append(result.error_kind)
    yield from (f"  {advice}" for advice in dict.fromkeys(map(_advice, kinds)) if advice)
    if way:
        yield f"  then: {way}"


def _is_of_noun(result: SyncResult) -> bool:
    """Whether the message of a sync is that of one of its nouns."""
    return any(end.message and result.message.endswith(end.message) for end in result.ends.values())


def _advice(kind: ErrorKind) -> str:
    """What to do about a trouble; nothing where its message says it."""
    if kind in {ErrorKind.OTHER, ErrorKind.PAUSED}:
        return ""
    return trouble(Language(Locale.EN, ZoneInfo("UTC")), kind)


def _sum(result: SyncResult) -> NounCounts:
    total = NounCounts()
    for counts in result.nouns.values():
        total.add(counts)
    return total


def _say(line: str) -> None:
    show.out.print(line, markup=False, highlight=False, soft_wrap=True)


def _warn(line: str, style: str) -> None:
    show.err.print(line, style=style, markup=False, highlight=False, soft_wrap=True)


def _count(found: object) -> object:
    return f"{found:.1f}" if isinstance(found, Decimal) else found
