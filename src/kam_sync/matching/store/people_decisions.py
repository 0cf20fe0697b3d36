"""What people decided of contacts, and what they are asked of them."""

from typing import ClassVar

from kam_sync.matching.model import PersonQuestion
from kam_sync.matching.store.decisions import Decisions
from kam_sync.matching.store.tables import PersonDecisionRow

_APART = """
    WITH apart AS (
        SELECT least(one.person_id, other.person_id) AS one_person,
            greatest(one.person_id, other.person_id) AS other_person
        FROM person_decision d
        JOIN person_link one ON one.source_id = d.one_source_id AND one.external_id = d.one_id
        JOIN person_link other ON other.source_id = d.other_source_id
            AND other.external_id = d.other_id
        WHERE d.undone_at IS NULL AND d.says = 'apart'
    )
"""
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
        AND (least(one.person_id, other.person_id), greatest(one.person_id,
            other.person_id)) NOT IN (SELECT one_person, other_person FROM apart)
"""
"""Pairs of living contacts that wait for an answer."""
_ASKED = f"""
    {_APART}, question AS (
        SELECT DISTINCT ON (least(one.person_id, other.person_id),
                greatest(one.person_id, other.person_id))
            m.*, one.person_id AS one_person, other.person_id AS other_person,
            of_one.account_id AS one_account, of_other.account_id AS other_account
        {_PAIRS}
        ORDER BY least(one.person_id, other.person_id),
            greatest(one.person_id, other.person_id), m.weight DESC, 1, 2, 3, 4
    )
"""
"""Of two people the pair for which most speaks."""
_COUNT = """
    {apart}
    SELECT count(*) FROM (
        SELECT DISTINCT one_person, other_person FROM (
            SELECT least(one.person_id, other.person_id) AS one_person,
                greatest(one.person_id, other.person_id) AS other_person
            {pairs} LIMIT 10 * CAST(:most AS bigint)
        ) pair LIMIT :most
    ) found
"""
"""Every page asks for it: it ends once there are enough pairs, of which two people have a few."""
_MORE = "q.one_person AS one_person_id, q.other_person AS other_person_id,"


class PersonDecisionStore(Decisions[PersonQuestion]):
    """Of contacts, and the people that they are."""

    _row = PersonDecisionRow
    _question = PersonQuestion
    _names: ClassVar = {
        "decision": "person_decision", "asked": _ASKED, "more": _MORE, "apart": _APART,
        "pairs": _PAIRS,
    }  # fmt: skip

    def count(self, *, most: int) -> int:
        """How many people wait for somebody; no more than `most` are counted, or a few less."""
        return self._session.scalar(self._sql(_COUNT), {"most": most}) or 0
