"""Under which keys a company or a contact is looked up: two that share none are never compared."""

from collections.abc import Iterable
from uuid import UUID

from kam_sync.matching.features import Features
from kam_sync.matching.people import Person

_LONGEST = 200
"""An index entry has an upper bound."""


def block_keys(of: Features) -> frozenset[str]:
    """Numbers, ways to reach it, the address, and pieces of the name that slips leave whole."""
    found = {f"inn:{of.inn}", f"ogrn:{of.ogrn}"} - {"inn:None", "ogrn:None"}
    found |= reach_keys(of.phones, of.emails)
    found |= {f"site:{one}" for one in of.domains}
    flat = of.name.flat
    if flat:
        found.add(f"name:{flat[:_LONGEST]}")
    if len(flat) > 2:
        found |= {f"word:{word}" for word in of.name.core if len(word) > 2}
        found |= {f"head:{flat[:5]}", f"tail:{flat[-5:]}", f"letters:{''.join(sorted(flat[:7]))}"}
    if len(of.address) > 1:
        found.add(f"place:{of.city}:{' '.join(sorted(of.address))}")
    return frozenset(found)


def reach_keys(phones: Iterable[str], emails: Iterable[str]) -> set[str]:
    """What a contact with these is looked up by."""
    return {f"phone:{one}" for one in phones} | {f"mail:{one}"[:_LONGEST] for one in emails}


def person_keys(of: Person, account: UUID | None) -> frozenset[str]:
    """Ways to reach a contact, and within its account the words of its name."""
    found = reach_keys(of.phones, of.emails)
    if account is not None:
        words = {word[:_LONGEST] for word in of.name.core if len(word) > 2}
        found |= {f"name:{account}:{word}" for word in words}
    return frozenset(found)
