"""A small world for the pages and the API, filled straight through the stores."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import connectors as gate
from connectors import Noun, Outcome
from kam_sync import flow
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import SavingStore
from kam_sync.base.db import Session
from kam_sync.intake.model import Access, NewSource, NounCounts, RunState
from kam_sync.intake.store import RunStore, SourceStore
from kam_sync.kpi.periods import shift
from kam_sync.wiring import Services

TOKEN = "a-token-that-nobody-may-see"
WHEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@dataclass
class World:
    """Fills the store as a sync would."""

    services: Services
    deferred: list[int] = field(default_factory=list)
    deferred_writes: list[int] = field(default_factory=list)

    def add_source(self, name: str = "sales") -> int:
        """A connected CRM account."""
        new = NewSource(name=name, kind="amocrm", base_url=f"https://{name}.example")
        sealed = self.services.cipher.lock(TOKEN)
        with self.services.database.transaction() as session:
            return SourceStore(session).add(new, Access(sealed_token=sealed), WHEN).id

    def defer_write(self, _session: Session, source_id: int) -> None:
        """Note that writing was queued."""
        self.deferred_writes.append(source_id)

    def save(self, source_id: int, noun: Noun, *records: gate.Record) -> None:
        """Records of one noun."""
        with self.services.database.transaction() as session:
            SavingStore(session, source_id).save(noun, records, WHEN)

    def account(self, source_id: int, company: str) -> UUID:
        """The account of a company that is alone in it."""
        return own_account(source_id, company)

    def add_companies(self, source_id: int, *names: str) -> list[UUID]:
        """Companies "1", "2"... and their accounts."""
        companies = [gate.Company(str(n), name) for n, name in enumerate(names, 1)]
        self.save(source_id, Noun.COMPANY, *companies)
        return [self.account(source_id, company.external_id) for company in companies]

    def add_months(
        self, source_id: int, company: str, *amounts: int, currency: str = "RUB"
    ) -> None:
        """One won deal a month, the last of them in October 2026."""
        first = shift(WHEN.date().replace(day=1), -len(amounts))
        deals = []
        for month, amount in enumerate(amounts):
            closed = datetime.combine(shift(first, month), datetime.min.time(), UTC)
            deals.append(
                won_deal(
                    f"{company}-{month}", company, amount, closed + timedelta(days=9), currency
                )
            )
        self.save(source_id, Noun.DEAL, *deals)

    def add_run(self, source_id: int, state: RunState = RunState.DONE, message: str = "") -> None:
        """A finished run that read 1234 deals."""
        counts = NounCounts(read=1234, created=5, rejected=2, seconds=Decimal("1.5"))
        with self.services.database.transaction() as session:
            runs = RunStore(session)
            run_id = runs.begin("sync", WHEN, source_id=source_id, noun="deal")
            runs.end(run_id, state, WHEN, counts.model_dump(mode="json"), message)

    def set_aside(self, source_id: int, count: int) -> None:
        """Deals that could not be understood."""
        with self.services.database.transaction() as session:
            reasons = {f"{n:03}": f"deal {n}: no currency" for n in range(count)}
            SavingStore(session, source_id).set_aside(Noun.DEAL, reasons, WHEN)

    def measure(self) -> None:
        """Measure and judge as of the fixed moment."""
        flow.kpi(self.services)
        flow.detect(self.services)


def won_deal(
    external_id: str, company: str, amount: int | None, at: datetime, currency: str = "RUB"
) -> gate.Deal:
    """A deal won at a moment."""
    return gate.Deal(
        external_id, f"Deal {external_id}", "1", "142", Outcome.WON,
        None if amount is None else Decimal(amount), currency, company,
        created_at=at - timedelta(days=5), updated_at=at, closed_at=at,
    )  # fmt: skip
