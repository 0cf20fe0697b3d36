"""Reads the people at an account with the last time that one of ours was in touch with each."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.accounts.match import own_person
from kam_sync.accounts.store.touches import IS_TOUCH
from kam_sync.accounts.touches import Touch
from kam_sync.base.db import Session
from kam_sync.matching.store.people_keys import Contact

_TOUCHED = """
    WITH known AS (
        SELECT c.source_id, c.external_id, c.name, l.person_id, t.at, t.happening, t.is_incoming,
            t.by, coalesce(l.person_id::text, c.source_id || ':' || c.external_id) AS who
        FROM account_link m
        JOIN contact c ON c.source_id = m.source_id
            AND c.company_external_id = m.company_external_id AND NOT c.is_deleted
        LEFT JOIN person_link l ON l.source_id = c.source_id AND l.external_id = c.external_id
        LEFT JOIN LATERAL (
            SELECT a.at, a.happening, a.is_incoming, u.name AS by FROM activity a
            LEFT JOIN crm_user u ON u.source_id = a.source_id
                AND u.external_id = a.author_external_id
            WHERE a.source_id = c.source_id AND a.about_noun = 'contact'
                AND a.about_external_id = c.external_id AND {is_touch}
            ORDER BY a.at DESC LIMIT 1
        ) t ON true
        WHERE m.account_id = :account
    ), person AS (
        SELECT who, min(name) AS name, max(at) AS at FROM known GROUP BY who
    ), shown AS (
        SELECT who, row_number() OVER (ORDER BY {order}) AS place FROM person
        ORDER BY place LIMIT :limit OFFSET :skip
    )
    SELECT DISTINCT ON (s.place) k.source_id, k.external_id, k.person_id, k.at, k.happening,
        k.is_incoming, k.by
    FROM shown s JOIN known k USING (who)
    ORDER BY s.place, k.at DESC NULLS LAST, k.source_id, k.external_id
"""
_ORDERS: Mapping[str, str] = {
    "touch": "at DESC NULLS LAST, name, who",
    "silent": "at NULLS FIRST, name, who",
    "name": "name, who",
}


def touched(
    session: Session, account_id: UUID, order: str, *, limit: int, skip: int = 0
) -> list[tuple[UUID, Contact, Touch | None]]:
    """The people at an account in an order, each with a contact of theirs there."""
    statement = sa.text(_TOUCHED.format(order=_ORDERS[order], is_touch=IS_TOUCH))
    values: dict[str, Any] = {"account": account_id, "limit": limit, "skip": skip}
    return [
        (
            person or own_person(source, key),
            (source, key),
            None if at is None else Touch(at, what, is_incoming, by),
        )
        for source, key, person, at, what, is_incoming, by in session.execute(statement, values)
    ]
