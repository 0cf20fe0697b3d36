"""What people decided of contacts, and what they are asked of them."""

from collections.abc import Collection
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlmodel import select

from kam_sync.matching.model import Decision, PersonQuestion
from kam_sync.matching.store.decisions import Decisions
from kam_sync.matching.store.people_keys import Contact
from kam_sync.matching.store.tables import PersonDecisionRow

_PAIRS = """
    FROM person_pair m
    JOIN person_link one ON one.source_id = m.one_source_id AND one.external_id = m.one_id
    JOIN person_link other ON other.source_id = m.other_source_id
        AND other.external_id = m.other_id
    JOIN contact c ON c.source_id = m.one_source_id AND c.external_id = m.one_id
        AND NOT c.is_deleted
    JOIN contact o ON o.source_id = m.other_source_id AND o.external_id = m.other_id
        AND NOT o.is_deleted
    LEFT JOIN account_link of_one ON of_one.source_id = c.source_id
        AND of_one.company_external_id = c.company_external_id
    LEFT JOIN account_link of_other ON of_other.source_id = o.source_id
        AND of_other.company_external_id = o.company_external_id
    WHERE (m.answer = 'ask' OR m.is_doubtful) AND one.person_id <> other.person_id
"""
"""Pairs of living contacts of two people that a person may be asked about."""
_WHOLES = """
    one.person_id AS one_person, other.person_id AS other_person,
    of_one.account_id AS one_account, of_other.account_id AS other_account
"""
_MORE = "q.one_person AS one_person_id, q.other_person AS other_person_id,"


class PersonDecisionStore(Decisions[PersonQuestion]):
    """Of contacts, and the people that they are."""

    def about(self, contacts: Collection[Contact]) -> list[Decision]:
        """All that was decided of contacts, also what was taken back."""
        row: Any = PersonDecisionRow
        one, other = (
            sa.tuple_(row.one_source_id, row.one_id),
            sa.tuple_(row.other_source_id, row.other_id),
        )
        which = one.in_(contacts) | other.in_(contacts)
        return list(self._session.scalars(select(row).where(which).order_by(row.id)))

    _row = PersonDecisionRow
    _question = PersonQuestion
    _names: ClassVar = {
        "decision": "person_decision", "link": "person_link", "whole": "person_id",
        "part": "external_id", "more": _MORE, "pairs": _PAIRS, "wholes": _WHOLES,
    }  # fmt: skip
