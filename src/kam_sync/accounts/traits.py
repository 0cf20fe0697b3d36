"""What an account is like: the segment, tags and contract that its companies name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from kam_sync.accounts.model import Company


@dataclass(frozen=True, slots=True)
class Traits:
    """What a person wants to know of an account at a glance."""

    segment: str | None = None
    contract_ends_on: date | None = None
    website: str | None = None
    tags: tuple[str, ...] = ()


def traits(companies: Sequence[Company]) -> Traits:
    """Of several companies the first that says something is believed; tags are of all.

    A contract that ends later wins: it is the one that was renewed.
    """
    living = [company for company in companies if not company.is_deleted]
    ends = [company.contract_ends_on for company in living if company.contract_ends_on]
    return Traits(
        segment=next((company.segment for company in living if company.segment), None),
        contract_ends_on=max(ends, default=None),
        website=next((company.website for company in living if company.website), None),
        tags=tuple(dict.fromkeys(tag for company in living for tag in company.tags)),
    )
