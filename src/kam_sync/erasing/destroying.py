"""Erases a person everywhere, in one transaction: all of it or nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

from connectors import Noun, NpsAnswer
from kam_sync.accounts.shadow import body_of, without_any
from kam_sync.accounts.store import ABOUT, CONTACTS, NAMING, ErasingAccounts, NamingTable, Theirs
from kam_sync.alerts.store import mask_alerts
from kam_sync.base.db import Session
from kam_sync.erasing.finding import reach_of
from kam_sync.erasing.remembering import copy_register, take_in
from kam_sync.intake.store import ErasingIntake, RawStore, SourceStore
from kam_sync.matching.people import Person
from kam_sync.matching.step import LOCK
from kam_sync.matching.store import ErasingPeople, PersonStore
from kam_sync.notify.store import mask_messages
from kam_sync.privacy.marks import Marker, Masking, Ref, parts_of
from kam_sync.privacy.model import About, Cut, Did, Entry, Erasure, How, Mark
from kam_sync.privacy.patterns import pattern_of
from kam_sync.privacy.store import EventStore, RegisterStore
from kam_sync.wiring import Services

_PATIENCE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Wish:
    """Who is to be erased, at whose word and why."""

    people: tuple[UUID, ...]
    by: str
    reason: str
    how: How = How.COMMAND
    is_dry: bool = False
    """Only say what would go."""


@dataclass(slots=True)
class Erased:
    """What an erasure did, or would do."""

    people: tuple[UUID, ...]
    at: datetime
    by: str
    reason: str
    counts: dict[str, int] = field(default_factory=dict)
    """Table -> how many rows were dropped or emptied."""
    sources: list[str] = field(default_factory=list)
    """The CRMs that knew the person: the original stays there."""
    files: list[str] = field(default_factory=list)
    """The sources that people have dropped files for."""
    shared: int = 0
    """Phones and e-mails that others have, too: they are no sign of the person."""
    accounts: list[UUID] = field(default_factory=list)
    """Whose key figures stay as they are."""
    firms: int = 0
    """Those of them that are called like the person: a sole trader's firm is the customer."""

    @property
    def protocol(self) -> dict[str, Any]:
        """What is written down of it."""
        return {
            "counts": self.counts, "sources": self.sources, "files": self.files,
            "shared": self.shared, "firms": self.firms,
            "accounts": [str(one) for one in self.accounts],
        }  # fmt: skip


def erase(services: Services, wish: Wish) -> Erased:
    """Erase people; nobody can take it back.

    Raises:
        NotHere: there is no such person.
        Busy: people are being matched, and it takes long.
    """
    with services.database.alone(LOCK, wait=_PATIENCE):
        if not wish.is_dry:
            take_in(services)
        with services.database.transaction() as session:
            erased = _Work(services, session, wish, services.now()).run()
            if wish.is_dry:
                session.rollback()
        if not wish.is_dry:
            copy_register(services)
    return erased


