"""Those who may log in, with what is kept of their passwords."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.access.model import Member, Role
from kam_sync.access.wrong import Ill, WrongAccess
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere

_LOCK = 20_261_129
"""Of who changes members: that one admin is left is true of all of them together."""


class MemberRow(Member, table=True):
    """A member with what no answer ever shows."""

    __tablename__ = "member"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(unique=True)
    password_hash: str | None = Field(default=None, exclude=True)
    link_digest: str | None = Field(default=None, unique=True, exclude=True)
    subject: str | None = Field(default=None, unique=True, exclude=True)
    """Who it is to the identity provider: its address and the name it gives."""


class MemberStore:
    """Reads and writes members."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def alone(self) -> None:
        """Let nobody else change members until the commit."""
        self._session.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))

    def is_empty(self) -> bool:
        """Whether there is no member at all."""
        return self._session.scalar(select(MemberRow.id).limit(1)) is None

    def has_admin(self, *, besides: UUID | None = None) -> bool:
        """Whether an active admin can log in or has been invited."""
        query = select(MemberRow.id).where(
            MemberRow.role == Role.ADMIN,
            col(MemberRow.is_active),
            MemberRow.id != (besides or UUID(int=0)),
        )
        return self._session.scalar(query.limit(1)) is not None

    def all(self) -> list[Member]:
        """Every member, by name; those who may no longer log in stand last."""
        order = (col(MemberRow.is_active).desc(), MemberRow.name, MemberRow.email)
        return list(self._session.scalars(select(MemberRow).order_by(*order)))

    def by_id(self, member_id: UUID) -> Member:
        """One of them, or NotHere."""
        return self._row(member_id)

    def by_email(self, email: str) -> Member:
        """One of them by the login, or NotHere."""
        found = self.find(email)
        if found is None:
            raise NotHere(f"user {email}: no such user")
        return found

    def find(self, email: str) -> Member | None:
        """One of them by the login."""
        return self._session.scalar(select(MemberRow).where(MemberRow.email == email))

    def by_link(self, digest: str, now: datetime) -> Member | None:
        """Whose link it is, while it is good; locked, for it is good once."""
        query = select(MemberRow).where(
            MemberRow.link_digest == digest,
            col(MemberRow.link_until) > now,
            col(MemberRow.is_active),
        )
        return self._session.scalar(query.with_for_update())

    def by_subject(self, subject: str) -> Member | None:
        """Whom the identity provider means."""
        return self._session.scalar(select(MemberRow).where(MemberRow.subject == subject))

    def is_subject(self, member_id: UUID, subject: str) -> bool:
        """Whether the provider means them by it, or has never spoken of them."""
        return self._row(member_id).subject in {None, subject}

    def password_hash(self, member_id: UUID) -> str | None:
        """What is kept of the password; None where none was set."""
        return self._row(member_id).password_hash

    def add(self, values: Member) -> Member:
        """Make one; WrongUse where the login is taken."""
        if self.find(values.email) is not None:
            raise WrongAccess(
                Ill.EMAIL_TAKEN, f"user {values.email}: there is one with this e-mail already"
            )
        row = MemberRow(**values.model_dump())
        self._session.add(row)
        self._session.flush()
        return row

    def change(self, member_id: UUID, **values: Any) -> Member:
        """Change some fields."""
        row = self._row(member_id)
        row.sqlmodel_update(values)
        self._session.flush()
        return row

    def _row(self, member_id: UUID) -> MemberRow:
        row = self._session.get(MemberRow, member_id)
        if row is None:
            raise NotHere(f"member {member_id}: no such member")
        return row
