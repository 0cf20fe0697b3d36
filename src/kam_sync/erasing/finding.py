"""Finds a person by id, e-mail, phone or a contact of a CRM."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.intake.store import SourceStore
from kam_sync.matching.features import mail_address, phone_number
from kam_sync.matching.people import Person as Reach
from kam_sync.matching.people import person as reach
from kam_sync.matching.people_showing import Person, people
from kam_sync.matching.store import Contact, ErasingPeople, PersonStore

MOST = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A person, and the contacts that they are."""

    person: Person
    contacts: tuple[Contact, ...]

    @property
    def id(self) -> UUID:
        """The id of the person."""
        return self.person.id


def person(session: Session, person_id: UUID) -> Found:
    """One person, or NotHere."""
    contacts = PersonStore(session).contacts_of(person_id)
    (found,) = people(session, [person_id])
    return Found(found, tuple(contacts))


def find(session: Session, text: str) -> list[Found]:
    """Who is meant by an id of a person, an e-mail, a phone, or SOURCE:ID of a contact.

    Raises:
        WrongUse: it is none of these.
    """
    said = text.strip()
    try:
        return [person(session, UUID(said))]
    except NotHere:
        return []
    except ValueError:
        contacts = _contacts(session, said)
    whose = PersonStore(session).people_of(contacts)
    ids = list(dict.fromkeys(whose[one] for one in contacts))
    alone = {whose[one]: one for one in contacts}
    return [
        Found(one, tuple((m.contact.source_id, m.contact.external_id) for m in one.members))
        for one in people(session, ids, alone)
    ]


def reach_of(contacts: Iterable[Any]) -> Reach:
    """All that contacts can be reached by."""
    rows = list(contacts)
    phones = [phone for row in rows for phone in row.phones]
    emails = [email for row in rows for email in row.emails]
    return reach("", phones=phones, emails=emails)


def _contacts(session: Session, said: str) -> list[Contact]:
    if email := mail_address(said):
        return ErasingPeople(session).carriers((), [email], limit=MOST)
    source, colon, key = said.rpartition(":")
    names = {one.name: one.id for one in SourceStore(session).all()}
    if colon and source in names:
        return [(names[source], key)]
    if phone := phone_number(said):
        return ErasingPeople(session).carriers([phone], (), limit=MOST)
    raise WrongUse(
        f"{said[:100]}: no id of a person, no e-mail, no phone and no SOURCE:ID of a contact"
    )
