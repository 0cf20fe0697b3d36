"""Reads who was in touch with an account last, and what is to be done about it."""

from uuid import UUID

import sqlalchemy as sa

from kam_sync.accounts.store.belonging import ABOUT
from kam_sync.accounts.touches import ToDo, Touch
from kam_sync.base.db import Session

IS_TOUCH = """
    a.happening IN ('call', 'message', 'email', 'note') AND a.mirrors IS NULL AND a.at IS NOT NULL
    AND NOT a.is_ours AND NOT a.is_deleted AND (a.author_external_id IS NOT NULL OR a.is_incoming)
"""
"""What of `activity a` is a touch: the same as is a sign of life for the KPIs."""
_TOUCHES = """
    {about}, touch AS (
        SELECT DISTINCT ON (u.name) a.at, a.happening, a.is_incoming, u.name
        FROM about b JOIN activity a ON a.source_id = b.source_id AND a.about_noun = b.noun
            AND a.about_external_id = b.external_id
        LEFT JOIN crm_user u ON u.source_id = a.source_id
            AND u.external_id = a.author_external_id
        WHERE {is_touch}
        ORDER BY u.name, a.at DESC
    )
    SELECT at, happening, is_incoming, name FROM touch ORDER BY at DESC LIMIT :limit
"""
_TASKS = """
    {about}
    SELECT t.source_id, t.external_id, t.text, t.due_at, u.name AS owner, b.noun AS about_noun,
        b.external_id AS about_external_id, t.is_ours
    FROM about b JOIN task t ON t.source_id = b.source_id AND t.about_noun = b.noun
        AND t.about_external_id = b.external_id
    LEFT JOIN crm_user u ON u.source_id = t.source_id AND u.external_id = t.owner_external_id
    WHERE NOT t.is_deleted AND NOT t.is_done
    ORDER BY t.due_at NULLS LAST, t.source_id, t.external_id LIMIT :limit
"""


class TouchStore:
    """Reads what people do about an account."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def by_person(self, account_id: UUID, *, limit: int) -> list[Touch]:
        """The last touch of each of ours, the latest first."""
        values = {"account": account_id, "limit": limit}
        statement = sa.text(_TOUCHES.format(about=ABOUT, is_touch=IS_TOUCH))
        return [Touch(*row) for row in self._session.execute(statement, values)]

    def to_do(self, account_id: UUID, *, limit: int) -> list[ToDo]:
        """The open tasks, what is due first."""
        found = self._session.execute(
            sa.text(_TASKS.format(about=ABOUT)), {"account": account_id, "limit": limit}
        )
        return [ToDo(**row) for row in found.mappings()]
