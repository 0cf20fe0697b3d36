"""Tables of the ledger."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.base import fields
from kam_sync.ledger import model


class EntryRow(SQLModel, table=True):
    """A record as a walk found it in the CRM; only while its noun is being compared.

    Unlogged: what a crash of the server costs is read again in the next night.
    """

    __tablename__ = "ledger_entry"
    __table_args__ = {"prefixes": ["UNLOGGED"]}

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    digest: bytes
    is_deleted: bool
    is_bad: bool
    amount: Decimal | None = fields.exact(default=None)
    currency: str | None = None
    of_noun: str | None = None
    of_external_id: str | None = None


class CheckRow(model.Check, table=True):
    """Checks."""

    __tablename__ = "ledger_check"
    __table_args__ = (sa.Index("ledger_check_newest", "source_id", "noun", "id"),)

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")
    checked_at: datetime = fields.moment(index=True)


class AccountLineRow(model.AccountLine, table=True):
    """What checks say of accounts: the newest of a noun of all, older ones of who differed."""

    __tablename__ = "ledger_account"

    id: int = Field(default=None, primary_key=True, sa_type=sa.BigInteger)
    check_id: int = Field(
        sa_type=sa.BigInteger, foreign_key="ledger_check.id", ondelete="CASCADE", index=True
    )
    account_id: UUID | None = Field(
        default=None, foreign_key="account.id", ondelete="CASCADE", index=True
    )


class PartedRecordRow(model.PartedRecord, table=True):
    """Records that differed, the first thousand of a check."""

    __tablename__ = "ledger_record"

    check_id: int = Field(
        primary_key=True,
        sa_type=sa.BigInteger,
        foreign_key="ledger_check.id",
        ondelete="CASCADE",
    )
    external_id: str = Field(primary_key=True)
    account_id: UUID | None = Field(
        default=None, foreign_key="account.id", ondelete="SET NULL", index=True
    )
