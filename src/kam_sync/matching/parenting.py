"""Keeps groups true: after matching, and after a person said whose child an account is."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.matching.family import closes_circle, family, heads
from kam_sync.matching.grouping import Company
from kam_sync.matching.store import GroupStore, ParentStore

_MANY = 500
"""From so many accounts on all groups are written at once instead of the kin of each."""


def renew(session: Session, accounts: Collection[UUID] | None = None) -> None:
    """Write the parents of accounts whose companies have moved or changed, and of all their kin.

    Args:
        accounts: all that are in a group, where none are named.
    """
    store = ParentStore(session)
    is_whole = accounts is None or len(accounts) > _MANY
    kin = store.tied() if is_whole else store.kin(accounts or ())
    store.replace(kin, family(store.words(kin), heads(store.offices(kin))))


class Parenting:
    """Takes what one person says of the parents of accounts.

    What is said is kept about the first company of each account, with who said it and when. So it
    holds whatever accounts are made of later; a company that leaves an account leaves its group.
    """

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self._session = session
        self._groups = GroupStore(session)
        self._by = by
        self._now = now

    def place(self, account_id: UUID, parent_id: UUID | None, note: str = "") -> int:
        """An account is a child of another, or of none; returns the id of the decision.

        Raises:
            NotHere: there is no such account.
            WrongUse: it would be its own ancestor, or one of them has no companies any more.
        """
        account = self._living(account_id)
        parent = None if parent_id is None else self._living(parent_id)
        if parent is not None:
            self._refuse_circle(account, parent)
        company, above = (
            self._first_company(account),
            self._first_company(parent) if parent else None,
        )
        decision = self._groups.add(company, above, by=self._by, note=note, now=self._now)
        renew(self._session, [account.id])
        return decision

    def take_back(self, account_id: UUID) -> None:
        """Undo what people said of an account: its parent is the one that its INN says.

        Raises:
            NotHere: there is no such account, or nobody said anything of its parent.
        """
        account = self._living(account_id)
        if not self._groups.take_back(account.id, by=self._by, now=self._now):
            raise NotHere(f"nobody has decided about the parent of account {account.id}")
        renew(self._session, [account.id])

    def _living(self, account_id: UUID) -> Account:
        found = AccountStore(self._session).account(account_id)
        if found.merged_into is not None:
            raise WrongUse(f"account {found.id} was merged into {found.merged_into}: name that one")
        return found

    def _refuse_circle(self, account: Account, parent: Account) -> None:
        if account.id == parent.id:
            raise WrongUse("an account cannot be its own parent")
        store = ParentStore(self._session)
        if closes_circle(store.parents(store.kin([account.id])), account.id, parent.id):
            raise WrongUse(
                f"account {_named(parent)} is below {_named(account)} already: "
                "take it out of there first"
            )

    def _first_company(self, account: Account) -> Company:
        links = AccountStore(self._session).links(account.id)
        if not links:
            raise WrongUse(f"account {account.id}: it has no companies")
        first = min(links, key=lambda link: link.seq)
        return first.source_id, first.company_external_id


def _named(account: Account) -> str:
    """An account by what tells it from another of the same name."""
    inn = f"INN {account.inn}, " if account.inn else ""
    return f"{account.name} ({inn}{account.id})"
