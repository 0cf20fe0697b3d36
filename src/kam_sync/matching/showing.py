"""What a person is shown of matching: questions, why accounts are one, and what was decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from kam_sync.accounts.model import Company, Link
from kam_sync.accounts.store import AccountStore, LinkingStore, Worth, WorthStore
from kam_sync.base.db import Session
from kam_sync.matching import grouping
from kam_sync.matching.comparing import OTHER_INN, Clue, Evidence
from kam_sync.matching.features import inn_number, is_real_inn
from kam_sync.matching.judging import LIKELY_FROM, Answer
from kam_sync.matching.model import Act, Decision, PersonLink, Question, Says, Waiting
from kam_sync.matching.store import DecisionStore, ordered


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two companies of a question."""

    company: Company
    account_id: UUID
    worth: Worth
    """Of the whole account."""
    companies: tuple[Company, ...]
    """All of the account, the one that is asked about first."""

    @property
    def inns(self) -> list[str]:
        """The INNs of the whole account, a zero that one has lost put back."""
        said = (inn_number(one.inn) or one.inn for one in self.companies)
        return list(dict.fromkeys(filter(None, said)))

    @property
    def kpps(self) -> list[str]:
        """The KPPs of the whole account."""
        return list(dict.fromkeys(one.kpp for one in self.companies if one.kpp))

    @property
    def source_ids(self) -> list[int]:
        """The sources of the whole account."""
        return list(dict.fromkeys(one.source_id for one in self.companies))


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what is known of both sides."""

    question: Question
    sides: tuple[Side, Side]
    clues: tuple[Evidence, ...]

    @property
    def is_likely(self) -> bool:
        """Whether a person should rather say yes."""
        is_clear = self.question.answer is Answer.ASK and not self.question.is_doubtful
        return is_clear and not self.other_inns and self.weight >= LIKELY_FROM

    @property
    def weight(self) -> float:
        """All clues together, also those of the whole accounts."""
        beyond = (one.weight for one in self.clues if one.clue is Clue.ACCOUNT_INN_OTHER)
        return self.question.weight + sum(beyond)

    @property
    def other_inns(self) -> str:
        """The real INNs of both accounts where they have none in common; else empty."""
        return _other_inns(self.sides)

    def seen_from(self, account_id: UUID) -> "Asked":
        """The same with the side of an account first."""
        one, other = self.sides
        return self if one.account_id == account_id else replace(self, sides=(other, one))

    @property
    def worth(self) -> dict[str, Any]:
        """The money in open and won deals of both accounts, by currency."""
        total: dict[str, Any] = {}
        for side in self.sides:
            for amounts in (side.worth.open, side.worth.won):
                for unit, amount in amounts.items():
                    total[unit] = total.get(unit, 0) + amount
        return total


@dataclass(frozen=True, slots=True)
class Member:
    """A company of an account, and why it is there."""

    company: Company
    beside: Company | None
    """The company that it was joined with; None for the first of an account."""
    clues: tuple[Evidence, ...]
    decision: Decision | None
    """What a person said of the two."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a person did, and about which companies; those that are gone are left out."""

    act: Act
    sides: tuple[tuple[Company, ...], tuple[Company, ...]]
    accounts: Mapping[grouping.Company, UUID]
    """The account that each company belongs to now."""


def asked(session: Session, questions: Sequence[Question]) -> list[Asked]:
    """Questions, and what is known of both sides."""
    keys = {key for question in questions for key in ends(question)}
    companies = AccountStore(session).companies_of(keys)
    accounts = {id_ for one in questions for id_ in (one.one_account_id, one.other_account_id)}
    worth = WorthStore(session).of(accounts)
    whole = AccountStore(session).companies(list(accounts))
    shown = []
    for question in questions:
        one, other = (companies[key] for key in ends(question))
        left = _side(one, question.one_account_id, worth, whole)
        right = _side(other, question.other_account_id, worth, whole)
        shown.append(Asked(question, (left, right), _all_clues(question, (left, right))))
    return shown


def members(session: Session, links: Sequence[Link]) -> list[Member]:
    """Why the companies of links belong to their account, in the order of the links."""
    besides = [beside(link) for link in links]
    keys = [(link.source_id, link.company_external_id) for link in links]
    companies = AccountStore(session).companies_of({*keys, *filter(None, besides)})
    said = DecisionStore(session).holding(keys, Says.TOGETHER)
    return [
        Member(
            companies[key],
            other and companies.get(other),
            clues(link.evidence),
            other and said.get(ordered(key, other)),
        )
        for link, key, other in zip(links, keys, besides, strict=True)
        if key in companies
    ]


def told(session: Session, acts: Sequence[Act]) -> list[Told]:
    """What people did, and about which companies."""
    keys = {key for act in acts for side in act.sides for key in side}
    companies = AccountStore(session).companies_of(keys)
    accounts = {key: account for key, (account, _) in LinkingStore(session).links(keys).items()}
    found = []
    for act in acts:
        left, right = (
            tuple(companies[key] for key in side if key in companies) for side in act.sides
        )
        found.append(Told(act, (left, right), accounts))
    return found


def clues(evidence: Iterable[Mapping[str, Any]]) -> tuple[Evidence, ...]:
    """Evidence as it is kept, what weighs most first."""
    found = [
        Evidence(Clue(one["clue"]), float(one["weight"]), one["what"])
        for one in evidence
        if "clue" in one
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weight)))


def _side(
    company: Company,
    account_id: UUID,
    worth: Mapping[UUID, Worth],
    whole: Mapping[UUID, Sequence[Company]],
) -> Side:
    key = company.source_id, company.external_id
    others = (one for one in whole[account_id] if (one.source_id, one.external_id) != key)
    return Side(company, account_id, worth[account_id], (company, *others))


def _all_clues(question: Question, sides: tuple[Side, Side]) -> tuple[Evidence, ...]:
    """What is kept of the two companies, and what a merge of their accounts would go against."""
    found = clues(question.evidence)
    inns = _other_inns(sides)
    if not inns or any(one.clue is Clue.INN_OTHER for one in found):
        return found
    return (Evidence(Clue.ACCOUNT_INN_OTHER, OTHER_INN, inns), *found)


def _other_inns(sides: tuple[Side, Side]) -> str:
    one, other = ([inn for inn in side.inns if is_real_inn(inn)] for side in sides)
    return ", ".join([*one, *other]) if one and other and not set(one) & set(other) else ""


def ends(question: Waiting) -> grouping.Pair:
    """Both companies, or contacts, of a question."""
    return (
        (question.one_source_id, question.one_id),
        (question.other_source_id, question.other_id),
    )


def beside(link: Link | PersonLink) -> grouping.Company | None:
    """The company, or contact, that one was joined with; None for the first."""
    for one in link.evidence:
        if "with" in one:
            source_id, external_id = one["with"]
            return int(source_id), str(external_id)
    return None
