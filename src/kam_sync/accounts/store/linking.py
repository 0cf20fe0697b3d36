"""Says which companies make which account, and writes accounts from their companies."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
import sqlalchemy as sa
from sqlmodel import col

from kam_sync.accounts.match import own_account
from kam_sync.accounts.merge import FIELDS, merged
from kam_sync.accounts.model import Company
from kam_sync.accounts.moves import Cause
from kam_sync.accounts.store.belonging import is_linked
from kam_sync.accounts.store.moves import Gone, MoveStore
from kam_sync.accounts.store.tables import AccountRow, CompanyRow, LinkRow
from kam_sync.accounts.store.winners import WinnerStore
from kam_sync.base.db import Session, listed, merge, stage_rows, table_of

Key = tuple[int, str]
"""The source and the id of a company."""

_LONGEST_NAME = 300
"""Accounts are listed by name through an index, whose entries have an upper bound."""
_ACCOUNT = ("id", "name", "inn", "kpp", "is_active", "merged_into")
_TOLD = ("source_id", "external_id", "is_deleted", "updated_at", *FIELDS)
_LINKS = """
    SELECT l.source_id, l.company_external_id, l.account_id, l.seq FROM account_link l
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        ON l.source_id = k.source_id AND l.company_external_id = k.external_id
"""
_BESIDE = """
    SELECT DISTINCT o.source_id, o.company_external_id FROM account_link l
    JOIN unnest(CAST(:sources AS int[]), CAST(:ids AS text[]))
            AS k(source_id, external_id)
        ON l.source_id = k.source_id AND l.company_external_id = k.external_id
    JOIN account_link o ON o.account_id = l.account_id
"""
_ENSURE = """
    INSERT INTO account (id, name, is_active, changed_at)
    SELECT id, '', false, :now FROM unnest(CAST(:ids AS uuid[])) AS own(id)
    ON CONFLICT (id) DO NOTHING
"""
_ARE_DUE = """
    INSERT INTO match_due
    SELECT source_id, external_id FROM company
    WHERE source_id = :source AND external_id = ANY(:ids) AND changed_at = :now
    ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
    RETURNING external_id
"""
_LOCK = """
    SELECT FROM account WHERE id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR NO KEY UPDATE
"""
_FOLLOW = """
    UPDATE account a SET merged_into = k.whose, changed_at = :now
    FROM unnest(CAST(:left AS uuid[]), CAST(:into AS uuid[])) AS k(account_id, whose)
    WHERE a.merged_into = k.account_id AND a.id <> k.whose
"""
_LEAVE = """
    DELETE FROM account_link WHERE source_id = :source AND account_id IN (
        SELECT account_id FROM account_link WHERE source_id = :source LIMIT :limit)
    RETURNING company_external_id, account_id
"""
_STAYING = """
    SELECT source_id, company_external_id, account_id FROM account_link
    WHERE account_id = ANY(CAST(:accounts AS uuid[]))
"""
_DROP = """
    DELETE FROM account a
    WHERE (a.id = ANY(CAST(:ids AS uuid[])) OR a.merged_into = ANY(CAST(:ids AS uuid[])))
        AND NOT EXISTS (SELECT FROM account_link l WHERE l.account_id = a.id)
"""
_TAKE_DUE = """
    DELETE FROM account_due WHERE account_id IN (
        SELECT d.account_id FROM account_due d
        WHERE EXISTS (SELECT FROM account_link l WHERE l.account_id = d.account_id)
        ORDER BY d.account_id LIMIT :limit)
    RETURNING account_id
