"""One customer's deals, put into the store as a sync would, and the points measured of them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import SavingStore
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore
from kam_sync.kpi.store import KpiStore
from kam_sync.wiring import Services

WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Book:
    """The store with one source and the company "1"."""

    def __init__(self, services: Services, name: str = "shop") -> None:
        self.services = services
        new = NewSource(name=name, kind="amocrm", base_url="http://127.0.0.1:9")
        with services.database.transaction() as session:
            self.source_id = SourceStore(session).add(new, Access(sealed_token="sealed"), WHEN).id
        self.save(Noun.COMPANY, gate.Company("1", "Ромашка"))

    def save(self, noun: Noun, *records: gate.Record) -> None:
        """Store records of one noun."""
        with self.services.database.transaction() as session:
            SavingStore(session, self.source_id).save(noun, records, WHEN)

    def deals(self, *deals: gate.Deal) -> "Book":
        """Store deals."""
        self.save(Noun.DEAL, *deals)
        return self

    def account(self, company: str = "1") -> UUID:
        """The account of a company."""
        return own_account(self.source_id, company)

    def measure(self) -> dict[str, int]:
        """Compute all points; returns what changed."""
        return flow.kpi(self.services).as_dict()

    def points(self, kpi: str, unit: str = "RUB", company: str = "1") -> dict[str, Decimal]:
        """The values of a KPI by month, written as 2026-10."""
        with self.services.database.transaction() as session:
            found = KpiStore(session).points(self.account(company), kpi)
            return {f"{p.on:%Y-%m}": p.value.normalize() for p in found if p.unit == unit}

    def partial_months(self) -> set[date]:
        """The months of all points that are flagged as not ended."""
        with self.services.database.transaction() as session:
            found = KpiStore(session).points(self.account())
            return {point.on for point in found if point.is_partial}


def at(text: str) -> datetime:
    """A moment in UTC: `2026-09-30 21:00:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def deal(
    id_: str,
    *,
    opened: str,
    won: str | None = None,
    lost: str | None = None,
    amount: int | None = 100,
    currency: str = "RUB",
) -> gate.Deal:
    """A deal of the company "1", open where it was neither won nor lost."""
    closed = won or lost
    outcome = Outcome.WON if won else Outcome.LOST if lost else Outcome.OPEN
    return gate.Deal(
        id_, f"Заказ {id_}", "3300", "142", outcome,
        None if amount is None else Decimal(amount), currency, "1",
        created_at=at(opened), updated_at=at(closed or opened),
        closed_at=at(closed) if closed else None,
    )  # fmt: skip
