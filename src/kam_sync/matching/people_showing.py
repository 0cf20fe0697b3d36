"""What a person is shown of people: who they are, questions, and what was decided of contacts."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from connectors import Noun
from kam_sync.accounts import model
from kam_sync.accounts.store import AccountStore, RecordStore, Worth, WorthStore
from kam_sync.base.db import Session
from kam_sync.matching.features import mail_address, phone_number
from kam_sync.matching.judging import LIKELY_FROM
from kam_sync.matching.model import Act, Decision, PersonLink, PersonQuestion, Says
from kam_sync.matching.people import PersonClue, PersonEvidence
from kam_sync.matching.showing import beside, ends
from kam_sync.matching.store import Contact, PersonDecisionStore, PersonStore, ordered


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two contacts of a question."""

    contact: model.Contact
    person_id: UUID
    account: model.Account | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and what is known of both sides."""

    question: PersonQuestion
    sides: tuple[Side, Side]
    clues: tuple[PersonEvidence, ...]
    worth: dict[str, Decimal]
    """The money in open and won deals of their accounts, by currency."""

    def seen_from(self, person_id: UUID) -> "Asked":
        """The same with the side of a person first."""
        one, other = self.sides
        return self if one.person_id == person_id else replace(self, sides=(other, one))

    @property
    def is_likely(self) -> bool:
        """Whether a person should rather say yes."""
        return not self.question.is_doubtful and self.question.weight >= LIKELY_FROM


@dataclass(frozen=True, slots=True)
class Member:
    """A contact of a person, and why it is there."""

    contact: model.Contact
    beside: model.Contact | None
    """The contact that it was joined with; None for a person's first."""
    clues: tuple[PersonEvidence, ...]
    decision: Decision | None
    """What somebody said of the two."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at a customer, as all CRMs know them."""

    id: UUID
    name: str
    """The fullest: that with the most words which are no initials, and the first of such."""
    position: str | None
    """As it was changed last."""
    phones: tuple[str, ...]
    """Each once, in E.164 where it is a number."""
    emails: tuple[str, ...]
    members: tuple[Member, ...]
    """The contacts, the first one first."""
    accounts: tuple[UUID, ...]
    consent: bool | None = None
    """False where one CRM says no, whatever the others say; None where none says anything."""
    do_not_contact: bool = False
    """True where one CRM says so."""


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody did, and about which contacts; those that are gone are left out."""

    act: Act
    sides: tuple[tuple[model.Contact, ...], tuple[model.Contact, ...]]
    people: Mapping[Contact, UUID]
    """The person that each contact belongs to now."""
    accounts: Mapping[Contact, UUID]


def asked(session: Session, questions: Sequence[PersonQuestion]) -> list[Asked]:
    """Questions, and what is known of both sides."""
    contacts = _contacts(session, {end for one in questions for end in ends(one)})
    ids = {id_ for one in questions for id_ in _accounts_asked(one)}
    accounts, worth = AccountStore(session).by_ids(list(ids)), WorthStore(session).of(ids)
    shown = []
    for one in questions:
        left, right = (contacts[end] for end in ends(one))
        of_left, of_right = one.one_account_id, one.other_account_id
        sides = (
            Side(left, one.one_person_id, accounts.get(of_left) if of_left else None),
            Side(right, one.other_person_id, accounts.get(of_right) if of_right else None),
        )
        money = _total(worth[account] for account in _accounts_asked(one))
        shown.append(Asked(one, sides, clues(one.evidence), money))
    return shown


def people(
    session: Session, ids: Sequence[UUID], alone: Mapping[UUID, Contact] = {}
) -> list[Person]:
    """People by id.

    Args:
        alone: the contact of people that were not matched yet.
    """
    links = PersonStore(session).links_of(ids)
    for person, (source, key) in alone.items():
        if person not in links:
            own = PersonLink(source_id=source, external_id=key, person_id=person, seq=0)
            links[person] = [own]
    keys = [_key(link) for all_ in links.values() for link in all_]
    besides = {other for all_ in links.values() for link in all_ if (other := beside(link))}
    contacts = _contacts(session, {*keys, *besides})
    said, accounts = (
        PersonDecisionStore(session).holding(keys, Says.TOGETHER),
        _accounts(session, contacts.values()),
    )
    return [
        _person(one, members, accounts)
        for one in ids
        if (members := _members(links.get(one, ()), contacts, said))
    ]


def told(session: Session, acts: Sequence[Act]) -> list[Told]:
    """What somebody did, and about which contacts."""
    contacts = _contacts(session, {key for act in acts for side in act.sides for key in side})
    whose = PersonStore(session).people_of(contacts.keys())
    accounts = _accounts(session, contacts.values())
    found = []
    for act in acts:
        left, right = (
            tuple(contacts[key] for key in side if key in contacts) for side in act.sides
        )
        found.append(Told(act, (left, right), whose, accounts))
    return found


def clues(evidence: Iterable[Mapping[str, Any]]) -> tuple[PersonEvidence, ...]:
    """Evidence as it is kept, what weighs most first."""
    found = [
        PersonEvidence(PersonClue(one["clue"]), float(one["weight"]), one["what"])
        for one in evidence
        if "clue" in one
    ]
    return tuple(sorted(found, key=lambda one: -abs(one.weight)))


def _accounts_asked(one: PersonQuestion) -> set[UUID]:
    return {account for account in (one.one_account_id, one.other_account_id) if account}


def _total(worths: Iterable[Worth]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for worth in worths:
        for unit, amount in (*worth.open.items(), *worth.won.items()):
            total[unit] = total.get(unit, Decimal(0)) + amount
    return total


def _person(id_: UUID, members: Sequence[Member], accounts: Mapping[Contact, UUID]) -> Person:
    all_ = [member.contact for member in members]
    living = [one for one in all_ if not one.is_deleted] or all_
    latest = sorted(living, key=lambda one: one.updated_at or one.changed_at, reverse=True)
    return Person(
        id=id_,
        name=max((one.name for one in living), key=_whole_words),
        position=next((one.position for one in latest if one.position), None),
        phones=_each_once((said for one in living for said in one.phones), phone_number),
        emails=_each_once((said for one in living for said in one.emails), mail_address),
        members=tuple(members),
        accounts=tuple(
            dict.fromkeys(accounts[key] for one in living if (key := _key(one)) in accounts)
        ),
        consent=_strictest(one.consent for one in living),
        do_not_contact=any(one.do_not_contact for one in living),
    )


def _strictest(said: Iterable[bool | None]) -> bool | None:
    known = [one for one in said if one is not None]
    return all(known) if known else None


def _whole_words(name: str) -> int:
    return sum(len(word.strip(".")) > 2 for word in name.split())


def _members(
    links: Iterable[PersonLink],
    contacts: Mapping[Contact, model.Contact],
    said: Mapping[tuple[Contact, Contact], Decision],
) -> list[Member]:
    found = []
    for link in links:
        key, other = _key(link), beside(link)
        if key in contacts:
            decision = other and said.get(ordered(key, other))
            with_whom = other and contacts.get(other)
            found.append(
                Member(contacts[key], with_whom or None, clues(link.evidence), decision or None)
            )
    return found


def _each_once(said: Iterable[str], read: Callable[[str], str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(read(one) or one for one in said))


def _contacts(session: Session, keys: Collection[Contact]) -> dict[Contact, model.Contact]:
    return RecordStore(session).by_keys(model.Contact, keys)


def _accounts(session: Session, contacts: Iterable[model.Contact]) -> dict[Contact, UUID]:
    """The account of each contact that has one."""
    companies = {
        _key(one): (one.source_id, Noun.COMPANY.value, one.company_external_id)
        for one in contacts
        if one.company_external_id
    }
    found = RecordStore(session).accounts_of(set(companies.values()))
    return {key: found[company] for key, company in companies.items() if company in found}


def _key(one: model.Contact | PersonLink) -> Contact:
    return one.source_id, one.external_id
