"""Takes a person out of matching: what they were looked up by, and why contacts are one."""

from collections.abc import Collection

import sqlalchemy as sa

from kam_sync.base.db import LISTED, Session, listed
from kam_sync.matching.keys import reach_keys
from kam_sync.matching.people import Person
from kam_sync.matching.store.people_keys import Contact

_LINKS = """
    UPDATE person_link l SET evidence = '[]' FROM {listed}
    WHERE l.source_id = k.source_id AND l.external_id = k.external_id AND l.evidence <> '[]'
    RETURNING 1
"""
_PAIRS = """
    DELETE FROM person_pair m USING {listed}
    WHERE (m.one_source_id = k.source_id AND m.one_id = k.external_id)
        OR (m.other_source_id = k.source_id AND m.other_id = k.external_id)
    RETURNING 1
"""
_KEYS = """
    DELETE FROM person_key m USING {listed}
    WHERE m.source_id = k.source_id AND m.external_id = k.external_id RETURNING 1
"""
_NOTES = """
    UPDATE person_decision m SET note = '' FROM {listed}
    WHERE m.note <> '' AND ((m.one_source_id = k.source_id AND m.one_id = k.external_id)
        OR (m.other_source_id = k.source_id AND m.other_id = k.external_id))
    RETURNING 1
"""
_SHARED = """
    SELECT DISTINCT key FROM (
        SELECT key, source_id, external_id, true AS is_contact FROM person_key
            WHERE key = ANY(:keys)
        UNION ALL SELECT key, source_id, external_id, false FROM match_key WHERE key = ANY(:keys)
    ) m
    WHERE NOT (m.is_contact AND EXISTS (
        SELECT FROM unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        WHERE m.source_id = k.source_id AND m.external_id = k.external_id))
"""
_CARRIERS = """
    SELECT k.source_id, k.external_id FROM person_key k WHERE k.key = ANY(:keys)
    ORDER BY 1, 2 LIMIT :limit
"""


class ErasingPeople:
    """Takes people out of the tables of matching."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def shared(self, person: Person, contacts: Collection[Contact]) -> set[str]:
        """The phones and e-mails of a person that firms or other contacts have, too."""
        keys = reach_keys(person.phones, person.emails)
        values = {**listed(contacts), "keys": list(keys)}
        found = set(self._session.scalars(sa.text(_SHARED), values))
        phones = {one for one in person.phones if reach_keys([one], ()) & found}
        return phones | {one for one in person.emails if reach_keys((), [one]) & found}

    def carriers(
        self, phones: Collection[str], emails: Collection[str], *, limit: int
    ) -> list[Contact]:
        """The contacts that have one of these phones (E.164) or e-mails."""
        values = {"keys": list(reach_keys(phones, emails)), "limit": limit}
        return [(source, key) for source, key in self._session.execute(sa.text(_CARRIERS), values)]

    def erase(self, contacts: Collection[Contact]) -> dict[str, int]:
        """Forget what contacts are known by; that they are one person stays."""
        about = listed(contacts)
        return {
            table: len(self._session.execute(sa.text(query.format(listed=LISTED)), about).all())
            for table, query in (
                ("person_link", _LINKS), ("person_pair", _PAIRS), ("person_key", _KEYS),
                ("person_decision", _NOTES),
            )
        }  # fmt: skip
