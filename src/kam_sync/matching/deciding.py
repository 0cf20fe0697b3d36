"""What a person says of accounts, or of people: they are one, they are two, this part is another's.

Each decision is about companies or contacts, and not about the accounts or people that are made of
them, so that it holds whatever is made of them later. It is kept with who took it and when, and can
be taken back: the companies go where the evidence and all other decisions put them, also those that
it had taken back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from kam_sync.accounts.store import AccountStore, LinkingStore
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, Outdated, WrongUse
from kam_sync.matching.grouping import Company, Pair
from kam_sync.matching.model import Says
from kam_sync.matching.step import settle
from kam_sync.matching.store import Decisions, DecisionStore, PairStore, ordered


def companies_of(session: Session, account_id: UUID) -> list[Company]:
    """The companies of an account, the first one first.

    Raises:
        NotHere: there is no such account.
        Outdated: all its companies belong to another by now.
    """
    found = AccountStore(session).account(account_id)
    links = AccountStore(session).links(found.id)
    if not links:
        raise Outdated(f"account {account_id}: all its companies belong to {found.merged_into}")
    by_age = sorted(links, key=lambda link: link.seq)
    return [(link.source_id, link.company_external_id) for link in by_age]


class Deciding:
    """Takes decisions of one person about accounts; a subclass about what else is matched."""

    _store: ClassVar[type[Decisions[Any]]] = DecisionStore
    _pairs: ClassVar[type[PairStore]] = PairStore
    _whole, _part, _parts = "account", "company", "companies"

    def __init__(self, session: Session, by: str, now: datetime) -> None:
        self._session = session
        self._decisions = self._store(session)
        self._by = by
        self._now = now

    def merge(self, one: UUID, other: UUID, note: str = "") -> int:
        """Two whole accounts are one; returns the id of the decision.

        Raises:
            NotHere: there is no such account.
            Outdated: one of them belongs to the other already, or to a third.
            WrongUse: it is one and the same.
        """
        left, right = self._parts_of(one), self._parts_of(other)
        if one == other:
            raise WrongUse(f"{self._whole} {one} cannot be merged with itself")
        asked = self._pairs(self._session).asked_between(left, right)
        pair = asked or ordered(left[0], right[0])
        return self._say(pair, left, right, Says.TOGETHER, note)

    def keep_apart(self, pair: Pair, note: str = "") -> int:
        """Two companies are two, and nobody is asked again; returns the id of the decision.

        Where that alone was said of them already and still holds, it is the earlier decision.

        Raises:
            NotHere: there is no such company.
            WrongUse: it is one and the same, or a third binds them: it says who keeps that one.
        """
        if pair[0] == pair[1]:
            raise WrongUse(f"{self._part} {pair[0][1]} cannot be kept apart from itself")
        wholes = self._wholes(pair)
        missing = set(pair) - wholes.keys()
        if missing:
            raise NotHere(f"{self._part} {min(missing)[1]}: its source has no such {self._part}")
        said = ordered(*pair)
        if (earlier := self._decisions.alone(said, Says.APART)) is not None:
            return earlier
        if len(set(wholes.values())) == 1 and len(self._parts_of(wholes[pair[0]])) > len(pair):
            raise WrongUse(
                f"both are in one {self._whole} with other {self._parts}:"
                " split it, and say who leaves"
            )
        decision = self._add([said], Says.APART, note)
        self._settle(pair)
        return decision

    def split(self, whole: UUID, parts: Collection[Company], note: str = "") -> int:
        """Some companies of an account are another customer: they leave it together.

        Each of them is said to be apart from each that stays: so it holds as well when both sides
        fall apart later, or lose companies. Returns the id of the decision.

        Raises:
            NotHere: there is no such account.
            Outdated: the account belongs to another by now.
            WrongUse: they are not of this account, or they are all of it.
        """
        all_ = self._parts_of(whole)
        leaving, staying = set(parts), [one for one in all_ if one not in set(parts)]
        if not leaving or not leaving <= set(all_):
            raise WrongUse(f"name {self._parts} of this {self._whole}")
        if not staying:
            raise WrongUse(f"{self._whole} {whole} cannot be split from all of its {self._parts}")
        self._decisions.take_back_between(
            leaving, staying, Says.TOGETHER, by=self._by, now=self._now
        )
        pairs = [ordered(one, other) for one in sorted(leaving) for other in staying]
        act = self._add(pairs, Says.APART, note)
        self._settle_whole([one for one in all_ if one in leaving], staying, note=note, act=act)
        return act

    def undo(self, decision_id: int) -> None:
        """Take a decision back, and all that was said with it.

        What it had taken back itself holds again. NotHere where there is no such decision, Outdated
        where it was taken back already.
        """
        self._settle(self._decisions.take_back(decision_id, by=self._by, now=self._now))

    def _say(
        self,
        pair: Pair,
        left: Sequence[Company],
        right: Sequence[Company],
        says: Says,
        note: str,
    ) -> int:
        self._decisions.take_back_between(left, right, Says.APART, by=self._by, now=self._now)
        decision = self._add([pair], says, note)
        self._settle_whole([*left, *right], note=note, act=decision)
        return decision

    def _add(self, pairs: Collection[Pair], says: Says, note: str, act: int | None = None) -> int:
        return self._decisions.add(pairs, says, by=self._by, note=note, now=self._now, act=act)

    def _settle_whole(self, *sides: Sequence[Company], note: str, act: int) -> None:
        """Let what was said come about, with each side one account or person as it was before.

        Where only a company of another side bound its parts, or something speaks against a merge,
        that they are one is said with it, as a part of the act.
        """
        all_, torn = [one for side in sides for one in side], list[Pair]()
        with self._session.begin_nested() as trial:
            self._settle(all_)
            wholes = self._wholes(all_)
            for side in sides:
                first, *others = {wholes[one]: one for one in reversed(side)}.values()
                torn += [ordered(first, other) for other in others]
            if torn:
                trial.rollback()  # nobody went there and back, and the trail must not say so
        if torn:
            self._add(torn, Says.TOGETHER, note, act)
            self._settle(all_)

    def _parts_of(self, whole: UUID) -> list[Company]:
        """The companies of an account, the first one first."""
        return companies_of(self._session, whole)

    def _wholes(self, parts: Collection[Company]) -> dict[Company, UUID]:
        """The account of each of the companies that there are."""
        found = LinkingStore(self._session).links(parts)
        return {part: account for part, (account, _) in found.items()}

    def _settle(self, parts: Collection[Company]) -> None:
        """Let what was said come about."""
        settle(self._session, list(parts), self._now, by=self._by)
