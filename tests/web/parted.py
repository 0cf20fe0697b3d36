"""A source that differs from its CRM, as a check has found it."""

from dataclasses import dataclass
from decimal import Decimal

import connectors as gate
from connectors import Noun, Outcome, RawRecord
from kam_sync.accounts.match import own_account
from kam_sync.intake.model import RunState
from kam_sync.intake.store import RawStore, RunStore, digest_of
from kam_sync.ledger.entry import Entry
from kam_sync.ledger.store import ComparingStore, LedgerStore
from tests.web.world import WHEN, World


@dataclass(frozen=True)
class Parted:
    """A source whose deal 52 costs more in the CRM, and lacks deal 53 here."""

    source_id: int

    @property
    def account(self) -> str:
        """Whose deals they are."""
        return str(own_account(self.source_id, "1"))


def part(world: World) -> Parted:
    """That source, synced and compared once."""
    source_id = world.add_source()
    world.add_companies(source_id, "ООО «Ромашка»")
    raws = [RawRecord(Noun.DEAL, key, {"id": key}) for key in ("51", "52")]
    for raw in raws:
        deal = gate.Deal(raw.external_id, "Кабель", "1", "2", Outcome.OPEN, Decimal(2_100), "RUB",
                         "1")  # fmt: skip
        world.save(source_id, Noun.DEAL, deal)
    with world.services.database.transaction() as session:
        run_id = RunStore(session).begin("sync", WHEN, source_id=source_id)
        RunStore(session).end(run_id, RunState.DONE, WHEN, {})
        RawStore(session, source_id).keep(Noun.DEAL, raws, WHEN)
        there = [
            Entry(key, digest, amount=Decimal(amount), currency="RUB", of_noun=Noun.COMPANY,
                  of_external_id="1")
            for key, digest, amount in (
                ("51", digest_of(raws[0]), 2_100), ("52", b"other", 3_000), ("53", b"new", 500)
            )
        ]  # fmt: skip
        ComparingStore(session, source_id, Noun.DEAL).put(there)
        LedgerStore(session, source_id, Noun.DEAL).write(WHEN.date(), WHEN)
    return Parted(source_id)
