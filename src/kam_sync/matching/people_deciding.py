"""What a person says of people: two are one, two contacts are two, this contact is another's."""

from collections.abc import Collection
from uuid import UUID

from kam_sync.matching.deciding import Deciding
from kam_sync.matching.people_step import settle
from kam_sync.matching.store import (
    Contact,
    PersonDecisionStore,
    PersonKeyStore,
    PersonPairStore,
    PersonStore,
)


class DecidingPeople(Deciding):
    """Takes decisions of one person about people, as others are taken about accounts."""

    _store = PersonDecisionStore
    _pairs = PersonPairStore
    _whole, _part, _parts = "person", "contact", "contacts"

    def _parts_of(self, whole: UUID) -> list[Contact]:
        """The contacts of a person, the first one first; NotHere for an unknown person."""
        return PersonStore(self._session).contacts_of(whole)

    def _wholes(self, parts: Collection[Contact]) -> dict[Contact, UUID]:
        people = PersonStore(self._session)
        people.ensure(PersonKeyStore(self._session).people(parts))  # perhaps not matched yet
        return {part: person for part, (person, _) in people.links(parts).items()}

    def _settle(self, parts: Collection[Contact]) -> None:
        settle(self._session, parts)
