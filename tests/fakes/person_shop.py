"""A synced customer with a person to erase."""

from uuid import UUID

from kam_sync import flow
from kam_sync.accounts.match import own_person
from kam_sync.erasing import Wish, erase
from kam_sync.wiring import Services
from tests.fakes.memory_crm import ServicesOf

Shop = tuple[ServicesOf, int]


def sync(services: Services, source_id: int, *, full: bool = False) -> None:
    """Read the CRM, and say who is who."""
    flow.sync(services, source_id, full=full)
    flow.match(services)


def erase_one(shop: Shop, key: str = "7") -> UUID:
    """Erase the person of a contact."""
    services, source_id = shop
    person = own_person(source_id, key)
    erase(services, Wish((person,), "Анна", "заявление субъекта"))
    return person
