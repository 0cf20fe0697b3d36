"""Looks through what comes in for people who were erased, before it is stored or compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from connectors import BadRecord, Connector, Contact, Noun, RawRecord
from kam_sync.accounts.shadow import Translate, bare, body_of, without_any
from kam_sync.accounts.store import NAMING
from kam_sync.base.db import Session
from kam_sync.intake.step import Batch
from kam_sync.intake.store import RawStore
from kam_sync.privacy.marks import Masking
from kam_sync.privacy.model import Cut, Mark
from kam_sync.privacy.store import RegisterStore
from kam_sync.wiring import Services

_TOLD = frozenset(noun for table in NAMING for noun in table.nouns)
"""What people write about others in. Numbers of firms are no persons', and firms are compared by
them."""


_UNREADABLE = (BadRecord, ArithmeticError, LookupError, TypeError, ValueError)
"""What step 2 sets a record aside for."""


@dataclass(frozen=True, slots=True)
class Screened:
    """Records as they may be stored, and why some of them are not as they came."""

    records: Sequence[RawRecord]
    cut: Mapping[str, Cut] = field(default_factory=dict)


def screened(
    services: Services,
    session: Session,
    source_id: int,
    noun: Noun,
    records: Sequence[RawRecord],
    translate: Translate,
) -> Screened:
    """Records without people who were erased: of a contact its shadow stays, of a text the rest."""
    if noun not in _TOLD | {Noun.CONTACT} or not records:
        return Screened(records)
    register = RegisterStore(session, services.cipher)
    masking = register.masking()
    if masking is None:
        return Screened(records)
    known = RawStore(session, source_id).cuts(noun, [raw.external_id for raw in records])
    screen = _Screen(source_id, masking, known, translate)
    kept = list(screen.all(records))
    register.add_alike(screen.alike)
    return Screened(kept, screen.cut)


def screened_batch(
    services: Services, session: Session, source_id: int, connector: Connector, batch: Batch
) -> Batch:
    """A batch without people who were erased; all its records are of one noun."""
    if not batch.records:
        return batch
    noun = batch.records[0].noun
    found = screened(services, session, source_id, noun, batch.records, connector.translate)
    return replace(batch, records=found.records, cut=found.cut)


class _Screen:
    def __init__(
        self, source_id: int, masking: Masking, known: Mapping[str, Cut], translate: Translate
    ) -> None:
        self._source_id = source_id
        self._masking = masking
        self._known = known
        self._translate = translate
        self.cut: dict[str, Cut] = {}
        self.alike: list[tuple[Mark, Mark]] = []
        """Records that an erased person was found in, and by which mark."""

    def all(self, records: Iterable[RawRecord]) -> Iterable[RawRecord]:
        for raw in records:
            if self._is_theirs(raw):
                self.cut[raw.external_id] = Cut.ERASED
                yield shadow(raw, self._translate)
            else:
                yield self._masked(raw)

    def _is_theirs(self, raw: RawRecord) -> bool:
        if raw.noun is not Noun.CONTACT:
            return self._known.get(raw.external_id) is Cut.ERASED
        ref = (self._source_id, raw.noun.value, raw.external_id)
        if self._masking.holds(ref):
            return True
        by = self._masking.found_in(self._reached_by(raw))
        if by is not None:  # known by its id from now on, whatever becomes of its phone
            self.alike.append((self._masking.record(ref), by))
        return by is not None

    def _reached_by(self, raw: RawRecord) -> Any:
        """The phones and e-mails of a contact; all of one that cannot be read."""
        try:
            record = self._translate(raw)
        except _UNREADABLE:
            return raw.body
        return [*record.phones, *record.emails] if isinstance(record, Contact) else raw.body

    def _masked(self, raw: RawRecord) -> RawRecord:
        is_known = raw.external_id in self._known
        if not is_known and self._masking.found_in(raw.body) is None:
            return raw
        self.cut[raw.external_id] = Cut.MASKED
        ref = (self._source_id, raw.noun.value, raw.external_id)
        return RawRecord(raw.noun, raw.external_id, self._masking.said(raw.body, ref))


def shadow(raw: RawRecord, translate: Translate) -> RawRecord:
    """What stays of a raw record of an erased person."""
    try:
        body = body_of(bare(translate(raw)))
    except _UNREADABLE:
        body = without_any(raw.external_id)
    return RawRecord(raw.noun, raw.external_id, body)
