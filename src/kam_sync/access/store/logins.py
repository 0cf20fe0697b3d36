"""Log-ins that go on: only a digest of the token that the browser shows is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from sqlmodel import Field, col, select

from kam_sync.access.model import Login, Role
from kam_sync.base.db import Session

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=30)
_FIND = sa.text("""
    SELECT l.id, m.id, m.email, m.name, m.role, m.keeper_keys, l.used_at
    FROM login l JOIN member m ON m.id = l.member_id
    WHERE l.digest = :digest AND l.expires_at > :now AND l.used_at > :idle AND m.is_active
""")

_IS_OF = sa.text("""
    SELECT EXISTS (
        SELECT FROM login l JOIN member m ON m.id = l.member_id
        WHERE l.digest = :digest AND m.email = :email AND l.expires_at > :now
    )
""")


class LoginRow(Login, table=True):
    """A log-in with the digest it is found by."""

    __tablename__ = "login"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    member_id: UUID = Field(foreign_key="member.id", ondelete="CASCADE", index=True)
    digest: str = Field(unique=True, exclude=True)


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """Who is logged in, as one query finds it."""

    login_id: UUID
    member_id: UUID
    email: str
    name: str
    role: Role
    keeper_keys: tuple[str, ...]
    used_at: datetime


class LoginStore:
    """Reads and writes log-ins."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def find(self, digest: str, now: datetime) -> LoggedIn | None:
        """Whose token it is, while it is good."""
        values = {"digest": digest, "now": now, "idle": now - IDLE}
        row = self._session.execute(_FIND, values).first()
        if row is None:
            return None
        login_id, member_id, email, name, role, keys, used_at = row
        return LoggedIn(login_id, member_id, email, name, Role(role), tuple(keys), used_at)

    def used(self, login_id: UUID, now: datetime) -> None:
        """Note that it was used."""
        its = col(LoginRow.id) == login_id
        self._session.execute(sa.update(LoginRow).where(its).values(used_at=now))

    def add(self, login: Login, digest: str) -> None:
        """Begin one."""
        self._session.add(LoginRow(**login.model_dump(), digest=digest))
        self._session.flush()

    def of(self, member_id: UUID, now: datetime) -> list[Login]:
        """Those of a member that go on, the last used first."""
        query = select(LoginRow).where(
            LoginRow.member_id == member_id,
            LoginRow.expires_at > now,
            LoginRow.used_at > now - IDLE,
        )
        return list(self._session.scalars(query.order_by(col(LoginRow.used_at).desc())))

    def is_of(self, digest: str, email: str, now: datetime) -> bool:
        """Whether it is a log-in of somebody; it may have been left alone for too long."""
        values = {"digest": digest, "email": email, "now": now}
        return bool(self._session.scalar(_IS_OF, values))

    def end(self, member_id: UUID, now: datetime, *, but: UUID | None = None) -> int:
        """End all of a member, but for one; how many of them went on."""
        its = (col(LoginRow.member_id) == member_id, col(LoginRow.id) != (but or UUID(int=0)))
        went_on = sa.and_(col(LoginRow.expires_at) > now, col(LoginRow.used_at) > now - IDLE)
        ended = self._session.scalars(sa.delete(LoginRow).where(*its).returning(went_on))
        return sum(ended)

    def end_one(self, login_id: UUID) -> None:
        """End one."""
        self._session.execute(sa.delete(LoginRow).where(col(LoginRow.id) == login_id))

    @staticmethod
    def forget_before(session: Session, now: datetime) -> None:
        """Forget the old ones; one that was left alone still tells a browser of theirs."""
        session.execute(sa.delete(LoginRow).where(col(LoginRow.expires_at) <= now))
