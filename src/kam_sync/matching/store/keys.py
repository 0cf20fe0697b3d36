"""Which companies are to be matched, what they are like, and which ones share a key with them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from kam_sync.base.db import Session, as_array, copy_rows, table_of
from kam_sync.matching.features import Features, Said, features, inn_number, is_real_inn
from kam_sync.matching.grouping import Company
from kam_sync.matching.store.population import Population
from kam_sync.matching.store.tables import KeyRow

_MOST = 8
"""A key that more companies share, for each source, finds none: each is found by another key.

It is counted over all sources, unlike how common things are, for it bounds the pairs to compare; it
grows with the sources, for a client stands in each of them.
"""
_MOST_OF_NUMBERS = 100
_FEW_SOURCES = 5
"""The limits are never lower than for so many."""
_TAKE_UNREAD = """
    UPDATE match_due d SET is_read = true FROM (
        SELECT source_id, external_id FROM match_due WHERE NOT is_read
        ORDER BY 1, 2 LIMIT :limit FOR UPDATE
    ) few WHERE d.source_id = few.source_id AND d.external_id = few.external_id
    RETURNING d.source_id, d.external_id
"""
_BY_KEY = """
    SELECT c.source_id, c.external_id, c.name, c.inn, c.kpp, c.ogrn, c.phones, c.emails,
        c.website, c.city, c.address FROM company c
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        USING (source_id, external_id)
"""
_PAGE = """
    SELECT c.source_id, c.external_id, c.name, c.inn, c.kpp, c.ogrn, c.phones, c.emails,
        c.website, c.city, c.address FROM company c
    WHERE (c.source_id, c.external_id) > (:source, :id) ORDER BY 1, 2 LIMIT :limit
"""
_LIMIT = """
    CASE WHEN mine.key LIKE ANY (ARRAY['inn:%', 'ogrn:%', 'mail:%', 'phone:%']) THEN :numbers
        ELSE :most END
"""
_TOO_COMMON = f"SELECT key FROM match_key mine GROUP BY key HAVING count(*) > {_LIMIT}"  # noqa: S608 - a text of ours
_FORGET_KEYS = """
    DELETE FROM match_key m USING
        unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
    WHERE m.source_id = k.source_id AND m.external_id = k.external_id
"""
_ARE_MATCHED = """
    DELETE FROM match_due m USING (
        SELECT d.source_id, d.external_id FROM match_due d JOIN
            unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
                AS k(source_id, external_id) USING (source_id, external_id)
        WHERE d.is_read ORDER BY 1, 2 FOR UPDATE OF d
    ) few WHERE m.source_id = few.source_id AND m.external_id = few.external_id
"""
_ARE_DUE = """
    INSERT INTO match_due
    SELECT source_id, external_id
    FROM unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
    ORDER BY 1, 2 ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_ALL_AT_ONCE = """
    SELECT set_config('work_mem', '64MB', true), set_config('cursor_tuple_fraction', '1', true)
"""
"""Until the commit: all pairs are wanted, not the first ones soon."""
_SIZES = f"""
    CREATE TEMP TABLE match_size ON COMMIT DROP AS
    WITH mine AS (
        SELECT DISTINCT key FROM match_key JOIN
            unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
                AS k(source_id, external_id) USING (source_id, external_id))
    SELECT key, s.carriers, s.of_one, s.carriers <= {_LIMIT} AS finds
    FROM mine CROSS JOIN LATERAL (
        SELECT sum(carriers) AS carriers, max(carriers) AS of_one FROM (
            SELECT count(*) AS carriers FROM (
                SELECT source_id FROM match_key m WHERE m.key = mine.key LIMIT {_LIMIT} + 1
            ) few GROUP BY source_id
        ) of_source
    ) s WHERE s.carriers > 1
"""  # noqa: S608 - a text of ours
"""Of keys the carriers, and those of the source where they are most.

They are counted one further than the limit, for a word on every corner has thousands. Some source
has more than `_MOST` of them then, and what so many of one source carry weighs nothing."""
_PAIRS = """
    SELECT DISTINCT
        CASE WHEN is_first THEN mine_source ELSE source_id END,
        CASE WHEN is_first THEN mine_id ELSE external_id END,
        CASE WHEN is_first THEN source_id ELSE mine_source END,
        CASE WHEN is_first THEN external_id ELSE mine_id END
    FROM (
        SELECT mine.source_id AS mine_source, mine.external_id AS mine_id, other.source_id,
            other.external_id,
            (mine.source_id, mine.external_id) < (other.source_id, other.external_id) AS is_first
        FROM unnest(CAST(:sources AS int[]), CAST(:ids AS text[])) AS k(source_id, external_id)
        JOIN match_key mine USING (source_id, external_id)
        JOIN match_size s ON s.key = mine.key AND s.finds
        JOIN match_key other ON other.key = mine.key
        WHERE (other.source_id, other.external_id) <> (mine.source_id, mine.external_id)
    ) found
"""
_INNS = """
    SELECT c.source_id, c.external_id, c.inn FROM company c
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        USING (source_id, external_id)
    WHERE c.inn IS NOT NULL
"""
_DELETED = """
    SELECT c.source_id, c.external_id FROM company c
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        USING (source_id, external_id)
    WHERE c.is_deleted
"""
MANY = 2_000
"""From so many companies on all names are read at once instead of one by one."""


