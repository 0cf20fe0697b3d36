"""What an account is like: segment, contract, site and place that are believed, tags of all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kam_sync.accounts.merge import Winners, heard
from kam_sync.accounts.model import Company


@dataclass(frozen=True, slots=True)
class Traits:
    """What a person wants to know of an account at a glance."""

    segment: str | None = None
    contract_ends_on: date | None = None
    website: str | None = None
    address: str | None = None
    city: str | None = None
    tags: tuple[str, ...] = ()


def traits(companies: Sequence[Company], winners: Winners) -> Traits:
    """Of several companies the one that is believed of each field; tags are of all that live."""
    found = heard(companies, winners)
    living = [company for company in companies if not company.is_deleted]
    return Traits(
        segment=found["segment"].value,
        contract_ends_on=found["contract_ends_on"].value,
        website=found["website"].value,
        address=found["address"].value,
        city=found["city"].value,
        tags=tuple(dict.fromkeys(tag for company in living for tag in company.tags)),
    )
