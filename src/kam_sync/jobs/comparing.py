"""What a person asks of the ledger: to compare now, and to put right what differs."""

from connectors import Noun
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.base.errors import Busy, NotHere, WrongUse
from kam_sync.intake.model import RunState, Source, SourceState
from kam_sync.intake.store import RunStore
from kam_sync.jobs import queue
from kam_sync.jobs.queue import Comparison
from kam_sync.ledger.store import LedgerBook

NOTHING_LEFT = "the last checks left nothing to repair"


def ask_to_check(session: Session, source: Source, noun: str | None) -> bool:
    """Queue the comparison of a noun, or of all; False when it is waiting already."""
    require_comparable(session, source)
    if noun is None:
        return queue.defer_reconciling(session, Comparison(source.id, is_asked=True))
    one = Comparison(source.id, noun_of(noun).value, goes_on=False, is_asked=True)
    return queue.defer_reconciling(session, one)


def ask_to_repair(session: Session, source: Source, noun: str | None) -> list[Noun]:
    """Queue the repair of a noun, or of all of which something is left; returns which."""
    require_comparable(session, source)
    nouns = to_repair(session, source, noun)
    if not nouns:
        raise WrongUse(f"source {source.name}: {NOTHING_LEFT}")
    for one in nouns:
        what = Comparison(source.id, one.value, goes_on=False, repairs=True, is_asked=True)
        queue.defer_reconciling(session, what)
    return nouns


def to_repair(session: Session, source: Source, noun: str | None) -> list[Noun]:
    """The noun, or all of which the last check left something."""
    if noun is not None:
        return [noun_of(noun)]
    return [Noun(one.noun) for one in LedgerBook(session).newest(source.id) if one.left_over]


def require_comparable(session: Session, source: Source) -> None:
    """Refuse a source that is not active, or was never synced."""
    if source.state is not SourceState.ACTIVE:
        way = command(f"source resume {source.name}")
        raise Busy(f"source {source.name}: it is {source.state.value}, not compared; see: {way}")
    if RunStore(session).last_sync(source.id, state=RunState.DONE) is None:
        way = command(f"sync {source.name}")
        raise Busy(f"source {source.name}: nothing to compare before its first sync: {way}")


def noun_of(text: str) -> Noun:
    """A noun as a person writes it, or NotHere with those there are."""
    try:
        return Noun(text)
    except ValueError as error:
        names = ", ".join(Noun)
        raise NotHere(f"{text}: no such kind of record; there are: {names}") from error
