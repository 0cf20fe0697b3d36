"""What amoCRM calls the things that others are about, and parts that rows of all kinds share."""

from collections.abc import Mapping
from typing import Any

from connectors.kit import pick
from connectors.kit.records import Item, Noun

PLURALS: Mapping[Noun, str] = {
    Noun.DEAL: "leads",
    Noun.CONTACT: "contacts",
    Noun.COMPANY: "companies",
    Noun.CUSTOMER: "customers",
}
"""Whom notes, tasks and custom fields belong to, as in addresses."""
NOUNS: Mapping[str, Noun] = {plural: noun for noun, plural in PLURALS.items()}
SINGULARS: Mapping[str, Noun] = {
    "lead": Noun.DEAL,
    "contact": Noun.CONTACT,
    "company": Noun.COMPANY,
    "customer": Noun.CUSTOMER,
    "task": Noun.TASK,
}
"""As in events."""


def first_id(body: pick.Body, key: str) -> str | None:
    """The id of the first of the embedded rows of that name."""
    found = next(iter(pick.many(pick.one(body, "_embedded"), key)), None)
    return None if found is None else pick.external_id(found)


def contact_ids(body: pick.Body) -> tuple[str, ...]:
    """Ids of the embedded contacts, the main one first."""
    contacts = pick.many(pick.one(body, "_embedded"), "contacts")
    ordered = sorted(contacts, key=lambda contact: not pick.flag(contact, "is_main"))
    return pick.distinct(pick.external_id(contact) for contact in ordered)


def tags(body: pick.Body) -> tuple[str, ...]:
    """Names of the tags: their ids differ from one kind of record to the other."""
    listed = pick.many(pick.one(body, "_embedded"), "tags")
    return pick.distinct(pick.text(tag, "name") for tag in listed)


def items(body: pick.Body) -> tuple[Item, ...]:
    """Elements of catalogs that are attached, each once."""
    found: dict[str, Item] = {}
    for element in pick.many(pick.one(body, "_embedded"), "catalog_elements"):
        more, id_ = pick.one(element, "metadata"), pick.external_id(element)
        found[id_] = Item(id_, pick.amount(more, "quantity"), pick.maybe_id(more, "catalog_id"))
    return tuple(found.values())


def owner(body: pick.Body) -> str | None:
    """The responsible user."""
    return pick.maybe_id(body, "responsible_user_id")


def times(body: pick.Body) -> dict[str, Any]:
    """When a row was made and changed, and whether it is in the bin."""
    return {
        "created_at": pick.moment(body, "created_at"),
        "updated_at": pick.moment(body, "updated_at"),
        "is_deleted": pick.flag(body, "is_deleted"),
    }