class _Work:
    """One erasure, in its transaction."""

    def __init__(self, services: Services, session: Session, wish: Wish, now: datetime) -> None:
        self._services, self._session, self._wish, self._now = services, session, wish, now
        self._counts: Counter[str] = Counter()
        self._accounts = ErasingAccounts(session)
        self._intake = ErasingIntake(session)
        self._register = RegisterStore(session, services.cipher)
        people = PersonStore(session)
        self._whose = {key: one for one in wish.people for key in people.contacts_of(one)}
        self._contacts = list(self._whose)
        self._names: dict[UUID, list[str]] = {one: [] for one in wish.people}
        self._marks: dict[UUID, list[Mark]] = {one: [] for one in wish.people}
        self._signs: frozenset[bytes] = frozenset()
        """Of all of them: what they are known by in whatever record."""

    @cached_property
    def _marker(self) -> Marker:
        return self._register.new_marker()

    def run(self) -> Erased:
        """Do it, in the order in which each part still knows what it looks for."""
        theirs = self._accounts.theirs(self._contacts)
        accounts = list(theirs.accounts)
        sources = SourceStore(self._session)
        reach = {source for source, _ in self._contacts} | self._accounts.sources_of(accounts)
        for source_id in sorted(reach):
            sources.write_alone(source_id)
        rows = self._accounts.contacts(self._contacts)
        names = list(dict.fromkeys(row.name for row in rows))
        known = reach_of(rows)
        shared = ErasingPeople(self._session).shared(known, self._contacts)
        pattern = pattern_of(names, known.emails - shared, known.phones - shared)
        self._remember(rows, shared)
        firms = self._accounts.firms_called(accounts, pattern) if pattern else 0
        erased = self._shadows(rows)
        if pattern:
            self._mask(theirs, pattern)
        self._forget_hooks(erased, names, known, shared)
        self._counts.update(ErasingPeople(self._session).erase(self._contacts))
        result = Erased(
            self._wish.people, self._now, self._wish.by, self._wish.reason,
            {table: number for table, number in sorted(self._counts.items()) if number},
            *self._staying(sources), len(shared), accounts, firms,
        )  # fmt: skip
        self._write_down(result)
        return result

    def _remember(self, rows: Sequence[Any], shared: set[str]) -> None:
        """Make the marks of each person, so that one may be kept again without the others."""
        marker = self._marker
        for (source_id, key), one in self._whose.items():
            self._marks[one].append(marker.record((source_id, Noun.CONTACT.value, key)))
        for one in self._wish.people:
            mine = [row for row in rows if self._whose[row.source_id, row.external_id] == one]
            known = reach_of(mine)
            phones = (marker.phone(each) for each in sorted(known.phones - shared))
            self._marks[one] += [marker.email(each) for each in sorted(known.emails - shared)]
            self._marks[one] += filter(None, phones)
            self._names[one] = list(dict.fromkeys(row.name for row in mine))
        self._signs = frozenset(mark.digest for marks in self._marks.values() for mark in marks)

    def _shadows(self, contacts: Sequence[Any]) -> dict[int, dict[str, set[str]]]:
        """Leave shadows of contacts, and of what is about them; ids by source and noun."""
        gone: dict[int, dict[str, set[str]]] = {}
        for table in (CONTACTS, *ABOUT):
            is_theirs = table is CONTACTS
            rows = contacts if is_theirs else self._accounts.told_of(table, self._contacts)
            records = self._accounts.bare(rows, table.kind, self._now)
            self._counts[table.row.__tablename__] += len(records)
            bodies = {key: body_of(record) for key, record in records.items()}
            if is_theirs:  # of one that could not be read its id stays alone
                bodies = {key: without_any(key[1]) for key in self._contacts} | bodies
            for source_id in {source for source, _ in bodies}:
                mine = {key: body for (source, key), body in bodies.items() if source == source_id}
                if table.kind is NpsAnswer:
                    self._accounts.strip_history(Noun.NPS_ANSWER, source_id, mine)
                for noun, ids in self._cut(source_id, table.nouns, mine, Cut.ERASED).items():
                    gone.setdefault(source_id, {}).setdefault(noun.value, set()).update(ids)
        return gone

    def _cut(
        self, source_id: int, nouns: tuple[Noun, ...], bodies: Mapping[str, Mapping[str, Any]],
        why: Cut,
    ) -> dict[Noun, list[str]]:  # fmt: skip
        found: dict[Noun, list[str]] = {}
        for noun, key in self._intake.nouns_of(source_id, nouns, bodies):
            found.setdefault(noun, []).append(key)
        for noun, ids in found.items():
            raws = RawStore(self._session, source_id)
            raws.cut(noun, {key: bodies[key] for key in ids}, why, is_final=True)
            self._counts["raw_record"] += len(ids)
            self._counts["set_aside"] += self._accounts.hush(noun, source_id, ids)
        return found

    def _mask(self, theirs: Theirs, pattern: str) -> None:
        """Take the person out of what is told of their customers, and of all that was written."""
        for table in NAMING:
            of: dict[int, list[Any]] = {}
            for row in self._accounts.naming(table, theirs, pattern):
                of.setdefault(row.source_id, []).append(row)
            for source_id, rows in of.items():
                self._mask_rows(table, source_id, rows)
        self._session.flush()
        self._counts["fact_history"] += self._accounts.mask_history(
            theirs.accounts, pattern, self._now
        )
        self._counts.update(self._intake.mask_texts(pattern))
        self._counts.update(mask_alerts(self._session, pattern))
        self._counts.update(mask_messages(self._session, pattern))

    def _mask_rows(self, table: NamingTable, source_id: int, rows: Sequence[Any]) -> None:
        """Take the people out of rows of a source and out of what these were read from."""
        raws = RawStore(self._session, source_id)
        keys = [row.external_id for row in rows]
        bodies = {noun: raws.bodies(noun, keys) for noun in table.nouns}
        cut: dict[Noun, dict[str, Any]] = {}
        for row in rows:
            key = row.external_id
            # An entry of the stream is a note, or one of the log.
            kept = next((noun for noun in table.nouns if key in bodies[noun]), None)
            ref = (source_id, (kept or table.nouns[0]).value, key)
            masking = self._masking_in(ref, is_kept=kept is not None)
            texts = {name: masking.said(getattr(row, name), ref) for name in table.texts}
            self._accounts.write(row, texts, self._now)
            if kept is not None:
                cut.setdefault(kept, {})[key] = masking.said(bodies[kept][key], ref)
        for noun, some in cut.items():
            raws.cut(noun, some, Cut.MASKED, is_final=True)
            self._counts["raw_record"] += len(some)
        self._counts[table.row.__tablename__] += len(rows)

    def _masking_in(self, ref: Ref, *, is_kept: bool) -> Masking:
        """What recognises the people in a record, also by name; kept for when it comes again."""
        marks = {one: self._marker.names(ref, names) for one, names in self._names.items()}
        if is_kept:
            for one, some in marks.items():
                self._marks[one] += some
        own = (mark.digest for some in marks.values() for mark in some)
        return Masking(self._marker, self._signs.union(own))

    def _forget_hooks(
        self, erased: Mapping[int, Mapping[str, set[str]]], names: Sequence[str], known: Person,
        shared: set[str],
    ) -> None:  # fmt: skip
        """Drop webhooks about what was erased, and those that name the person."""
        phones = {one.lstrip("+")[-10:] for one in known.phones - shared}
        called = {" ".join(part) for name in names for part in parts_of(name)}
        for source_id, named in erased.items():
            self._counts["hook"] += self._intake.forget_hooks(
                source_id, named, {*called, *phones, *(known.emails - shared)}
            )

    def _staying(self, sources: SourceStore) -> tuple[list[str], list[str]]:
        """The sources that know the person, and those that files were dropped for."""
        theirs = {source for source, _ in self._contacts}
        names = sorted(one.name for one in sources.all() if one.id in theirs)
        return names, [name for name in names if _has_files(self._services.folder(name))]

    def _write_down(self, result: Erased) -> None:
        events = EventStore(self._session)
        for one, marks in self._marks.items():
            erasure = Erasure(
                id=one, at=self._now, by=result.by, reason=result.reason, counts=result.protocol
            )
            known = self._register.erasure(one)
            if known is not None and known.allowed_at is None:  # it is carried out again
                erasure.by, erasure.reason, erasure.counts = known.by, known.reason, known.counts
            self._register.add(erasure, marks)
            entry = Entry(self._wish.by, Did.ERASED, self._wish.how, About.PERSON, str(one))
            events.note(entry, self._now)


def _has_files(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
