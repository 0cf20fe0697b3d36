"""What a company or a contact is by itself, before anything says that it is one with others."""

from uuid import UUID, uuid5

_OUR_ACCOUNTS = UUID("6f1f3c52-7c58-4d0e-9a0b-0f0f5b1f8a11")
_OUR_PEOPLE = UUID("0b8d1e8e-54b6-4f0a-8a51-5c8f7e0e6d42")


def own_account(source_id: int, company_external_id: str) -> UUID:
    """The account that begins with a company: the same company always gets the same id."""
    return uuid5(_OUR_ACCOUNTS, f"{source_id}:{company_external_id}")


def own_person(source_id: int, contact_external_id: str) -> UUID:
    """The person that begins with a contact: the same contact always gets the same id."""
    return uuid5(_OUR_PEOPLE, f"{source_id}:{contact_external_id}")