"""


class LinkingStore:
    """Writes links and accounts."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def links(self, companies: Collection[Key]) -> dict[Key, tuple[UUID, int]]:
        """The account of each company, and its place in the order in which they came."""
        found = self._session.execute(sa.text(_LINKS), listed(companies))
        return {(source, key): (account, seq) for source, key, account, seq in found}

    def beside(self, companies: Collection[Key]) -> set[Key]:
        """All companies of the accounts that these belong to."""
        found = self._session.execute(sa.text(_BESIDE), listed(companies))
        return {(source, key) for source, key in found}

    def have_changed(self, source_id: int, external_ids: Iterable[str], now: datetime) -> None:
        """Of some companies those that changed now: write their accounts, and let them be matched.

        Those that are in no account yet become one of their own.
        """
        values = {"source": source_id, "ids": list(external_ids), "now": now}
        changed = [(source_id, key) for key in self._session.scalars(sa.text(_ARE_DUE), values)]
        known = self.links(changed)
        own = {key: own_account(*key) for key in changed if key not in known}
        self._ensure(own.values(), now)
        rows = ((*key, account) for key, account in own.items())
        columns = ("source_id", "company_external_id", "account_id")
        merge(self._session, table_of(LinkRow), columns, rows)
        accounts = {*own.values(), *(account for account, _ in known.values())}
        self._renew({account: account for account in accounts}, now)

    def place(
        self,
        links: Mapping[Key, tuple[UUID, Sequence[Mapping[str, Any]]]],
        now: datetime,
        causes: Mapping[Key, Cause],
        by: str | None = None,
    ) -> int:
        """Let companies belong to accounts, keep the trail of those that go, and write these anew.

        Args:
            links: of each company the account and the evidence; whole accounts, or a company that
                is not named would stay with one that is.
            causes: why each company goes that does.
            by: the person whose act it is, if it is one's.

        Returns:
            How many accounts have changed.
        """
        table = table_of(LinkRow)
        columns = ("source_id", "company_external_id", "account_id", "evidence")
        rows = (
            (source, key, account, orjson.dumps(evidence).decode())
            for (source, key), (account, evidence) in links.items()
        )
        own = {own_account(source, key): account for (source, key), (account, _) in links.items()}
        self._ensure(own, now)
        known = self.links(links)
        left: dict[UUID, UUID] = {}  # whose first company may be gone with its source
        moves: list[Gone] = []
        for company in sorted(known, key=lambda one: known[one][1]):
            before, (after, evidence) = known[company][0], links[company]
            left.setdefault(before, after)
            if after != before:
                moves.append(Gone(company, before, after, causes[company], by, evidence))
        MoveStore(self._session).keep(moves, now)
        stage = stage_rows(self._session, table, columns, rows)
        self._session.execute(sa.text(f"ANALYZE {stage.name}"))  # for one all links were read
        same = sa.tuple_(table.c.account_id, table.c.evidence)
        self._session.execute(
            sa.update(table)
            .where(table.c.source_id == stage.c.source_id)
            .where(table.c.company_external_id == stage.c.company_external_id)
            .where(same.is_distinct_from(sa.tuple_(stage.c.account_id, stage.c.evidence)))
            .values(account_id=stage.c.account_id, evidence=stage.c.evidence)
        )
        return self._renew(left | own, now)

    def leave(
        self, source_id: int, now: datetime, *, limit: int
    ) -> tuple[dict[str, UUID], dict[Key, UUID]]:
        """Take companies of a source out of up to so many accounts, all that each has of it.

        Those that others stay behind in the account of are kept in the trail.

        Returns:
            Of each company its account; and of each company of other sources that is still there.
        """
        gone: dict[str, UUID] = dict(
            self._session.execute(sa.text(_LEAVE), {"source": source_id, "limit": limit}).all()
        )
        accounts = list(set(gone.values()))
        found = self._session.execute(sa.text(_STAYING), {"accounts": accounts})
        staying = {(source, key): account for source, key, account in found}
        shared = set(staying.values())
        moves = (
            Gone((source_id, key), account, None, Cause.REMOVAL)
            for key, account in gone.items()
            if account in shared
        )
        MoveStore(self._session).keep(moves, now)
        return gone, staying

    def drop(self, accounts: Collection[UUID]) -> None:
        """Drop those of these accounts that no company belongs to, and what was merged into them.

        Only while nobody else makes accounts: a company must not come back to one of them.
        """
        self._session.execute(sa.text(_DROP), {"ids": list(accounts)})

    def renew_due(self, *, limit: int, now: datetime) -> int:
        """Write some of the accounts anew that wait for it; 0 when there are no more."""
        due = list(self._session.scalars(sa.text(_TAKE_DUE), {"limit": limit}))
        if due:  # mostly there are none
            self._renew({account: account for account in due}, now)
        return len(due)

    def _ensure(self, accounts: Iterable[UUID], now: datetime) -> None:
        self._session.execute(sa.text(_ENSURE), {"ids": list(accounts), "now": now})

    def _renew(self, into: Mapping[UUID, UUID], now: datetime) -> int:
        """Write accounts from their companies; one that has none any more says where they went.

        They are locked before their companies are read, or what another transaction has written of
        them would be lost; one that it has emptied stays as it was left.
        """
        self._session.execute(sa.text(_LOCK), {"ids": list(into)})
        companies, winners = self._companies(into), WinnerStore(self._session).winners()
        rows: list[tuple[Any, ...]] = []
        for account, whose in sorted(into.items()):  # who else writes some locks them alike
            if account in companies:
                told = merged(companies[account], winners)
                name = told["name"][:_LONGEST_NAME]
                rows.append((account, name, told["inn"], told["kpp"], told["is_active"], None))
            elif whose != account:
                rows.append((account, "", None, None, False, whose))
        table = table_of(AccountRow)
        done = merge(self._session, table, _ACCOUNT, rows, touch={"changed_at": now})
        left = {account: whose for account, whose in into.items() if account not in companies}
        values = {"left": list(left), "into": list(left.values()), "now": now}
        self._session.execute(sa.text(_FOLLOW), values)  # what was merged into them goes on, too
        return done.created + done.updated

    def _companies(self, accounts: Iterable[UUID]) -> dict[UUID, list[Company]]:
        """What the companies of accounts say of them; as plain rows, for there may be many."""
        said = table_of(CompanyRow).c
        query = (
            sa.select(col(LinkRow.account_id), *(said[name] for name in _TOLD))
            .join(table_of(CompanyRow), is_linked(said.source_id, said.external_id))
            .where(
                col(LinkRow.account_id) == sa.any_(sa.literal(list(accounts), sa.ARRAY(sa.Uuid)))
            )
            .order_by(col(LinkRow.seq))
        )
        found: dict[UUID, list[Company]] = {}
        for company in self._session.execute(query):
            found.setdefault(company.account_id, []).append(cast("Company", company))
        return found
