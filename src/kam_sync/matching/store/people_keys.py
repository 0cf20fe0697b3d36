"""Which contacts are to be matched, what they are like, and which ones share a key with them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from kam_sync.base.db import Session, stage_rows, table_of
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.judging import Answer
from kam_sync.matching.people import Person, PersonClue, person
from kam_sync.matching.store.keys import listed
from kam_sync.matching.store.tables import PersonKeyRow

Contact = tuple[int, str]
"""The source and the id of a contact."""

_MOST = 20
"""A key that more contacts of one source share finds none: what so many have says too little."""
_LISTED = """
    unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
"""
_TAKE_UNREAD = """
    UPDATE person_due d SET is_read = true FROM (
        SELECT source_id, external_id FROM person_due WHERE NOT is_read
        ORDER BY 1, 2 LIMIT :limit FOR UPDATE
    ) few WHERE d.source_id = few.source_id AND d.external_id = few.external_id
    RETURNING d.source_id, d.external_id
"""
_PEOPLE = f"""
    SELECT c.source_id, c.external_id, c.name, c.position, c.phones, c.emails,
        c.company_external_id, l.account_id
    FROM contact c JOIN {_LISTED} USING (source_id, external_id)
    LEFT JOIN account_link l ON l.source_id = c.source_id
        AND l.company_external_id = c.company_external_id
    ORDER BY 1, 2
"""  # noqa: S608 - a text of ours
_FORGET_KEYS = f"""
    DELETE FROM person_key p USING {_LISTED}
    WHERE p.source_id = k.source_id AND p.external_id = k.external_id
"""  # noqa: S608 - a text of ours
_ARE_MATCHED = f"""
    DELETE FROM person_due d USING (
        SELECT source_id, external_id FROM person_due JOIN {_LISTED} USING (source_id, external_id)
        WHERE is_read ORDER BY 1, 2 FOR UPDATE OF person_due
    ) few WHERE d.source_id = few.source_id AND d.external_id = few.external_id
"""  # noqa: S608 - a text of ours
_ALL_ARE_DUE = """
    INSERT INTO person_due SELECT source_id, external_id FROM contact ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_OF_COMPANIES_ARE_DUE = f"""
    INSERT INTO person_due
    SELECT c.source_id, c.external_id FROM contact c JOIN {_LISTED}
        ON c.source_id = k.source_id AND c.company_external_id = k.external_id
    ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""  # noqa: S608 - a text of ours
_ARE_DUE = """
    INSERT INTO person_due
    SELECT source_id, external_id
    FROM unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
    ORDER BY 1, 2 ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_SIZES = f"""
    CREATE TEMP TABLE person_size ON COMMIT DROP AS
    WITH mine AS (
        SELECT DISTINCT key FROM person_key JOIN {_LISTED} USING (source_id, external_id))
    SELECT key, max(carriers) AS of_one FROM (
        SELECT key, count(*) AS carriers FROM person_key JOIN mine USING (key)
        GROUP BY key, source_id
    ) of_source GROUP BY key HAVING sum(carriers) > 1
"""  # noqa: S608 - a text of ours
_PAIRS = f"""
    SELECT DISTINCT
        CASE WHEN is_first THEN mine_source ELSE source_id END,
        CASE WHEN is_first THEN mine_id ELSE external_id END,
        CASE WHEN is_first THEN source_id ELSE mine_source END,
        CASE WHEN is_first THEN external_id ELSE mine_id END
    FROM (
        SELECT mine.source_id AS mine_source, mine.external_id AS mine_id, other.source_id,
            other.external_id,
            (mine.source_id, mine.external_id) < (other.source_id, other.external_id) AS is_first
        FROM {_LISTED}
        JOIN person_key mine USING (source_id, external_id)
        JOIN person_size s ON s.key = mine.key AND s.of_one <= :most
        JOIN person_key other ON other.key = mine.key
        WHERE (other.source_id, other.external_id) <> (mine.source_id, mine.external_id)
    ) found
"""  # noqa: S608 - a text of ours
_COMPANIES = f"""
    SELECT m.one_source_id, m.one_id, m.other_source_id, m.other_id,
        CASE WHEN m.answer IN ('same', 'number') THEN 'ask' ELSE m.answer END
    FROM match_pair m JOIN {_LISTED} ON m.one_source_id = k.source_id AND m.one_id = k.external_id
    WHERE NOT EXISTS (SELECT FROM match_decision d
        WHERE d.undone_at IS NULL AND d.says = 'apart'
            AND (d.one_source_id, d.one_id, d.other_source_id, d.other_id)
                = (m.one_source_id, m.one_id, m.other_source_id, m.other_id))
"""  # noqa: S608 - a text of ours
"""Those that are one and not in one account are a question, too."""
_KINDS = {PersonClue.PHONE: "phone", PersonClue.EMAIL: "mail"}


