"""Tables of personal data: terms, erasures with their marks and key, and who looked at it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.base.fields import choice
from kam_sync.privacy import model


class EventRow(model.Event, table=True):
    """Who did what with whose data."""

    __tablename__ = "privacy_event"
    __table_args__ = (sa.Index("privacy_event_subject", "subject", "id"),)

    id: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    at: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


class RetentionRow(model.Retention, table=True):
    """How long something is kept."""

    __tablename__ = "retention"

    kind: model.Term = choice(model.Term, primary_key=True)


class ErasureRow(model.Erasure, table=True):
    """People who were erased."""

    __tablename__ = "erasure"

    id: UUID = Field(primary_key=True)
    allowed_by: str = Field(default="", sa_column_kwargs={"server_default": ""})
    allowed_why: str = Field(default="", sa_column_kwargs={"server_default": ""})


class MarkRow(SQLModel, table=True):
    """What they are recognised by."""

    __tablename__ = "erasure_mark"

    digest: bytes = Field(primary_key=True)
    erasure_id: UUID = Field(foreign_key="erasure.id", ondelete="CASCADE", index=True)
    kind: model.MarkKind = choice(model.MarkKind)


class KeyRow(SQLModel, table=True):
    """The key of the marks, sealed; there is one."""

    __tablename__ = "erasure_key"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    sealed_key: str
