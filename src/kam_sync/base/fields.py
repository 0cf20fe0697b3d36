"""Fields of models whose column type is not the one that SQLModel would guess."""

from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import ARRAY, JSON, Date, DateTime, Enum, Field, Integer, Numeric, String


def moment(**more: Any) -> Any:
    """A time, aware, kept with its zone."""
    return Field(sa_type=DateTime(timezone=True), **more)


def first_seen() -> Any:
    """When a row first came, written by the database; None where that was before it was kept."""
    return Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )


def choice(kind: type[StrEnum], **more: Any) -> Any:
    """One of an enum's values, kept as its text so that a new value needs no migration."""
    column = Enum(
        kind, native_enum=False, length=32, values_callable=lambda e: [item.value for item in e]
    )
    return Field(sa_type=column, **more)


def exact(**more: Any) -> Any:
    """An exact number such as an amount of money; four decimals, and room for absurd sums."""
    return Field(sa_type=Numeric(30, 4), **more)


def exacts(**more: Any) -> Any:
    """A list of exact numbers."""
    return Field(sa_type=ARRAY(Numeric(30, 4)), **more)


def days(**more: Any) -> Any:
    """A list of days."""
    return Field(sa_type=ARRAY(Date), **more)


def texts(**more: Any) -> Any:
    """A list of texts."""
    return Field(sa_type=ARRAY(String), **more)


def numbers(**more: Any) -> Any:
    """A list of whole numbers."""
    return Field(sa_type=ARRAY(Integer), **more)


def mapping(**more: Any) -> Any:
    """A small JSON object."""
    return Field(sa_type=JSON, **more)


def listing(**more: Any) -> Any:
    """A small JSON list."""
    return Field(sa_type=JSON, **more)


def document(**more: Any) -> Any:
    """JSON that rows are compared by and asked inside."""
    return Field(sa_type=JSONB, **more)
