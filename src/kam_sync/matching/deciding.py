"""What a person says of accounts: they are one, they are two, this company is another's.

Each decision is about companies and not about accounts, so that it holds whatever accounts are made
of later. It is kept with who took it and when, and can be taken back: the companies go where the
evidence and all other decisions put them, also those that it had taken back.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from kam_sync.accounts.store import AccountStore, LinkingStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.model import Says
from kam_sync.matching.step import settle
from kam_sync.matching.store import DecisionStore, ordered


class Deciding:
    """Takes decisions of one person."""

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self._session = session
        self._decisions = DecisionStore(session)
        self._by = by
        self._now = now

    def merge(self, one: UUID, other: UUID, note: str = "") -> int:
        """Two accounts are one; returns the id of the decision.

        Raises:
            WrongUse: they are one already.
        """
        left, right = self._companies(one), self._companies(other)
        if one == other:
            raise WrongUse("an account cannot be merged with itself")
        return self._say(ordered(left[0], right[0]), left, right, Says.TOGETHER, note)

    def keep_apart(self, pair: Pair, note: str = "") -> int:
        """Two companies are two, and nobody is asked again; returns the id of the decision.

        Raises:
            NotHere: there is no such company.
            WrongUse: it is one and the same.
        """
        if pair[0] == pair[1]:
            raise WrongUse("a company cannot be kept apart from itself")
        missing = set(pair) - LinkingStore(self._session).links(pair).keys()
        if missing:
            raise NotHere(f"company {min(missing)[1]}: its source has no such company")
        said = ordered(*pair)
        decision = self._decisions.add(said, Says.APART, by=self._by, note=note, now=self._now)
        settle(self._session, list(pair), self._now)
        return decision

    def split(self, account: UUID, companies: Collection[Company], note: str = "") -> list[int]:
        """Some companies of an account are another customer: they leave it together.

        Raises:
            WrongUse: they are not of this account, or they are all of it.
        """
        all_ = self._companies(account)
        leaving, staying = set(companies), [one for one in all_ if one not in set(companies)]
        if not leaving or not leaving <= set(all_):
            raise WrongUse("name companies of this account")
        if not staying:
            raise WrongUse("an account cannot be split from all of its companies")
        self._decisions.take_back_between(
            leaving, staying, Says.TOGETHER, by=self._by, now=self._now
        )
        said = [
            self._decisions.add(
                ordered(one, other), Says.APART, by=self._by, note=note, now=self._now
            )
            for one in sorted(leaving)
            for other in staying
        ]
        settle(self._session, all_, self._now)
        return said

    def undo(self, decision_id: int) -> None:
        """Take a decision back, and all that was said with it; NotHere where nothing holds.

        What it had taken back itself holds again.
        """
        companies = self._decisions.take_back(decision_id, by=self._by, now=self._now)
        settle(self._session, list(companies), self._now)

    def _say(
        self,
        pair: Pair,
        left: Collection[Company],
        right: Collection[Company],
        says: Says,
        note: str,
    ) -> int:
        self._decisions.take_back_between(left, right, Says.APART, by=self._by, now=self._now)
        decision = self._decisions.add(pair, says, by=self._by, note=note, now=self._now)
        settle(self._session, [*left, *right], self._now)
        return decision

    def _companies(self, account: UUID) -> list[Company]:
        """The companies of an account, the first one first; NotHere for an unknown account."""
        found = AccountStore(self._session).account(account)
        links = AccountStore(self._session).links(found.id)
        if not links:
            raise WrongUse(f"account {account}: all its companies belong to {found.merged_into}")
        return [
            (link.source_id, link.company_external_id)
            for link in sorted(links, key=lambda link: link.seq)
        ]
