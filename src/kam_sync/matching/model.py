"""Words of matching: pair, decision, and the companies that they are about."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields
from kam_sync.matching.judging import Answer


class Says(StrEnum):
    """What a person decided of two companies."""

    TOGETHER = "together"
    APART = "apart"


class Pair(SQLModel):
    """Two companies that are one, or may be: the smaller (source, id) first."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    answer: Answer = fields.choice(Answer)
    weight: float
    """The natural logarithm of the odds that they are one."""
    is_doubtful: bool = False
    """It would be one, but something in their accounts speaks against it: a person is asked."""
    evidence: list[dict[str, Any]] = fields.document(default_factory=list)
    """Each with its clue, its weight, and what is shared."""


class Question(Pair):
    """A pair that waits for a person."""

    one_account_id: UUID
    other_account_id: UUID
    money: Decimal
    """What deals that are not lost come to in both accounts."""


class Hint(SQLModel):
    """What another matcher says of two companies: the smaller (source, id) first."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    weight: float
    """The natural logarithm of the odds that they are one."""


class Decision(SQLModel):
    """What a person said of two companies; one that was undone stays for the record."""

    one_source_id: int
    one_id: str
    other_source_id: int
    other_id: str
    says: Says = fields.choice(Says)
    by: str
    at: datetime = fields.moment()
    note: str = ""
    undone_by: str | None = None
    undone_at: datetime | None = fields.moment(default=None)
