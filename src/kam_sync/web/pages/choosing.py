"""Looking for another account or person: what tells those that are found apart."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar
from uuid import UUID

from kam_sync.accounts.model import Account
from kam_sync.accounts.store import AccountStore, WinnerStore, WorthStore
from kam_sync.accounts.traits import traits
from kam_sync.base.db import Session
from kam_sync.matching.people_showing import Person, people
from kam_sync.matching.store import PersonStore, WantedPeople
from kam_sync.web.deps import Sources

Found = TypeVar("Found")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Candidate:
    """An account that may be chosen."""

    account: Account
    place: str | None
    """The city, else the address."""
    sources: list[str]
    won: Mapping[str, Decimal]
    """In won deals, by currency."""


@dataclass(frozen=True, slots=True)
class Known:
    """A person who may be chosen."""

    person: Person
    accounts: list[Account]
    sources: list[str]


@dataclass(frozen=True, slots=True)
class Candidates(Generic[Found]):
    """Some that were found, and whether there are more."""

    found: list[Found]
    has_more: bool


def candidates(session: Session, sources: Sources, text: str, but: UUID) -> Candidates[Candidate]:
    """Accounts by a part of the name or the beginning of the INN; an empty text finds none.

    Args:
        but: the account that another one is looked for.
    """
    store = AccountStore(session)
    rows = store.accounts(text=text, limit=_MOST + 2) if text else []
    others = [one for one in rows if one.id != but]
    ids = [one.id for one in others[:_MOST]]
    companies, winners = store.companies(ids), WinnerStore(session).winners()
    origins, worth = store.sources(ids), WorthStore(session).of(ids)
    found = []
    for one in others[:_MOST]:
        of = traits(companies.get(one.id, []), winners)
        called = sources.called(origins.get(one.id, []))
        found.append(Candidate(one, of.city or of.address, called, worth[one.id].won))
    return Candidates(found, len(others) > _MOST)


def people_like(session: Session, sources: Sources, text: str, but: Person) -> Candidates[Known]:
    """People by a part of the name; an empty text finds those of the same customer.

    Args:
        but: the person that another one is looked for.
    """
    at = None if text else next(iter(but.accounts), None)
    wanted = WantedPeople(account_id=at, text=text)
    rows = PersonStore(session).find(wanted, limit=_MOST + 2) if text or at else []
    others = [one for one in rows if one != but.id]
    found = people(session, others[:_MOST])
    accounts = AccountStore(session).by_ids([id_ for one in found for id_ in one.accounts])
    known = [
        Known(
            person=one,
            accounts=[accounts[id_] for id_ in one.accounts],
            sources=sources.called({member.contact.source_id for member in one.members}),
        )
        for one in found
    ]
    return Candidates(known, len(others) > _MOST)
