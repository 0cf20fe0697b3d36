"""An import from beginning to end: batch after batch, each in its own transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain, islice

from connectors import Noun, Spoken, columns, sheets
from kam_sync.importing.given_source import (
    find_source,
    given_source,
    map_of,
    open_given,
    refuse_other_keys,
    with_map,
)
from kam_sync.importing.keeping import Keeping
from kam_sync.importing.reading import Accepted, PassedOver, Read, Rejected, read_lines
from kam_sync.intake.model import NounCounts, RunState
from kam_sync.intake.store import RawStore, RunStore, SourceStore, digest_of
from kam_sync.wiring import Services

BATCH = 2500
PATIENCE = timedelta(seconds=30)
"""A sync of what was given is over in a second; another import is worth no longer wait."""
_NOTHING = Spoken("", "")
_STOPPED = "it did not come to its end; import the file again"


class Counts(NounCounts):
    """What an import did; `read` are the rows, `rejected` those of them that were not taken."""

    passed_over: int = 0
    """Sums of other rows, and rows that are the same as one above them."""
    equal: int = 0
    """The latter alone."""
    set_aside: int = 0
    """Rows of before that cannot be read by another mapping."""


Watch = Callable[[Counts], None]
"""Told after each batch."""
Tell = Callable[[int, str, Spoken], None]
"""Told of each line what became of it: its number, a word, and why."""


@dataclass(frozen=True, slots=True)
class Import:
    """What is to be imported, and how."""

    source: str
    map: columns.TableMap
    is_complete: bool = False
    """All rows of this table are in it: those that do not come are gone."""
    watch: Watch = field(default=lambda _: None)
    tell: Tell = field(default=lambda _line, _word, _why: None)


def import_rows(services: Services, wish: Import, lines: Iterable[sheets.Line]) -> Counts:
    """Keep the rows of a file; what came before a stop stays, and the same file may come again.
    Of a file without a single good row nothing is kept, no source and no mapping.

    Busy when somebody else goes on writing for the source; BadSheet for a file that is no table.
    """
    counts, batches = Counts(), _batches(read_lines(lines, wish.map))
    first = next(_good(batches, wish, counts), [])
    if counts.rejected and not first:
        return counts
    source_id = given_source(services, wish.source)
    with services.database.alone(f"source {source_id}", wait=PATIENCE):
        _run(services, source_id, wish, chain([first], _good(batches, wish, counts)), counts)
    return counts


def try_rows(services: Services, wish: Import, lines: Iterable[sheets.Line]) -> Counts:
    """Say what an import would do, and do nothing."""
    counts = Counts()
    with services.database.transaction() as session:
        source = find_source(session, wish.source)
        source_id = None if source is None else source.id
        if source is not None:
            refuse_other_keys(session, source, wish.map)
    for batch in _batches(read_lines(lines, wish.map)):
        good = _sorted_out(batch, wish, counts)
        known = _digests(services, source_id, wish.map.what.noun, good)
        for one in good:
            word = _verdict(one, known)
            setattr(counts, word, getattr(counts, word) + 1)
            wish.tell(one.line, word, _NOTHING)
        wish.watch(counts)
    return counts


def _run(
    services: Services,
    source_id: int,
    wish: Import,
    batches: Iterable[Sequence[Accepted]],
    counts: Counts,
) -> None:
    translated, noun = NounCounts(), wish.map.what.noun
    run_id = _begin(services, source_id, noun)
    state, message = RunState.FAILED, _STOPPED
    try:
        _take_map(services, source_id, wish.map)
        with closing(open_given(services, source_id)) as connector:
            keeping = Keeping(services, source_id, connector, noun)
            if wish.is_complete:
                keeping.begin_walk()
            for good in batches:
                with services.database.transaction() as session:
                    merged = keeping.keep(session, [one.taken for one in good])
                    if wish.is_complete:
                        keeping.see(session, [one.taken.raw.external_id for one in good])
                _count(counts, len(good), merged.created, merged.updated)
                keeping.translate(translated)
                wish.watch(counts)
            if wish.is_complete:
                counts.held = keeping.end_walk(is_sure=not counts.rejected)
            keeping.translate(translated)
        state, message = RunState.DONE, ""
    finally:
        counts.deleted, counts.set_aside = translated.deleted, translated.rejected
        with services.database.transaction() as session:
            done = counts.model_dump(mode="json")
            RunStore(session).end(run_id, state, services.now(), done, message)


def _take_map(services: Services, source_id: int, map_: columns.TableMap) -> None:
    """Keep the mapping. Where it is another one, the clients that it finds in kept rows are there
    before it counts, so that a stop in between leaves no row without its client."""
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        before = map_of(session, source, map_.what)
    if before is not None and before != map_:
        with closing(open_given(services, source_id)) as connector:
            Keeping(services, source_id, connector, map_.what.noun).name_clients(map_)
    with services.database.transaction() as session:
        with_map(session, SourceStore(session).by_id(source_id), map_)


def _begin(services: Services, source_id: int, noun: Noun) -> int:
    with services.database.transaction() as session:
        runs, now = RunStore(session), services.now()
        runs.abandon(source_id, now)
        return runs.begin("import", now, source_id=source_id, noun=noun.value)


def _good(
    batches: Iterable[Sequence[Read]], wish: Import, counts: Counts
) -> Iterator[list[Accepted]]:
    """Batch after batch the lines that can be kept, where there are any."""
    for batch in batches:
        if good := _sorted_out(batch, wish, counts):
            yield good


def _sorted_out(batch: Sequence[Read], wish: Import, counts: Counts) -> list[Accepted]:
    """The lines that can be kept; the others are counted and told."""
    good = []
    for read in batch:
        match read:
            case Accepted():
                counts.read += 1
                good.append(read)
            case Rejected():
                counts.read += 1
                counts.rejected += 1
                wish.tell(read.line, "rejected", read.why)
            case PassedOver():
                counts.passed_over += 1
                counts.equal += read.same_as is not None
                wish.tell(read.line, "passed over", _why_passed(read))
    return good


def _why_passed(read: PassedOver) -> Spoken:
    if read.same_as is None:
        return Spoken("a sum of other rows", "сумма других строк")
    return Spoken(f"the same as line {read.same_as}", f"то же, что в строке {read.same_as}")


def _count(counts: Counts, kept: int, created: int, updated: int) -> None:
    counts.created += created
    counts.updated += updated
    counts.unchanged += kept - created - updated


def _digests(
    services: Services, source_id: int | None, noun: Noun, good: Sequence[Accepted]
) -> dict[str, bytes]:
    if source_id is None:
        return {}
    with services.database.transaction() as session:
        keys = [one.taken.raw.external_id for one in good]
        return RawStore(session, source_id).digests(noun, keys)


def _verdict(one: Accepted, known: dict[str, bytes]) -> str:
    before = known.get(one.taken.raw.external_id)
    if before is None:
        return "created"
    return "unchanged" if before == digest_of(one.taken.raw) else "updated"


def _batches(read: Iterator[Read]) -> Iterator[list[Read]]:
    while batch := list(islice(read, BATCH)):
        yield batch
