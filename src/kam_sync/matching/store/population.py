"""How common it is what companies have in common."""

from bisect import bisect_left

import sqlalchemy as sa

from kam_sync.base.db import Session
from kam_sync.matching.comparing import Clue

_NAMED = """
    SELECT max(carriers) FROM (
        SELECT count(*) AS carriers FROM match_key WHERE key >= :first AND key < :last
        GROUP BY source_id) of_source
"""
_KINDS = {Clue.PHONE: "phone", Clue.EMAIL: "mail", Clue.DOMAIN: "site"}


class Population:
    """How many companies of one source carry a phone, a name: of the source where they are most."""

    def __init__(self, session: Session, *, reads_all_names: bool) -> None:
        self._session = session
        query = "SELECT key, of_one FROM match_size WHERE key LIKE ANY (:kinds) AND of_one > 1"
        kinds = [f"{kind}:%" for kind in _KINDS.values()]
        self._carriers: dict[str, int] = dict(
            session.execute(sa.text(query), {"kinds": kinds}).all()
        )
        self._named: dict[str, int] = {}
        self._names = self._all_names() if reads_all_names else None

    def carriers(self, clue: Clue, what: str) -> int:
        """Of a phone, an e-mail or a domain."""
        return self._carriers.get(f"{_KINDS[clue]}:{what}", 1)

    def named(self, flat: str) -> int:
        """Whose name begins so."""
        if flat not in self._named:
            self._named[flat] = self._count(f"name:{flat}", f"name:{flat}~")
        return self._named[flat]

    def _count(self, first: str, last: str) -> int:
        """Keys from one to another."""
        if self._names is not None:
            found = (bisect_left(all_, last) - bisect_left(all_, first) for all_ in self._names)
            return max(found, default=0)
        values = {"first": first, "last": last}
        return self._session.scalar(sa.text(_NAMED), values) or 0

    def _all_names(self) -> list[list[str]]:
        """The keys of names of each source, in order."""
        of: dict[int, list[str]] = {}
        query = (
            "SELECT source_id, key FROM match_key WHERE key >= 'name:' AND key < 'name:~'"
            " ORDER BY key"
        )
        for source, key in self._session.execute(sa.text(query)):
            of.setdefault(source, []).append(key)
        return list(of.values())
