"""Who looks after accounts: CRM users, where those with one e-mail address are one person."""

from dataclasses import dataclass

import sqlalchemy as sa

from kam_sync.base.db import Session

NOBODY = "nobody"
"""Who looks after accounts that nobody is responsible for."""
KEEPER_KEY = "coalesce(lower(nullif(u.email, '')), u.source_id || '/' || u.external_id)"
_KEEPERS = """
    SELECT DISTINCT ON (l.account_id) l.account_id, u.name, {key} AS key
    FROM account_link l
    JOIN company c ON c.source_id = l.source_id AND c.external_id = l.company_external_id
    JOIN crm_user u ON u.source_id = c.source_id AND u.external_id = c.owner_external_id
    WHERE {{only}}
    ORDER BY l.account_id, l.source_id, l.company_external_id
"""
KEEPERS = _KEEPERS.format(key=KEEPER_KEY)
"""Of each account the key and the name of who is responsible for its first company; of the accounts
that a condition on `l.account_id` names."""
_ALL = """
    SELECT {key} AS key, max(u.name) AS name
    FROM crm_user u WHERE EXISTS (
        SELECT FROM company c
        WHERE c.source_id = u.source_id AND c.owner_external_id = u.external_id
    ) GROUP BY 1 ORDER BY 2, 1
"""
_SEGMENTS = "SELECT DISTINCT segment FROM company WHERE segment > '' ORDER BY segment LIMIT 50"


@dataclass(frozen=True, slots=True)
class Keeper:
    """Somebody who looks after accounts."""

    key: str
    """The e-mail by which several CRMs know one person, else source and id of the user."""
    name: str


class KeeperStore:
    """Reads by whom, and by which kind of customer, accounts can be told apart."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def all(self) -> list[Keeper]:
        """All who are responsible for a company, by name."""
        return [Keeper(*row) for row in self._session.execute(sa.text(_ALL.format(key=KEEPER_KEY)))]

    def segments(self) -> list[str]:
        """The kinds of customers that CRMs tell apart, the first fifty."""
        return list(self._session.scalars(sa.text(_SEGMENTS)))
