"""Makes one account out of its companies: of several values of a field the one that is believed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kam_sync.accounts.model import Company

FIELDS = (
    "name", "inn", "kpp", "ogrn", "website", "address", "city", "segment", "contract_ends_on",
)  # fmt: skip
"""The fields of an account that its companies may tell differently."""
_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Winners = Mapping[str, Sequence[int]]
"""For each field the sources that are believed, the first one first; others come after them."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which sources a person wants to be believed of a field, the first one first."""

    field: str
    source_ids: tuple[int, ...]
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """What one company says of a field."""

    source_id: int
    company_external_id: str
    value: Any


def told(companies: Iterable[Company], field: str, winners: Winners) -> list[Told]:
    """What each company says of a field, the one that is believed first.

    Sources in the order that a person has set, then companies that are still in their CRM, then
    the latest change. A company that says nothing is left out; of names that are only an INN, for
    want of a better one, each comes after all others.
    """
    order = {source: place for place, source in enumerate(winners.get(field, ()))}

    def key(company: Company) -> tuple[bool, int, bool, float, int, str]:
        changed = company.updated_at or _LONG_AGO
        place = order.get(company.source_id, len(order))
        is_number = field == "name" and company.name == company.inn
        return (
            is_number, place, company.is_deleted, -(changed - _LONG_AGO).total_seconds(),
            company.source_id, company.external_id,
        )  # fmt: skip

    speaking = [company for company in companies if getattr(company, field) not in (None, "")]
    return [
        Told(company.source_id, company.external_id, getattr(company, field))
        for company in sorted(speaking, key=key)
    ]


@dataclass(frozen=True, slots=True)
class Heard:
    """What all companies of an account say of a field, and which of that is believed."""

    field: str
    told: tuple[Told, ...]
    believed: Told | None

    @property
    def value(self) -> Any:
        """The value that is believed."""
        return self.believed.value if self.believed else None


def heard(companies: Sequence[Company], winners: Winners) -> dict[str, Heard]:
    """Every field of an account with every company's value, the one that is believed first.

    A KPP goes with the INN of its company: those of other INNs are not believed.
    """
    found = {}
    for field in FIELDS:
        said = told(companies, field, winners)
        found[field] = Heard(field, tuple(said), said[0] if said else None)
    of_inn = [company for company in companies if company.inn == found["inn"].value]
    kpps = told(of_inn, "kpp", winners)
    others = [one for one in found["kpp"].told if one not in kpps]
    found["kpp"] = Heard("kpp", (*kpps, *others), kpps[0] if kpps else None)
    return found


def merged(companies: Sequence[Company], winners: Winners) -> dict[str, Any]:
    """The name and the numbers of an account."""
    found = heard(companies, winners)
    return {
        "name": found["name"].value or "",
        "inn": found["inn"].value,
        "kpp": found["kpp"].value,
        "is_active": any(not company.is_deleted for company in companies),
    }
