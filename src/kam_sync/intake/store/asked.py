"""When single records were last asked for by id."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, SQLModel, col

from connectors import Noun
from kam_sync.base import fields
from kam_sync.base.db import Session, is_among, merge, table_of


class AskedRow(SQLModel, table=True):
    """When a record was last asked for."""

    __tablename__ = "asked"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    asked_at: datetime = fields.moment(index=True)


class AskedStore:
    """Reads and writes them for one source; all times are the database's, as those of webhooks."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def note(self, noun: Noun, external_ids: Collection[str], at: datetime) -> None:
        """Write down that these were asked for, and that the answer is kept."""
        merge(
            self._session,
            table_of(AskedRow),
            ("source_id", "noun", "external_id", "asked_at"),
            [(self._source_id, noun.value, key, at) for key in external_ids],
        )

    def of(self, noun: Noun, external_ids: Collection[str]) -> dict[str, datetime]:
        """When those of the records that were asked for were."""
        row = table_of(AskedRow).c
        query = sa.select(row.external_id, row.asked_at).where(
            row.source_id == self._source_id, row.noun == noun.value,
            is_among(row.external_id, external_ids),
        )  # fmt: skip
        return dict(self._session.execute(query).all())

    @staticmethod
    def forget_before(session: Session, moment: datetime) -> None:
        """Forget those of all sources that are older."""
        session.execute(sa.delete(AskedRow).where(col(AskedRow.asked_at) < moment))
