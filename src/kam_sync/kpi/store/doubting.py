"""Keeps which inputs were not all here when KPIs were measured, and finds whose values that is."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.base import fields
from kam_sync.base.db import Session
from kam_sync.kpi.doubts import Doubt, Doubted, Input, doubt

_INPUTS = """
    SELECT c.source_id, c.noun, c.loaded_at IS NOT NULL, EXISTS (
        SELECT FROM held_deletion h
        WHERE h.source_id = c.source_id AND h.noun = c.noun AND h.state = 'waiting'
    ), (
        SELECT r.started_at FROM run r
        WHERE r.source_id = c.source_id AND r.noun = c.noun AND r.state = 'done'
        ORDER BY r.id DESC LIMIT 1
    )
    FROM cursor c ORDER BY c.source_id, c.noun
"""
"""Sources that are given rows have no cursors: they are as good as the last file."""
_OF_ACCOUNT = """
    WITH RECURSIVE member AS (
        SELECT CAST(:account_id AS uuid) AS id
        UNION
        SELECT p.account_id FROM member m JOIN account_parent p ON p.parent_id = m.id
        WHERE :of_group
    )
    SELECT s.name, d.noun, d.why, d.known_until
    FROM kpi_doubt d JOIN source s ON s.id = d.source_id
    WHERE d.source_id IN (
        SELECT l.source_id FROM member m JOIN account_link l ON l.account_id = m.id
    ) ORDER BY s.name, d.noun
"""
_OF_ALL = """
    SELECT DISTINCT l.account_id, s.name, d.noun, d.why, d.known_until
    FROM kpi_doubt d JOIN source s ON s.id = d.source_id
    JOIN account_link l ON l.source_id = d.source_id
"""


class DoubtRow(SQLModel, table=True):
    """An input that was not all here when KPIs were measured last."""

    __tablename__ = "kpi_doubt"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    why: Doubt = fields.choice(Doubt)
    known_until: datetime | None = fields.moment(default=None)


class DoubtStore:
    """Doubts about inputs."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def renew(self, now: datetime) -> None:
        """Look at all inputs, and keep those that are not to be relied on."""
        found = [
            {"source_id": one.source_id, "noun": one.noun, "why": why, "known_until": until}
            for one in self._inputs()
            if (why := doubt(one, now))
            for until in [one.known_until]
        ]
        self._session.execute(sa.delete(DoubtRow))
        if found:
            self._session.execute(sa.insert(DoubtRow), found)

    def of_account(self, account_id: UUID, *, of_group: bool = False) -> list[Doubted]:
        """The doubted inputs of the sources that an account, or all below it, comes from."""
        asked = {"account_id": account_id, "of_group": of_group}
        found = self._session.execute(sa.text(_OF_ACCOUNT), asked)
        return [Doubted(source, noun, Doubt(why), until) for source, noun, why, until in found]

    def of_all(self, last_day: date) -> dict[UUID, set[str]]:
        """By account the nouns by which a value may be wrong whose period ends with that day."""
        found: dict[UUID, set[str]] = defaultdict(set)
        for account_id, *doubted in self._session.execute(sa.text(_OF_ALL)):
            source, noun, why, until = doubted
            if Doubted(source, noun, Doubt(why), until).is_about(last_day):
                found[account_id].add(noun)
        return found

    def _inputs(self) -> Iterator[Input]:
        return (Input(*row) for row in self._session.execute(sa.text(_INPUTS)))
