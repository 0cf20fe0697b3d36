"""API keys: only a digest of each is kept."""

from datetime import datetime
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.access.model import Key
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere


class KeyRow(Key, table=True):
    """A key with the digest it is found by."""

    __tablename__ = "api_key"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    name: str = Field(unique=True)
    digest: str = Field(unique=True, exclude=True)


class KeyStore:
    """Reads and writes keys."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, digest: str, now: datetime) -> Key | None:
        """The key with this digest, while it is good."""
        its = KeyRow.expires_at
        query = select(KeyRow).where(
            KeyRow.digest == digest, sa.or_(col(its).is_(None), col(its) > now)
        )
        return self._session.scalar(query)

    def used(self, key_id: UUID, now: datetime) -> None:
        """Note that it was used."""
        its = col(KeyRow.id) == key_id
        self._session.execute(sa.update(KeyRow).where(its).values(used_at=now))

    def all(self) -> list[Key]:
        """Every key, by name."""
        return list(self._session.scalars(select(KeyRow).order_by(KeyRow.name)))

    def by_name(self, name: str) -> Key:
        """A key by name or id, or NotHere with the names there are."""
        found = self.all()
        for key in found:
            if name in {key.name, str(key.id)}:
                return key
        names = ", ".join(key.name for key in found) or "none yet"
        raise NotHere(f"key {name}: no such key; there are: {names}")

    def add(self, key: Key, digest: str) -> Key:
        """Make one; WrongUse where the name is taken."""
        if any(one.name == key.name for one in self.all()):
            raise WrongAccess(Ill.KEY_TAKEN, f"key {key.name}: there is one of this name already")
        row = KeyRow(**key.model_dump(), digest=digest)
        self._session.add(row)
        self._session.flush()
        return row

    def remove(self, key_id: UUID) -> None:
        """Let nobody in by it any more."""
        self._session.execute(sa.delete(KeyRow).where(col(KeyRow.id) == key_id))
