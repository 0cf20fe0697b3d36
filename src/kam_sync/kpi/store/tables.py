"""The table of series: one row for all values of a KPI of an account."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.base import fields
from kam_sync.kpi.model import Forecast, Restatement, Unforeseen
from kam_sync.kpi.portfolio import What


class SeriesRow(SQLModel, table=True):
    """The values of a KPI of an account, or of an account and all below it.

    Whole periods stand in three lists side by side, oldest first; the running one stands apart, so
    that nothing compares it with whole ones by mistake, and a day that passes changes no list.
    """

    __tablename__ = "series"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    of_group: bool = Field(primary_key=True)
    """The account and all below it, not the account alone."""
    grain: str = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    ons: list[date] = fields.days()
    """The first day of each whole period that has a value."""
    known: list[Decimal] = fields.exacts()
    """Its value as it is known now."""
    reported: list[Decimal] = fields.exacts()
    """Its value as it was first measured after the period's end."""
    running_on: date | None = None
    running: Decimal | None = fields.exact(default=None)
    """The value so far of the period that has not ended."""
    changed_at: datetime = fields.moment()


class RestatementRow(Restatement, table=True):
    """Values of whole periods that were changed after they had been measured."""

    __tablename__ = "restatement"
    __table_args__ = (sa.Index("restatement_account", "account_id", "id"),)

    id: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")


class DueRow(SQLModel, table=True):
    """A record or account whose KPIs are to be measured anew; triggers write it."""

    __tablename__ = "kpi_due"

    id: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    noun: str
    """The table that has changed."""
    source_id: int | None = None
    about_noun: str | None = None
    external_id: str | None = None
    account_id: UUID | None = None


class MeasuredRow(SQLModel, table=True):
    """By which definition and on which day a KPI of all accounts of a time zone was measured."""

    __tablename__ = "kpi_measured"

    kpi: str = Field(primary_key=True)
    zone: str = Field(primary_key=True)
    version: str
    today: date


class ForecastRow(Forecast, table=True):
    """What an account, or an account and all below it, will buy."""

    __tablename__ = "forecast"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    of_group: bool = Field(primary_key=True)
    kpi: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)


class LearnedRow(SQLModel, table=True):
    """What was learned from all accounts, and on which day, or why nothing was."""

    __tablename__ = "kpi_learned"

    kpi: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    learned_on: date
    numbers: list[float] = fields.listing()
    """Of `predicting.Fit`, in its order; none where there is a why."""
    why: Unforeseen | None = fields.choice(Unforeseen, default=None)


class StandingRow(SQLModel, table=True):
    """What an account bought in twelve whole months, and where it stands by that.

    A group stands under its head; who is below one has only what it bought alone.
    """

    __tablename__ = "standing"
    __table_args__ = (
        sa.Index("standing_place", "unit", "place"),
        sa.Index("standing_lost", "lost", postgresql_where=sa.text("lost IS NOT NULL")),
    )

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")
    unit: str = Field(primary_key=True)
    alone: Decimal = fields.exact()
    amount: Decimal | None = fields.exact(default=None)
    """It and all below it."""
    year_before: Decimal | None = fields.exact(default=None)
    place: int | None = None
    before: Decimal | None = fields.exact(default=None)
    """What all larger ones bought."""
    pareto: str | None = None
    health: Decimal | None = fields.exact(default=None)
    band: str | None = None
    lost: Decimal | None = fields.exact(default=None)
    """What it bought in the year before, where it bought nothing in this one; in any currency."""


class StandingKeptRow(SQLModel, table=True):
    """When it was last found out where accounts stand, and by what; one row, or none before."""

    __tablename__ = "standing_kept"

    kpi: str = Field(primary_key=True)
    first: date
    """The first of the twelve months."""
    at: datetime = fields.moment()
    figures: dict[str, Any] = fields.mapping()
    """What is said of all accounts together; see `standing.Figures`."""


class StandingMoveRow(SQLModel, table=True):
    """An account that came, went, or crossed a border between classes or bands of health."""

    __tablename__ = "standing_move"
    __table_args__ = (
        sa.Index("standing_move_at", "at"),
        sa.Index("standing_move_account", "account_id"),
    )

    id: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    unit: str
    at: datetime = fields.moment()
    what: What = fields.choice(What)
    was: str | None = None
    became: str | None = None
    amount: Decimal = fields.exact()
