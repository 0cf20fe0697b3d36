"""Where jobs come from: the request that asked for them, and its trace."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, SQLModel

from kam_sync.base.db import Session
from kam_sync.base.fields import moment
from kam_sync.jobs.model import Origin


class OriginRow(SQLModel, table=True):
    """The origin of a job; one that asks for itself has none."""

    __tablename__ = "job_origin"

    # No foreign key: the table it would name is the queue's own, which forgets jobs by itself.
    job_id: int = Field(primary_key=True, sa_type=sa.BigInteger)
    request_id: str = ""
    trace_parent: str = ""
    noted_at: datetime = moment(index=True, sa_column_kwargs={"server_default": sa.func.now()})


class OriginStore:
    """Remembers origins, beside the queue's tables: its workers of an earlier release know none."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def keep(self, job_id: int, origin: Origin) -> None:
        """Write down where a job comes from."""
        values = {"request_id": origin.request_id, "trace_parent": origin.trace_parent}
        self._session.execute(insert(OriginRow).values(job_id=job_id, **values))

    def of(self, job_id: int) -> Origin | None:
        """Where a job comes from, if that was written down."""
        row: Any = OriginRow
        query = sa.select(row.request_id, row.trace_parent).where(row.job_id == job_id)
        found = self._session.execute(query).one_or_none()
        return None if found is None else Origin(found.request_id, found.trace_parent)

    def forget_before(self, moment: datetime) -> None:
        """Drop what jobs are gone of."""
        row: Any = OriginRow
        self._session.execute(sa.delete(OriginRow).where(row.noted_at < moment))
