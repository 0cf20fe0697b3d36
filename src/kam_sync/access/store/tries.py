"""Wrong passwords, counted for all processes together."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel, col

from kam_sync.access.throttle import FORGOTTEN_AFTER, Tries
from kam_sync.base import fields
from kam_sync.base.db import Session


class TryRow(SQLModel, table=True):
    """How many wrong ones there were for a login or from an address."""

    __tablename__ = "login_try"

    about: str = Field(primary_key=True)
    failures: int
    last_at: datetime = fields.moment(index=True)
    free_at: datetime = fields.moment()


class TryStore:
    """Reads and writes counts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def held(self, about: str, now: datetime) -> Tries:
        """The count, which nobody else reads or changes until the commit."""
        none = {"about": about, "failures": 0, "last_at": now, "free_at": now}
        held = (
            insert(TryRow)
            .values(none)
            .on_conflict_do_update(
                index_elements=[TryRow.about],
                set_={"about": about},  # whoever deletes it comes first
            )
        )
        row = self._session.scalars(held.returning(TryRow)).one()
        return Tries(row.failures, row.last_at, row.free_at)

    def keep(self, about: str, tries: Tries) -> None:
        """Write down a count that is held."""
        self._session.get_one(TryRow, about).sqlmodel_update(
            {"failures": tries.failures, "last_at": tries.last_at, "free_at": tries.free_at}
        )
        self._session.flush()

    def forget(self, about: str) -> None:
        """Begin anew."""
        self._session.execute(sa.delete(TryRow).where(col(TryRow.about) == about))

    def forget_all(self, beginning: str) -> None:
        """Begin anew with all whose name begins so."""
        its = col(TryRow.about).startswith(beginning, autoescape=True)
        self._session.execute(sa.delete(TryRow).where(its))

    @staticmethod
    def forget_before(session: Session, now: datetime) -> None:
        """Forget those that no longer count."""
        session.execute(sa.delete(TryRow).where(col(TryRow.last_at) < now - FORGOTTEN_AFTER))