class KeyStore:
    """Reads companies, and the keys that they are looked up by."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_unread(self, *, limit: int) -> list[Company]:
        """Some companies whose keys are not those of today; they count as read from now on.

        They are to be read after that: who changes one meanwhile waits, and makes it due again.
        """
        found = self._session.execute(sa.text(_TAKE_UNREAD), {"limit": limit})
        return sorted((source, key) for source, key in found)

    def page(self, after: Company, *, limit: int) -> dict[Company, Features]:
        """The next companies behind one, in order."""
        return dict(self._companies(_PAGE, source=after[0], id=after[1], limit=limit))

    def too_common(self) -> frozenset[str]:
        """Keys that so many companies share that they find none."""
        return frozenset(self._session.scalars(sa.text(_TOO_COMMON), self._limits()))

    def companies(self, keys: Collection[Company]) -> dict[Company, Features]:
        """These companies, as far as they are there."""
        return dict(self._companies(_BY_KEY, **listed(keys)))

    def save_keys(self, keys: Mapping[Company, Iterable[str]]) -> None:
        """Replace the keys of companies."""
        self._session.execute(sa.text(_FORGET_KEYS), listed(keys))
        rows = ((*company, key) for company, all_ in keys.items() for key in all_)
        copy_rows(self._session, table_of(KeyRow), ("source_id", "external_id", "key"), rows)

    def due(self) -> list[Company]:
        """Companies whose keys are those of today, and whose pairs may not be."""
        query = "SELECT source_id, external_id FROM match_due WHERE is_read"
        return [(source, key) for source, key in self._session.execute(sa.text(query))]

    def forget_due(self, companies: Collection[Company]) -> None:
        """They are matched; those that have changed meanwhile stay due."""
        self._session.execute(sa.text(_ARE_MATCHED), listed(companies))

    def are_due(self, companies: Collection[Company]) -> None:
        """Match companies anew."""
        self._session.execute(sa.text(_ARE_DUE), listed(companies))

    def all_are_due(self) -> int:
        """Match all companies anew; how many there are."""
        due: Any = self._session.execute(
            sa.text(
                "INSERT INTO match_due SELECT source_id, external_id FROM company ORDER BY 1, 2"
                " ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false"
            )
        )
        return int(due.rowcount)

    def inns(self, keys: Collection[Company]) -> dict[Company, str]:
        """The INN of those of these companies that have a real one."""
        rows = self._session.execute(sa.text(_INNS), listed(keys))
        read = (((source, key), inn_number(inn)) for source, key, inn in rows)
        return {company: inn for company, inn in read if inn and is_real_inn(inn)}

    def deleted(self, keys: Collection[Company]) -> set[Company]:
        """Those of these companies that are deleted in their CRM."""
        if not keys:  # mostly there are none
            return set()
        rows = self._session.execute(sa.text(_DELETED), listed(keys))
        return {(source, key) for source, key in rows}

    def candidates(self, due: Collection[Company]) -> dict[Company, list[Company]]:
        """Of companies those that share a key and come behind them, one of each two due."""
        of = listed(due)
        self._session.execute(sa.text(_ALL_AT_ONCE))
        self._session.execute(sa.text(_SIZES), {**of, **self._limits()})
        self._session.execute(sa.text("ANALYZE match_size"))
        query = sa.text(_PAIRS).execution_options(yield_per=50_000)
        known: dict[Company, Company] = {}  # each company once: there may be millions of pairs
        found: dict[Company, list[Company]] = {}
        for one_source, one, other_source, other in self._session.execute(query, of):
            left, right = (one_source, one), (other_source, other)
            found.setdefault(known.setdefault(left, left), []).append(
                known.setdefault(right, right)
            )
        return found

    def population(self, due: int) -> Population:
        """How common things are; to be asked for after the candidates of so many companies."""
        return Population(self._session, reads_all_names=due > MANY)

    def look_anew(self) -> None:
        """Let the database see how much there is, after much was written at once."""
        self._session.execute(sa.text("ANALYZE match_key, match_pair, account_link, account"))

    def _limits(self) -> dict[str, int]:
        """How many carriers a key may have and still find some."""
        sources = self._session.scalar(sa.text("SELECT count(*) FROM source")) or 0
        per = max(sources, _FEW_SOURCES)
        return {"most": _MOST * per, "numbers": _MOST_OF_NUMBERS * per}

    def _companies(self, query: str, **values: Any) -> Iterator[tuple[Company, Features]]:
        for source, key, *said in self._session.execute(sa.text(query), values):
            yield (source, key), features(Said(*said))


def listed(companies: Iterable[Company]) -> dict[str, str]:
    """Companies as the arrays that queries join."""
    keys = list(companies)
    return {
        "sources": as_array(str(source) for source, _ in keys),
        "ids": as_array(key for _, key in keys),
    }
