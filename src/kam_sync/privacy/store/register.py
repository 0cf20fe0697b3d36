"""The register of erased people: keyed digests, and the key that they are made with, sealed."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.secrets import Cipher, new_key
from kam_sync.privacy.marks import Marker, Masking
from kam_sync.privacy.model import Erasure, Mark, MarkKind
from kam_sync.privacy.store.tables import ErasureRow, KeyRow, MarkRow

_ONE = 1


class RegisterStore:
    """Reads and writes who was erased."""

    def __init__(self, session: Session, cipher: Cipher) -> None:
        self._session = session
        self._cipher = cipher

    def marker(self) -> Marker | None:
        """What tells whose a mark is; None where nobody was ever erased."""
        sealed = self.sealed_key()
        return None if sealed is None else self._marker(sealed)

    def new_marker(self) -> Marker:
        """What makes marks, with the key of this installation; it is made for the first ones."""
        fresh = insert(KeyRow).values(id=_ONE, sealed_key=self._cipher.lock(new_key()))
        self._session.execute(fresh.on_conflict_do_nothing())
        # no other key takes its place before the marks are there
        held = self._session.get_one(
            KeyRow, _ONE, with_for_update={"read": True}, populate_existing=True
        )
        return self._marker(held.sealed_key)

    def sealed_key(self) -> str | None:
        """The key as it is kept, if there is one."""
        return self._session.scalar(select(KeyRow.sealed_key).where(col(KeyRow.id) == _ONE))

    def take_key(self, sealed: str) -> bool:
        """Take the key of another copy of the register; False where marks have another one."""
        taken = self._cipher.unlock(sealed)  # it is of no use if it does not open
        new = insert(KeyRow).values(id=_ONE, sealed_key=sealed).on_conflict_do_nothing()
        self._session.execute(new)
        held = self._session.get_one(KeyRow, _ONE, with_for_update=True, populate_existing=True)
        if self._session.scalar(select(MarkRow.digest).limit(1)) is None:
            held.sealed_key = sealed
            self._session.flush()
            return True
        return self._cipher.unlock(held.sealed_key) == taken

    def masking(self) -> Masking | None:
        """What recognises all who are erased and not allowed again; None while there is nobody."""
        held = select(MarkRow.digest).join(ErasureRow, col(ErasureRow.id) == MarkRow.erasure_id)
        digests = set(self._session.scalars(held.where(col(ErasureRow.allowed_at).is_(None))))
        marker = self.marker() if digests else None
        return Masking(marker, digests) if marker else None

    def add(self, erasure: Erasure, marks: Iterable[Mark]) -> None:
        """Note an erasure, or another round of the same, and whether it is allowed again."""
        values = erasure.model_dump()
        again = {name: one for name, one in values.items() if name != "id"}
        new = insert(ErasureRow).values(values)
        self._session.execute(new.on_conflict_do_update(index_elements=["id"], set_=again))
        rows = [
            {"digest": one.digest, "erasure_id": erasure.id, "kind": one.kind}
            for one in dict.fromkeys(marks)
        ]
        if rows:
            marked = insert(MarkRow)
            to = {"erasure_id": marked.excluded.erasure_id}
            self._session.execute(
                marked.on_conflict_do_update(index_elements=["digest"], set_=to), rows
            )

    def add_alike(self, found: Iterable[tuple[Mark, Mark]]) -> None:
        """Note other records of erased people, each with the mark that they were found by."""
        for new, by in found:
            same = sa.select(
                sa.literal(new.digest), col(MarkRow.erasure_id), sa.literal(new.kind.value)
            ).where(col(MarkRow.digest) == by.digest)
            added = insert(MarkRow).from_select(["digest", "erasure_id", "kind"], same)
            self._session.execute(added.on_conflict_do_nothing())

    def allow(self, erasure_id: UUID, *, by: str, why: str, now: datetime) -> Erasure:
        """Let an erased person be kept again; NotHere for an unknown erasure."""
        found = self._session.get(ErasureRow, erasure_id)
        if found is None:
            raise NotHere(f"erasure {erasure_id}: no such erasure")
        found.allowed_at, found.allowed_by, found.allowed_why = now, by, why
        return found

    def erasure(self, erasure_id: UUID) -> Erasure | None:
        """One erasure."""
        return self._session.get(ErasureRow, erasure_id)

    def found_by(self, marks: Sequence[Mark]) -> list[Erasure]:
        """The erasures that one of these marks belongs to."""
        query = (
            select(ErasureRow)
            .join(MarkRow, col(MarkRow.erasure_id) == ErasureRow.id)
            .where(col(MarkRow.digest).in_([one.digest for one in marks]))
        )
        return list(self._session.scalars(query.distinct()))

    def all(self, *, limit: int | None = None) -> list[Erasure]:
        """All erasures, the latest first."""
        query = select(ErasureRow).order_by(col(ErasureRow.at).desc(), col(ErasureRow.id))
        return list(self._session.scalars(query.limit(limit)))

    def marks(self) -> Mapping[UUID, list[Mark]]:
        """The marks of each erasure."""
        found: dict[UUID, list[Mark]] = {}
        for row in self._session.scalars(sa.select(MarkRow).order_by(col(MarkRow.digest))):
            found.setdefault(row.erasure_id, []).append(Mark(MarkKind(row.kind), row.digest))
        return found

    def _marker(self, sealed: str) -> Marker:
        return Marker(self._cipher.unlock(sealed).encode())
