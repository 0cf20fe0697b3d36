"""What was answered to programs that gave rows, so that a repeated call gets the same answer."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from kam_sync.base import fields
from kam_sync.base.db import Session


class GivenRow(SQLModel, table=True):
    """A call with an idempotency key, and its answer."""

    __tablename__ = "given_call"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    key: str = Field(primary_key=True)
    digest: bytes
    answer: dict[str, Any] = fields.document()
    at: datetime = fields.moment()


class GivenStore:
    """Reads and writes the calls of programs that give rows to one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def answer(self, key: str) -> tuple[bytes, dict[str, Any]] | None:
        """What a call with this key was known by, and what it was answered."""
        row = self._session.get(GivenRow, (self._source_id, key))
        return None if row is None else (row.digest, row.answer)

    def keep(self, key: str, digest: bytes, answer: dict[str, Any], now: datetime) -> None:
        """Remember the answer to a call."""
        row = GivenRow(source_id=self._source_id, key=key, digest=digest, answer=answer, at=now)
        self._session.add(row)
        self._session.flush()

    @staticmethod
    def forget_before(session: Session, moment: datetime) -> None:
        """Drop what nobody will ask for again, of all sources."""
        session.execute(sa.delete(GivenRow).where(col(GivenRow.at) < moment))
