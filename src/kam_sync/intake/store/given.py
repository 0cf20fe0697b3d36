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

    key: str = Field(primary_key=True)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE", index=True)
    digest: bytes
    answer: dict[str, Any] = fields.document()
    at: datetime = fields.moment()


class GivenStore:
    """Reads and writes the calls of programs that give rows."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def answer(self, key: str) -> tuple[bytes, dict[str, Any]] | None:
        """What a call with this key was known by, and what it was answered."""
        row = self._session.get(GivenRow, key)
        return None if row is None else (row.digest, row.answer)

    def keep(
        self, key: str, source_id: int, digest: bytes, answer: dict[str, Any], now: datetime
    ) -> None:
        """Remember the answer to a call."""
        self._session.add(
            GivenRow(key=key, source_id=source_id, digest=digest, answer=answer, at=now)
        )
        self._session.flush()

    def forget_before(self, moment: datetime) -> None:
        """Drop what nobody will ask for again."""
        self._session.execute(sa.delete(GivenRow).where(col(GivenRow.at) < moment))
