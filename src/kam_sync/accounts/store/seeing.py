"""Lets a transaction see the accounts of some keepers alone; PostgreSQL itself refuses the rest."""

from collections.abc import Collection
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from kam_sync.accounts.store.keepers import KEEPER_KEY, KEEPERS
from kam_sync.accounts.store.securing import ROLE
from kam_sync.accounts.store.seen_rows import ACCOUNTS, WHOLE
from kam_sync.base.command import command
from kam_sync.base.db import Session, as_array, is_refused
from kam_sync.base.errors import NotReady

_OWN = """
    WITH RECURSIVE maybe AS (
        SELECT DISTINCT l.account_id FROM crm_user u
        JOIN company c ON c.source_id = u.source_id AND c.owner_external_id = u.external_id
        JOIN account_link l
            ON l.source_id = c.source_id AND l.company_external_id = c.external_id
        WHERE {key} = ANY(CAST(:keys AS text[]))
    ), keeper AS (
        {keepers}
    ), own AS (
        SELECT account_id FROM keeper WHERE key = ANY(CAST(:keys AS text[]))
        UNION SELECT a.id FROM account a JOIN own o ON a.merged_into = o.account_id
    ), below AS (
        SELECT p.parent_id AS head, p.account_id FROM account_parent p
        WHERE p.parent_id IN (SELECT account_id FROM own)
        UNION
        SELECT b.head, p.account_id FROM below b JOIN account_parent p ON p.parent_id = b.account_id
    )
    SELECT account_id, NOT EXISTS (
        SELECT FROM below b WHERE b.head = o.account_id
            AND b.account_id NOT IN (SELECT account_id FROM own)
    ) FROM own o
"""
"""Each own account, and whether all that is below it is their own, too.

Of an account the first company says who looks after it, as everywhere. What was merged into an own
account is own. Of a group each account is whose it is: the head does not bring those below it.
"""
_SET = "SELECT set_config(:accounts, :own, true), set_config(:whole, :heads, true)"


class Own:
    """The accounts of some keepers, found out when first asked for."""

    def __init__(self, keeper_keys: Collection[str]) -> None:
        self._keys = sorted({*keeper_keys, *(key.lower() for key in keeper_keys)})
        self._known: tuple[list[UUID], list[UUID]] | None = None

    def restrict(self, session: Session) -> None:
        """Show the rest of the transaction these accounts alone; it can change nothing.

        Raises:
            NotReady: the database was not made ready for it, so nothing is shown.
        """
        accounts, whole = self._find(session)
        session.execute(sa.text(_SET), {
            "accounts": ACCOUNTS, "own": as_array(map(str, accounts)),
            "whole": WHOLE, "heads": as_array(map(str, whole)),
        })  # fmt: skip
        try:
            session.execute(sa.text(f"SET LOCAL ROLE {ROLE}"))
        except DBAPIError as error:
            if is_refused(error):
                raise NotReady(
                    "nobody can be shown own accounts alone: the database lacks the role for it; "
                    f"an administrator is told what to do by: {command('doctor')}"
                ) from error
            raise

    def _find(self, session: Session) -> tuple[list[UUID], list[UUID]]:
        if self._known is None:
            keepers = KEEPERS.format(only="l.account_id IN (SELECT account_id FROM maybe)")
            query = sa.text(_OWN.format(key=KEEPER_KEY, keepers=keepers))
            found = session.execute(query, {"keys": as_array(self._keys)}).all()
            whole = [account_id for account_id, is_whole in found if is_whole]
            self._known = [account_id for account_id, _ in found], whole
        return self._known
