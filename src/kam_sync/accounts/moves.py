"""How companies go from one account to another: when, from where to where, and why."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields


class Cause(StrEnum):
    """What made a company go."""

    EVIDENCE = "evidence"
    """What we found: the two are one; or nothing binds them any more."""
    DECISION = "decision"
    """What a person said."""
    CRM = "crm"
    """The CRM itself merged the two."""
    REMOVAL = "removal"
    """A source was removed."""


class Move(SQLModel):
    """A company left an account for another; names are those of that moment.

    It is kept for good, also when the company, its source or an account is gone.
    """

    id: int
    source_id: int
    company_external_id: str
    source: str
    """The name of its source."""
    company: str
    """Its own name."""
    from_account: UUID
    to_account: UUID | None = None
    """None when it left with its source."""
    at: datetime = fields.moment()
    cause: Cause = fields.choice(Cause)
    by: str | None = None
    """The person whose act made it go at that moment; None where no person acted."""
    because: list[dict[str, Any]] = fields.document(default_factory=list)
    """The evidence of its new link, as `Link.evidence`; empty for the first of an account."""
    beside_source: str | None = None
    """The source of the company that it was joined with."""
    beside: str | None = None
    """The name of that company; None where it was joined with none."""
