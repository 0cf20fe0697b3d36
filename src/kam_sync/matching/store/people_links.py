"""Says which contacts make which person, and reads people."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import col, select

from kam_sync.accounts.match import own_person
from kam_sync.base.db import Session, listed, merge, stage_rows, table_of
from kam_sync.base.errors import NotHere
from kam_sync.matching.model import PersonLink
from kam_sync.matching.store.people_keys import Contact
from kam_sync.matching.store.tables import PersonLinkRow

_COLUMNS = ("source_id", "external_id", "person_id", "evidence")
_LINKS = """
    SELECT l.source_id, l.external_id, l.person_id, l.seq FROM person_link l
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
        USING (source_id, external_id)
"""
_BESIDE = """
    SELECT DISTINCT o.source_id, o.external_id FROM person_link l
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
        USING (source_id, external_id)
    JOIN person_link o ON o.person_id = l.person_id
"""
_LEAVE = """
    DELETE FROM person_link WHERE source_id = :source AND person_id IN (
        SELECT person_id FROM person_link WHERE source_id = :source LIMIT :limit)
    RETURNING external_id, person_id
"""
_STAYING = """
    SELECT source_id, external_id FROM person_link
    WHERE person_id = ANY(CAST(:people AS uuid[]))
"""
_OF_ACCOUNT = """
    WITH known AS (
        SELECT c.source_id, c.external_id, l.person_id,
            coalesce(l.person_id::text, c.source_id || ':' || c.external_id) AS who,
            coalesce(c.updated_at, c.created_at) AS at
        FROM account_link a
        JOIN contact c ON c.source_id = a.source_id
            AND c.company_external_id = a.company_external_id AND NOT c.is_deleted
        LEFT JOIN person_link l ON l.source_id = c.source_id AND l.external_id = c.external_id
        WHERE a.account_id = :account
    )
    SELECT (array_agg(source_id ORDER BY source_id, external_id))[1],
        (array_agg(external_id ORDER BY source_id, external_id))[1], (array_agg(person_id))[1]
    FROM known GROUP BY who ORDER BY max(at) DESC NULLS LAST, who LIMIT :limit OFFSET :skip
"""
"""A contact that was not matched yet is a person of its own."""
_FOUND = """
    SELECT DISTINCT l.person_id FROM person_link l
    JOIN contact c USING (source_id, external_id)
    LEFT JOIN account_link a ON a.source_id = c.source_id
        AND a.company_external_id = c.company_external_id
    WHERE NOT c.is_deleted
        AND (CAST(:account AS uuid) IS NULL OR a.account_id = :account)
        AND (CAST(:source AS int) IS NULL OR c.source_id = :source)
        AND (:text = '' OR strpos(lower(c.name), lower(:text)) > 0)
        AND (CAST(:after AS uuid) IS NULL OR l.person_id > :after)
    ORDER BY 1 LIMIT :limit
"""


@dataclass(frozen=True, slots=True)
class WantedPeople:
    """Which people are asked for; None and empty mean all."""

    account_id: UUID | None = None
    source_id: int | None = None
    text: str = ""
    """A part of the name, in any case."""


class PersonStore:
    """Reads and writes whose contacts are."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ensure(self, contacts: Iterable[Contact]) -> None:
        """Let contacts that belong to nobody yet be people of their own."""
        rows = ((*one, own_person(*one), "[]") for one in contacts)
        merge(self._session, table_of(PersonLinkRow), _COLUMNS, rows, compare=())

    def links(self, contacts: Collection[Contact]) -> dict[Contact, tuple[UUID, int]]:
        """The person of each contact, and its place in the order in which they came."""
        found = self._session.execute(sa.text(_LINKS), listed(contacts))
        return {(source, key): (person, seq) for source, key, person, seq in found}

    def beside(self, contacts: Collection[Contact]) -> set[Contact]:
        """All contacts of the people that these are."""
        found = self._session.execute(sa.text(_BESIDE), listed(contacts))
        return {(source, key) for source, key in found}

    def place(self, links: Mapping[Contact, tuple[UUID, Sequence[Mapping[str, Any]]]]) -> int:
        """Let contacts belong to people, with the evidence; how many are somebody else's now."""
        table = table_of(PersonLinkRow)
        rows = (
            (source, key, person, orjson.dumps(evidence).decode())
            for (source, key), (person, evidence) in links.items()
        )
        stage = stage_rows(self._session, table, _COLUMNS, rows)
        self._session.execute(sa.text(f"ANALYZE {stage.name}"))
        of_stage = sa.and_(
            table.c.source_id == stage.c.source_id, table.c.external_id == stage.c.external_id
        )
        moved = table.c.person_id != stage.c.person_id
        counted = sa.select(sa.func.count()).select_from(table).join(stage, of_stage).where(moved)
        changed = self._session.scalar(counted)
        same = sa.tuple_(table.c.person_id, table.c.evidence)
        self._session.execute(
            sa.update(table)
            .where(of_stage)
            .where(same.is_distinct_from(sa.tuple_(stage.c.person_id, stage.c.evidence)))
            .values(person_id=stage.c.person_id, evidence=stage.c.evidence)
        )
        return changed or 0

    def leave(self, source_id: int, *, limit: int) -> tuple[list[Contact], list[Contact]]:
        """Take contacts of a source away from up to so many people, all that each has of it.

        Returns:
            These contacts, and those of other sources that the people still have.
        """
        values = {"source": source_id, "limit": limit}
        gone = self._session.execute(sa.text(_LEAVE), values).all()
        people = list({person for _, person in gone})
        found = self._session.execute(sa.text(_STAYING), {"people": people})
        return [(source_id, key) for key, _ in gone], [(source, key) for source, key in found]

    def people_of(self, contacts: Collection[Contact]) -> dict[Contact, UUID]:
        """The person of each contact; of one that was not matched yet a person of its own."""
        known = self.links(contacts)
        return {one: known[one][0] if one in known else own_person(*one) for one in contacts}

    def of_account(
        self, account_id: UUID, *, limit: int, skip: int = 0
    ) -> list[tuple[UUID, Contact]]:
        """The people at an account, who changed last first, each with a contact of theirs there."""
        values = {"account": account_id, "limit": limit, "skip": skip}
        found = self._session.execute(sa.text(_OF_ACCOUNT), values)
        return [(person or own_person(source, key), (source, key)) for source, key, person in found]

    def find(self, wanted: WantedPeople, *, after: UUID | None = None, limit: int) -> list[UUID]:
        """People by id who have a living contact like that."""
        values = {
            "account": wanted.account_id, "source": wanted.source_id, "text": wanted.text,
            "after": after, "limit": limit,
        }  # fmt: skip
        return list(self._session.scalars(sa.text(_FOUND), values))

    def links_of(self, people: Collection[UUID]) -> dict[UUID, list[PersonLink]]:
        """The contacts of people, the first one first."""
        person: Any = PersonLinkRow.person_id
        query = select(PersonLinkRow).where(person.in_(people)).order_by(col(PersonLinkRow.seq))
        found: dict[UUID, list[PersonLink]] = {}
        for link in self._session.scalars(query):
            found.setdefault(link.person_id, []).append(link)
        return found

    def contacts_of(self, person_id: UUID) -> list[Contact]:
        """The contacts of one person, the first one first; NotHere for an unknown person."""
        links = self.links_of([person_id]).get(person_id)
        if not links:
            raise NotHere(f"person {person_id}: no such person")
        return [(link.source_id, link.external_id) for link in links]