@dataclass(frozen=True, slots=True)
class Known:
    """A contact as it is compared, and where it belongs."""

    person: Person
    company: Company | None
    account: UUID | None
    """None where it names no company that we know."""


class PersonKeyStore:
    """Reads contacts, and the keys that they are looked up by."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_unread(self, *, limit: int) -> list[Contact]:
        """Some contacts whose keys are not those of today; they count as read from now on."""
        found = self._session.execute(sa.text(_TAKE_UNREAD), {"limit": limit})
        return sorted((source, key) for source, key in found)

    def people(self, contacts: Collection[Contact]) -> dict[Contact, Known]:
        """These contacts, as far as they are there."""
        found: dict[Contact, Known] = {}
        rows = self._session.execute(sa.text(_PEOPLE), listed(contacts))
        for source, key, name, position, phones, emails, company, account in rows:
            said = person(name, phones=phones, emails=emails, position=position or "")
            found[source, key] = Known(said, company and (source, company), account)
        return found

    def save_keys(self, keys: Mapping[Contact, Iterable[str]]) -> None:
        """Replace the keys of contacts."""
        self._session.execute(sa.text(_FORGET_KEYS), listed(keys))
        rows = ((*contact, key) for contact, all_ in keys.items() for key in all_)
        columns = ("source_id", "external_id", "key")
        stage = stage_rows(self._session, table_of(PersonKeyRow), columns, rows)
        into = sa.insert(table_of(PersonKeyRow)).from_select(columns, sa.select(*stage.columns))
        self._session.execute(into)

    def due(self) -> list[Contact]:
        """Contacts whose keys are those of today, and whose pairs may not be."""
        query = "SELECT source_id, external_id FROM person_due WHERE is_read"
        return [(source, key) for source, key in self._session.execute(sa.text(query))]

    def forget_due(self, contacts: Collection[Contact]) -> None:
        """They are matched; those that have changed meanwhile stay due."""
        self._session.execute(sa.text(_ARE_MATCHED), listed(contacts))

    def are_due(self, contacts: Collection[Contact]) -> None:
        """Match contacts anew."""
        self._session.execute(sa.text(_ARE_DUE), listed(contacts))

    def all_are_due(self) -> int:
        """Match all contacts anew; how many there are."""
        due: Any = self._session.execute(sa.text(_ALL_ARE_DUE))
        return int(due.rowcount)

    def of_companies_are_due(self, companies: Collection[Company]) -> None:
        """Match the contacts of companies anew: these are in other accounts, or others fit them."""
        self._session.execute(sa.text(_OF_COMPANIES_ARE_DUE), listed(companies))

    def candidates(self, due: Collection[Contact]) -> list[Pair]:
        """Pairs of contacts that share a key, one of each two due."""
        of = listed(due)
        self._session.execute(sa.text(_SIZES), of)
        self._session.execute(sa.text("ANALYZE person_size"))
        known: dict[Contact, Contact] = {}  # each contact once: there may be many pairs
        found = []
        rows = self._session.execute(sa.text(_PAIRS), {**of, "most": _MOST})
        for one_source, one, other_source, other in rows:
            left, right = (one_source, one), (other_source, other)
            found.append((known.setdefault(left, left), known.setdefault(right, right)))
        return found

    def companies(self, companies: Collection[Company]) -> dict[Pair, Answer]:
        """What pairs of companies are that are in two accounts: all that are not different."""
        found = self._session.execute(sa.text(_COMPANIES), listed(companies))
        return {((a, b), (c, d)): Answer(answer) for a, b, c, d, answer in found}

    def sharing(self) -> "Sharing":
        """How common things are; to be asked for after the candidates."""
        query = "SELECT key, of_one FROM person_size WHERE of_one > 1"
        return Sharing(dict(self._session.execute(sa.text(query)).all()))

    def look_anew(self) -> None:
        """Let the database see how much there is, after much was written at once."""
        self._session.execute(sa.text("ANALYZE person_key, person_pair, person_link"))


class Sharing:
    """How many contacts of one source carry something: of the source where they are most."""

    def __init__(self, carriers: Mapping[str, int]) -> None:
        self._carriers = carriers

    def carriers(self, clue: PersonClue, what: str) -> int:
        """Of an e-mail or a phone; two may be one person who was entered twice."""
        return self._carriers.get(f"{_KINDS[clue]}:{what}", 1)
