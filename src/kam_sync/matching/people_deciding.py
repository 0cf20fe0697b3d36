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

    def _known(self, parts: Collection[Contact]) -> set[Contact]:
        found = set(PersonKeyStore(self._session).people(parts))
        PersonStore(self._session).ensure(found)  # perhaps it was not matched yet
        return found

    def _settle(self, parts: Collection[Contact]) -> None:
        settle(self._session, parts)
