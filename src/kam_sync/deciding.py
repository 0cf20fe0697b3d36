"""Deletions that are held: what they would do, and what a person decides; for both doors."""

from contextlib import closing, suppress
from dataclasses import dataclass

from connectors import ConnectorError, Noun
from kam_sync.accounts.store import MergingStore, Outlook, OutlookStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.intake.model import Gone, Held, HeldState, NounCounts, Origin, Source
from kam_sync.intake.store import APPROVED, GoneStore, HeldStore, HintStore, SourceStore
from kam_sync.translating import translate_all
from kam_sync.wiring import Services


@dataclass(frozen=True, slots=True)
class HeldDeletion:
    """A held deletion and what it would do."""

    held: Held
    token: str
    """Short for the records it is about: who decides says by it what he saw."""
    outlook: Outlook


def waiting(session: Session, source_id: int) -> list[HeldDeletion]:
    """The deletions of a source that wait for a person."""
    store, looking = HeldStore(session, source_id), OutlookStore(session, source_id)
    return [
        HeldDeletion(
            held, store.token(held.id), looking.of(Noun(held.noun), store.records(held.id))
        )
        for held in store.waiting()
    ]


def of_noun(session: Session, source: Source, noun: str) -> tuple[Held, str]:
    """The deletion that waits for a noun of a source, with its token, or NotHere."""
    store = HeldStore(session, source.id)
    found = store.waiting()
    for held in found:
        if held.noun == noun:
            return held, store.token(held.id)
    nouns = ", ".join(held.noun for held in found) or "nothing"
    raise NotHere(f"source {source.name}: no deletion of {noun} is held; held: {nouns}")


def approve(services: Services, source: Source, held_id: int, seen: str, by: str) -> int:
    """Delete what was held and has not come back since; returns how many records that were.

    Busy while the source is being pulled, and when `seen` is not its token any more.
    """
    database, now = services.database, services.now()
    with database.alone(f"source {source.id}"):
        with database.transaction() as session:
            SourceStore(session).write_alone(source.id)
            store = HeldStore(session, source.id)
            noun = Noun(store.one(held_id).noun)
            found = store.decide(held_id, HeldState.APPROVED, seen=seen, by=by, now=now)
            gone = {key: Gone(f"{APPROVED}{by}", into) for key, into in found.items()}
            marked = GoneStore(session, source.id).mark(noun, gone, now)
            moved = [key for key in marked if found.get(key)]
            follow = MergingStore(session, source.id).pointing_at(noun, moved)
            HintStore(session, source.id).note(follow, Origin.MERGE, now)
            access = SourceStore(session).access(source.id)
            session.flush()
            session.expunge_all()
        # a source that lets us in no more leaves that to its next sync
        with suppress(ConnectorError), closing(services.open(source, access)) as connector:
            translate_all(services, source.id, connector, noun, NounCounts())
    return len(marked)


def reject(services: Services, source: Source, held_id: int, seen: str, by: str) -> int:
    """Keep what was held; it is not held again until the CRM gives it and it vanishes anew.

    Busy when `seen` is not its token any more.
    """
    now = services.now()
    with services.database.transaction() as session:
        SourceStore(session).write_alone(source.id)
        store = HeldStore(session, source.id)
        return len(store.decide(held_id, HeldState.REJECTED, seen=seen, by=by, now=now))


def count(session: Session, source_id: int) -> int:
    """How many records of a source wait for a person."""
    return sum(held.count for held in HeldStore(session, source_id).waiting())
