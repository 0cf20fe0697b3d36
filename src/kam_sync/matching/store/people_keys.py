"""Which contacts are to be matched, what they are like, and which ones share a key with them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import listed
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.judging import Answer
from kam_sync.matching.people import Person, PersonClue, person
from kam_sync.matching.store.due import Due
from kam_sync.matching.store.tables import PersonKeyRow

Contact = tuple[int, str]
"""The source and the id of a contact."""

_MOST = 20
"""A key that more contacts of one source share finds none: what so many have says too little."""
_PEOPLE = """
    SELECT c.source_id, c.external_id, c.name, c.position, c.phones, c.emails,
        c.company_external_id, l.account_id
    FROM contact c JOIN {listed} USING (source_id, external_id)
    LEFT JOIN account_link l ON l.source_id = c.source_id
        AND l.company_external_id = c.company_external_id
    ORDER BY 1, 2
"""
_OF_COMPANIES_ARE_DUE = """
    INSERT INTO person_due
    SELECT c.source_id, c.external_id FROM contact c JOIN {listed}
        ON c.source_id = k.source_id AND c.company_external_id = k.external_id
    ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_SIZES = """
    CREATE TEMP TABLE person_size ON COMMIT DROP AS
    WITH mine AS (
        SELECT DISTINCT key FROM person_key JOIN {listed} USING (source_id, external_id))
    SELECT key, max(carriers) AS of_one, max(carriers) <= :most AS finds FROM (
        SELECT key, count(*) AS carriers FROM person_key JOIN mine USING (key)
        GROUP BY key, source_id
    ) of_source GROUP BY key HAVING sum(carriers) > 1
"""
_COMPANIES = """
    SELECT m.one_source_id, m.one_id, m.other_source_id, m.other_id,
        CASE WHEN m.answer IN ('same', 'number') THEN 'ask' ELSE m.answer END
    FROM match_pair m JOIN {listed} ON m.one_source_id = k.source_id AND m.one_id = k.external_id
    WHERE NOT EXISTS (SELECT FROM match_decision d
        WHERE d.undone_at IS NULL AND d.says = 'apart'
            AND (d.one_source_id, d.one_id, d.other_source_id, d.other_id)
                = (m.one_source_id, m.one_id, m.other_source_id, m.other_id))
"""
"""Those that are one and not in one account are a question, too."""
_KINDS = {PersonClue.PHONE: "phone", PersonClue.EMAIL: "mail"}


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as it is compared, and where it belongs."""

    person: Person
    company: Company | None
    account: UUID | None
    """None where it names no company that we know."""


class PersonKeyStore(Due):
    """Reads contacts, and the keys that they are looked up by."""

    _row = PersonKeyRow
    _names: ClassVar = {
        "due": "person_due", "key": "person_key", "size": "person_size", "record": "contact",
    }  # fmt: skip

    def people(self, contacts: Collection[Contact]) -> dict[Contact, Known]:
        """These contacts, as far as they are there."""
        found: dict[Contact, Known] = {}
        rows = self._session.execute(self._sql(_PEOPLE), listed(contacts))
        for source, key, name, position, phones, emails, company, account in rows:
            said = person(name, phones=phones, emails=emails, position=position or "")
            found[source, key] = Known(said, company and (source, company), account)
        return found

    def of_companies_are_due(self, companies: Collection[Company]) -> None:
        """Match the contacts of companies anew: these are in other accounts, or others fit them."""
        self._session.execute(self._sql(_OF_COMPANIES_ARE_DUE), listed(companies))

    def candidates(self, due: Collection[Contact]) -> list[Pair]:
        """Pairs of contacts that share a key, one of each two due."""
        of = listed(due)
        self._count_carriers(of)
        return list(self._sharing(of))

    def common(self, contacts: Collection[Contact]) -> "Sharing":
        """How common is what some contacts have; to be asked for once, and of few."""
        self._count_carriers(listed(contacts))
        return self.sharing()

    def companies(self, companies: Collection[Company]) -> dict[Pair, Answer]:
        """What pairs of companies are that are in two accounts: all that are not different."""
        found = self._session.execute(self._sql(_COMPANIES), listed(companies))
        return {((a, b), (c, d)): Answer(answer) for a, b, c, d, answer in found}

    def sharing(self) -> "Sharing":
        """How common things are; to be asked for after the candidates."""
        query = "SELECT key, of_one FROM person_size WHERE of_one > 1"
        return Sharing(dict(self._session.execute(sa.text(query)).all()))

    def look_anew(self) -> None:
        """Let the database see how much there is, after much was written at once."""
        self._session.execute(sa.text("ANALYZE person_key, person_pair, person_link"))

    def _count_carriers(self, of: Mapping[str, str]) -> None:
        self._session.execute(self._sql(_SIZES), {**of, "most": _MOST})


class Sharing:
    """How many contacts of one source carry something: of the source where they are most."""

    def __init__(self, carriers: Mapping[str, int]) -> None:
        self._carriers = carriers

    def carriers(self, clue: PersonClue, what: str) -> int:
        """Of an e-mail or a phone; two may be one person who was entered twice."""
        return self._carriers.get(f"{_KINDS[clue]}:{what}", 1)
