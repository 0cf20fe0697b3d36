"""Which companies are to be matched, what they are like, and which ones share a key with them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from kam_sync.base.db import listed
from kam_sync.matching.features import Features, Said, features, inn_number, is_real_inn
from kam_sync.matching.grouping import Company
from kam_sync.matching.store.due import Due
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
_BY_KEY = """
    SELECT c.source_id, c.external_id, c.name, c.inn, c.kpp, c.ogrn, c.phones, c.emails,
        c.website, c.city, c.address FROM company c
    JOIN {listed} USING (source_id, external_id)
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
_TOO_COMMON = "SELECT key FROM match_key mine GROUP BY key HAVING count(*) > {limit}"
_ALL_AT_ONCE = """
    SELECT set_config('work_mem', '64MB', true), set_config('cursor_tuple_fraction', '1', true)
"""
"""Until the commit: all pairs are wanted, not the first ones soon."""
_SIZES = """
    CREATE TEMP TABLE match_size ON COMMIT DROP AS
    WITH mine AS (
        SELECT DISTINCT key FROM match_key JOIN {listed} USING (source_id, external_id))
    SELECT key, s.carriers, s.of_one, s.carriers <= {limit} AS finds
    FROM mine CROSS JOIN LATERAL (
        SELECT sum(carriers) AS carriers, max(carriers) AS of_one FROM (
            SELECT count(*) AS carriers FROM (
                SELECT source_id FROM match_key m WHERE m.key = mine.key LIMIT {limit} + 1
            ) few GROUP BY source_id
        ) of_source
    ) s WHERE s.carriers > 1
"""
"""Of keys the carriers, and those of the source where they are most.

They are counted one further than the limit, for a word on every corner has thousands. Some source
has more than `_MOST` of them then, and what so many of one source carry weighs nothing."""
_INNS = """
    SELECT c.source_id, c.external_id, c.inn FROM company c
    JOIN {listed} USING (source_id, external_id)
    WHERE c.inn IS NOT NULL
"""
_DELETED = """
    SELECT c.source_id, c.external_id FROM company c
    JOIN {listed} USING (source_id, external_id)
    WHERE c.is_deleted
"""
MANY = 2_000
"""From so many companies on all names are read at once instead of one by one."""


class KeyStore(Due):
    """Reads companies, and the keys that they are looked up by."""

    _row = KeyRow
    _names: ClassVar = {
        "due": "match_due", "key": "match_key", "size": "match_size", "record": "company",
        "limit": _LIMIT,
    }  # fmt: skip

    def page(self, after: Company, *, limit: int) -> dict[Company, Features]:
        """The next companies behind one, in order."""
        return dict(self._companies(_PAGE, source=after[0], id=after[1], limit=limit))

    def too_common(self) -> frozenset[str]:
        """Keys that so many companies share that they find none."""
        return frozenset(self._session.scalars(self._sql(_TOO_COMMON), self._limits()))

    def companies(self, keys: Collection[Company]) -> dict[Company, Features]:
        """These companies, as far as they are there."""
        return dict(self._companies(_BY_KEY, **listed(keys)))

    def inns(self, keys: Collection[Company]) -> dict[Company, str]:
        """The INN of those of these companies that have a real one."""
        rows = self._session.execute(self._sql(_INNS), listed(keys))
        read = (((source, key), inn_number(inn)) for source, key, inn in rows)
        return {company: inn for company, inn in read if inn and is_real_inn(inn)}

    def deleted(self, keys: Collection[Company]) -> set[Company]:
        """Those of these companies that are deleted in their CRM."""
        if not keys:  # mostly there are none
            return set()
        rows = self._session.execute(self._sql(_DELETED), listed(keys))
        return {(source, key) for source, key in rows}

    def candidates(self, due: Collection[Company]) -> dict[Company, list[Company]]:
        """Of companies those that share a key and come behind them, one of each two due."""
        of = listed(due)
        self._session.execute(sa.text(_ALL_AT_ONCE))
        self._count_carriers(of)
        found: dict[Company, list[Company]] = {}
        for one, other in self._sharing(of):
            found.setdefault(one, []).append(other)
        return found

    def population(self, due: int) -> Population:
        """How common things are; to be asked for after the candidates of so many companies."""
        return Population(self._session, reads_all_names=due > MANY)

    def common(self, companies: Collection[Company]) -> Population:
        """How common is what some companies have; to be asked for once, and of few."""
        self._count_carriers(listed(companies))
        return Population(self._session, reads_all_names=False)

    def look_anew(self) -> None:
        """Let the database see how much there is, after much was written at once."""
        self._session.execute(sa.text("ANALYZE match_key, match_pair, account_link, account"))

    def _count_carriers(self, of: Mapping[str, str]) -> None:
        self._session.execute(self._sql(_SIZES), {**of, **self._limits()})

    def _limits(self) -> dict[str, int]:
        """How many carriers a key may have and still find some."""
        sources = self._session.scalar(sa.text("SELECT count(*) FROM source")) or 0
        per = max(sources, _FEW_SOURCES)
        return {"most": _MOST * per, "numbers": _MOST_OF_NUMBERS * per}

    def _companies(self, query: str, **values: Any) -> Iterator[tuple[Company, Features]]:
        for source, key, *said in self._session.execute(self._sql(query), values):
            yield (source, key), features(Said(*said))
