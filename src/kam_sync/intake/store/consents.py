"""Consents that were asked for: each good once, and only for a while."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, select

from connectors import ErrorKind
from kam_sync.base.db import Session, table_of
from kam_sync.intake.grant import Consent, ConsentState


class ConsentRow(Consent, table=True):
    """A consent that was asked for."""

    __tablename__ = "consent"

    digest: str = Field(primary_key=True)
    source_id: int | None = Field(
        default=None, foreign_key="source.id", ondelete="CASCADE", index=True
    )
    until: datetime = Field(sa_type=sa.DateTime(timezone=True), index=True)


class ConsentStore:
    """Reads and writes consents."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, consent: Consent) -> None:
        """Begin to wait."""
        self._session.add(ConsentRow(**consent.model_dump()))

    def take(self, digest: str, now: datetime) -> bool:
        """Claim it for the code that came back; False when it is unknown, used or too old."""
        row = table_of(ConsentRow).c
        claimed = (
            sa.update(ConsentRow)
            .where(row.digest == digest, row.state == ConsentState.WAITING, row.until > now)
            .values(state=ConsentState.TAKEN)
        )
        return self._session.execute(claimed.returning(row.digest)).first() is not None

    def get(self, digest: str) -> Consent | None:
        """What was asked for, and how it stands."""
        row = self._session.get(ConsentRow, digest)
        return None if row is None else Consent(**row.model_dump())

    def waiting(self, now: datetime) -> list[Consent]:
        """Those that somebody may still come back for."""
        row = table_of(ConsentRow).c
        query = select(ConsentRow).where(row.state == ConsentState.WAITING, row.until > now)
        return [Consent(**found.model_dump()) for found in self._session.scalars(query)]

    def keep(self, digest: str, sealed_grant: str, until: datetime) -> None:
        """Keep what the code was worth, for a while."""
        row = table_of(ConsentRow).c
        self._session.execute(
            sa.update(ConsentRow)
            .where(row.digest == digest)
            .values(state=ConsentState.KEPT, sealed_grant=sealed_grant, until=until)
        )

    def note(self, digest: str, state: ConsentState, message: str, kind: ErrorKind) -> None:
        """Write down how it stands; its secrets are forgotten at the end."""
        secrets = {} if state is ConsentState.KEPT else {"sealed_app": "", "sealed_grant": ""}
        row = table_of(ConsentRow).c
        self._session.execute(
            sa.update(ConsentRow)
            .where(row.digest == digest)
            .values(state=state, message=message, error_kind=kind, **secrets)
        )

    def forget_before(self, moment: datetime) -> None:
        """Forget old ones."""
        self._session.execute(sa.delete(ConsentRow).where(table_of(ConsentRow).c.until < moment))
