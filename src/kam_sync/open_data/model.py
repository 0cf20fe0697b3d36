"""Words of open data: view, column, and which month a row of a view belongs to."""

from dataclasses import dataclass
from enum import StrEnum

SCHEMA = "open"
PERSONAL_SCHEMA = "open_personal"
"""What identifies people at customers: for roles that were made for that."""


class Type(StrEnum):
    """The types that columns may have: each is exact in PostgreSQL, Parquet and DuckDB alike."""

    TEXT = "text"
    UUID = "uuid"
    INTEGER = "integer"
    BIGINT = "bigint"
    NUMBER = "numeric(30,4)"
    RATE = "numeric(30,10)"
    DOUBLE = "double precision"
    BOOLEAN = "boolean"
    DATE = "date"
    MOMENT = "timestamptz"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a view: stable in name, type and meaning."""

    name: str
    type: Type
    says: str
    """What it is, for who reads it."""
    sql: str
    """`:zone` in it is the time zone of the installation."""


@dataclass(frozen=True, slots=True)
class View:
    """A table as analysts see it."""

    name: str
    says: str
    columns: tuple[Column, ...]
    rows: str
    """The FROM of its query, and what comes after it."""
    key: tuple[str, ...]
    """The columns that tell its rows apart."""
    month: str = ""
    """The column with the day by whose month a file is chosen; empty for one file of all rows."""
    is_personal: bool = False

    @property
    def schema(self) -> str:
        """In which schema it stands."""
        return PERSONAL_SCHEMA if self.is_personal else SCHEMA

    @property
    def full_name(self) -> str:
        """As SQL names it."""
        return f"{self.schema}.{self.name}"
