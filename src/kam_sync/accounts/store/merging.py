"""Looks for what a merge in the CRM has done: who vanished into whom, and who pointed at them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from connectors import Hint, Noun, RawRecord
from kam_sync.accounts.store.fact_tables import FACTS
from kam_sync.base.db import Session

_MOST = 100
"""So many records that look alike are asked for after one merge."""

_ALIKE = """
    WITH one AS (
        SELECT external_id, nullif(name, '') AS name, {inn} AS inn, {phones} AS phones,
            {emails} AS emails, NOT is_deleted OR changed_at >= :since AS is_there
        FROM {table} WHERE source_id = :source
    )
    SELECT r.external_id, CASE
        WHEN r.phones && s.phones THEN 'same phone'
        WHEN r.emails && s.emails THEN 'same e-mail'
        WHEN r.inn = s.inn THEN 'same INN'
        ELSE 'same name' END
    FROM one r, one s
    WHERE s.external_id = :survivor AND r.external_id <> :survivor AND r.is_there
        AND (r.phones && s.phones OR r.emails && s.emails OR r.inn = s.inn OR r.name = s.name)
    ORDER BY 1 LIMIT :most
"""
_PHONES = r"""ARRAY(SELECT right(regexp_replace(phone, '\D', '', 'g'), 10)
    FROM unnest(phones) AS phone WHERE length(regexp_replace(phone, '\D', '', 'g')) > 6)"""
_EMAILS = "ARRAY(SELECT lower(email) FROM unnest(emails) AS email)"
_FIELDS = {
    Noun.COMPANY: {"table": "company", "inn": "inn"},
    Noun.CONTACT: {"table": "contact", "inn": "NULL::text"},
}

_MOVED = """
    SELECT DISTINCT about_external_id FROM {table}
    WHERE source_id = :source AND about_noun = :noun AND external_id = ANY(:ids)
        AND about_external_id <> :survivor
"""
_OF_COMPANY = """
    SELECT '{table}', external_id FROM {table}
    WHERE source_id = :source AND company_external_id = ANY(:ids) AND NOT is_deleted
    UNION ALL """
_POINTING = {
    Noun.COMPANY: "".join(
        _OF_COMPANY.format(table=noun.value)
        for noun in (Noun.CONTACT, Noun.DEAL, Noun.CUSTOMER, *FACTS)
    ),
    Noun.CONTACT: """
        SELECT 'deal', external_id FROM deal
        WHERE source_id = :source AND NOT is_deleted
            AND contact_external_ids && CAST(:ids AS varchar[])
        UNION ALL SELECT 'customer', external_id FROM customer
        WHERE source_id = :source AND NOT is_deleted
            AND contact_external_ids && CAST(:ids AS varchar[])
        UNION ALL """,
}
_DOINGS = """
    SELECT 'task', external_id FROM task
    WHERE source_id = :source AND about_noun = :noun AND about_external_id = ANY(:ids)
        AND NOT is_deleted
    UNION ALL SELECT 'note', external_id FROM activity
    WHERE source_id = :source AND about_noun = :noun AND about_external_id = ANY(:ids)
        AND NOT is_deleted AND mirrors IS NULL
        AND happening IN ('call', 'message', 'email', 'note', 'file')
"""
_DANGLING = """
    SELECT * FROM (
        SELECT 'company' AS noun, company_external_id AS id FROM deal
        WHERE source_id = :source AND changed_at >= :since AND NOT is_deleted
        UNION SELECT 'company', company_external_id FROM contact
        WHERE source_id = :source AND changed_at >= :since AND NOT is_deleted
        UNION SELECT 'contact', unnest(contact_external_ids) FROM deal
        WHERE source_id = :source AND changed_at >= :since AND NOT is_deleted
        UNION SELECT about_noun, about_external_id FROM task
        WHERE source_id = :source AND changed_at >= :since AND NOT is_deleted
    ) named
    WHERE id IS NOT NULL AND CASE noun
        WHEN 'company' THEN NOT EXISTS (SELECT FROM company o
            WHERE o.source_id = :source AND o.external_id = named.id)
        WHEN 'contact' THEN NOT EXISTS (SELECT FROM contact o
            WHERE o.source_id = :source AND o.external_id = named.id)
        WHEN 'deal' THEN NOT EXISTS (SELECT FROM deal o
            WHERE o.source_id = :source AND o.external_id = named.id)
        ELSE false END
    ORDER BY 1, 2
"""


class MergingStore:
    """Reads the records of one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def alike(self, noun: Noun, survivor: str, *, since: datetime) -> dict[str, str]:
        """Who shares a phone, an e-mail, the INN or the name with a record, and which of these.

        Live ones, and those that were found deleted since a time: the news of a merge may come
        after that of its loser's end.
        """
        if noun not in _FIELDS:
            return {}
        query = _ALIKE.format(**_FIELDS[noun], phones=_PHONES, emails=_EMAILS)
        return dict(self._ask(query, survivor=survivor, since=since, most=_MOST))

    def robbed(self, noun: Noun, survivor: str, related: Sequence[RawRecord]) -> dict[str, str]:
        """Whose tasks and notes, as far as we knew, are now the survivor's."""
        found: dict[str, str] = {}
        for table, what in (("task", Noun.TASK), ("activity", Noun.NOTE)):
            ids = [raw.external_id for raw in related if raw.noun is what]
            query = _MOVED.format(table=table)
            rows = self._ask(query, noun=noun.value, survivor=survivor, ids=ids)
            found |= {key: f"its {what.value}s are there now" for (key,) in rows}
        return found

    def pointing_at(self, noun: Noun, external_ids: Sequence[str]) -> list[Hint]:
        """The live records that name one of these."""
        query = _POINTING.get(noun, "") + _DOINGS
        rows = self._ask(query, noun=noun.value, ids=list(external_ids))
        return [Hint(Noun(what), key) for what, key in rows]

    def dangling(self, *, since: datetime, limit: int) -> list[Hint]:
        """What records that changed since a time name and we do not have."""
        rows = self._ask(_DANGLING + " LIMIT :limit", since=since, limit=limit)
        return [Hint(Noun(what), key) for what, key in rows]

    def _ask(self, query: str, **values: Any) -> Sequence[Any]:
        values["source"] = self._source_id
        used = {key: value for key, value in values.items() if f":{key}" in query}
        return self._session.execute(sa.text(query), used).all()
