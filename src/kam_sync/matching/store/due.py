"""Which companies, or contacts, are to be matched, and what they are looked up by."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, ClassVar

import sqlalchemy as sa

from kam_sync.base.db import LISTED, Session, copy_rows, listed, table_of
from kam_sync.matching.grouping import Company, Pair

_TAKE_UNREAD = """
    UPDATE {due} d SET is_read = true FROM (
        SELECT source_id, external_id FROM {due} WHERE NOT is_read
            AND source_id NOT IN (SELECT id FROM source WHERE state = 'removing')
        ORDER BY 1, 2 LIMIT :limit FOR UPDATE
    ) few WHERE d.source_id = few.source_id AND d.external_id = few.external_id
    RETURNING d.source_id, d.external_id
"""
_FORGET_KEYS = """
    DELETE FROM {key} m USING {listed}
    WHERE m.source_id = k.source_id AND m.external_id = k.external_id
"""
_ARE_GONE = """
    DELETE FROM {due} m USING {listed}
    WHERE m.source_id = k.source_id AND m.external_id = k.external_id
"""
_DUE = "SELECT source_id, external_id FROM {due} WHERE is_read"
_ARE_MATCHED = """
    DELETE FROM {due} m USING (
        SELECT d.source_id, d.external_id FROM {due} d JOIN {listed} USING (source_id, external_id)
        WHERE d.is_read ORDER BY 1, 2 FOR UPDATE OF d
    ) few WHERE m.source_id = few.source_id AND m.external_id = few.external_id
"""
_ARE_DUE = """
    INSERT INTO {due} SELECT source_id, external_id FROM {listed}
    ORDER BY 1, 2 ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_ALL_ARE_DUE = """
    INSERT INTO {due} SELECT source_id, external_id FROM {record}
    WHERE source_id NOT IN (SELECT id FROM source WHERE state = 'removing')
    ORDER BY 1, 2 ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
_KEYS_OF = """
    SELECT m.key, m.source_id FROM {key} m JOIN {listed} USING (source_id, external_id)
    WHERE m.key LIKE ANY (CAST(:kinds AS text[]))
"""
_OTHERS_ARE_DUE = """
    WITH delta AS (
        SELECT * FROM unnest(CAST(:keys AS text[]), CAST(:sources AS int[]), CAST(:more AS int[]))
            AS d(key, source_id, more)
    ), counted AS (
        SELECT m.key, m.source_id, count(*) AS carriers
        FROM (SELECT DISTINCT key FROM delta) d JOIN {key} m USING (key) GROUP BY 1, 2
    ), common AS (
        SELECT key, max(coalesce(carriers, 0)) AS of_one,
            max(coalesce(carriers, 0) - coalesce(more, 0)) AS were,
            sum(coalesce(carriers, 0) - coalesce(more, 0)) AS were_in_all
        FROM counted FULL JOIN delta USING (key, source_id) GROUP BY key
    )
    INSERT INTO {due} SELECT DISTINCT m.source_id, m.external_id, true
    FROM common JOIN {key} m USING (key)
    WHERE width_bucket(of_one, CAST(:steps AS bigint[]))
            <> width_bucket(were, CAST(:steps AS bigint[]))
        AND were_in_all <= :most
    ORDER BY 1, 2 ON CONFLICT (source_id, external_id) DO NOTHING
"""
_KINDS = ["phone:%", "mail:%", "site:%", "name:%"]
"""The keys that weigh by how many carry them."""
_STEPS = [2, 3, 5, 10, 21, 50, 100]
"""So many of one source carry a key: who carries it is judged anew when one of these is passed."""
_MOST_JUDGED_ANEW = 500
"""Of a key that more carry nobody is: it finds none, or weighs nothing."""
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
        FROM {listed}
        JOIN {key} mine USING (source_id, external_id)
        JOIN {size} s ON s.key = mine.key AND s.finds
        JOIN {key} other ON other.key = mine.key
        WHERE (other.source_id, other.external_id) <> (mine.source_id, mine.external_id)
    ) found
"""


class Due:
    """Reads and writes keys of one kind of records: which one, a subclass says."""

    _row: type[Any]
    _names: ClassVar[Mapping[str, str]]
    """The tables of what is due, of keys, of how common these are, and of the records."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take_unread(self, *, limit: int) -> list[Company]:
        """Some records whose keys are not those of today; they count as read from now on.

        They are to be read after that: who changes one meanwhile waits, and makes it due again.
        """
        found = self._session.execute(self._sql(_TAKE_UNREAD), {"limit": limit})
        return sorted((source, key) for source, key in found)

    def save_keys(self, keys: Mapping[Company, Iterable[str]]) -> None:
        """Replace the keys of records; who shares one that is rarer now, or less, is due, too."""
        more: Counter[tuple[str, int]] = Counter()
        of = {**listed(keys), "kinds": _KINDS}
        for key, source in self._session.execute(self._sql(_KEYS_OF), of):
            more[key, source] -= 1
        self._session.execute(self._sql(_FORGET_KEYS), listed(keys))
        rows = ((*record, key) for record, all_ in keys.items() for key in all_)
        copy_rows(self._session, table_of(self._row), ("source_id", "external_id", "key"), rows)
        kinds = tuple(kind.rstrip("%") for kind in _KINDS)
        for (source, _), all_ in keys.items():
            more.update((key, source) for key in all_ if key.startswith(kinds))
        self._others_are_due({key: count for key, count in more.items() if count})

    def forget(self, records: Collection[Company]) -> None:
        """Let nobody find records that leave, nor match them while their rows are still there."""
        self.save_keys(dict.fromkeys(records, ()))
        self._session.execute(self._sql(_ARE_GONE), listed(records))

    def due(self) -> list[Company]:
        """Records whose keys are those of today, and whose pairs may not be."""
        return [(source, key) for source, key in self._session.execute(self._sql(_DUE))]

    def forget_due(self, records: Collection[Company]) -> None:
        """They are matched; those that have changed meanwhile stay due."""
        self._session.execute(self._sql(_ARE_MATCHED), listed(records))

    def are_due(self, records: Collection[Company]) -> None:
        """Match records anew."""
        self._session.execute(self._sql(_ARE_DUE), listed(records))

    def all_are_due(self) -> int:
        """Match all records anew; how many there are."""
        due: Any = self._session.execute(self._sql(_ALL_ARE_DUE))
        return int(due.rowcount)

    def _others_are_due(self, more: Mapping[tuple[str, int], int]) -> None:
        """Judge those anew who share a key that many more, or less, of a source carry now."""
        values = {
            "keys": [key for key, _ in more],
            "sources": [source for _, source in more],
            "more": list(more.values()),
            "steps": _STEPS,
            "most": _MOST_JUDGED_ANEW,
        }
        self._session.execute(self._sql(_OTHERS_ARE_DUE), values)

    def _sharing(self, of: Mapping[str, str]) -> Iterator[Pair]:
        """Pairs that share a key, one of each two among these.

        To be asked for once it is known how common keys are. Each record is one object however many
        pairs it is in: there may be millions of them.
        """
        self._session.execute(self._sql("ANALYZE {size}"))
        query = self._sql(_PAIRS).execution_options(yield_per=50_000)
        known: dict[Company, Company] = {}
        for one_source, one, other_source, other in self._session.execute(query, of):
            left, right = (one_source, one), (other_source, other)
            yield known.setdefault(left, left), known.setdefault(right, right)

    def _sql(self, text: str) -> Any:
        return sa.text(text.format(**self._names, listed=LISTED))
