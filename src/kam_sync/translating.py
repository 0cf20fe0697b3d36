"""Says the raw records of one noun that wait in our words, batch by batch."""

import kam_sync.accounts.step
from connectors import Connector, Noun
from kam_sync.intake.model import NounCounts
from kam_sync.wiring import Services


def translate_batch(
    services: Services, source_id: int, connector: Connector, noun: Noun, counts: NounCounts
) -> bool:
    """Translate a batch of what waits; False when nothing waits any more."""
    with services.database.transaction() as session:
        report = kam_sync.accounts.step.run(
            session, source_id, noun, connector.translate, services.now()
        )
    counts.deleted += report.counts["deleted"]
    counts.rejected += report.counts["rejected"]
    return report.counts["read"] == kam_sync.accounts.step.BATCH


def translate_all(
    services: Services, source_id: int, connector: Connector, noun: Noun, counts: NounCounts
) -> None:
    """Translate until nothing waits."""
    while translate_batch(services, source_id, connector, noun, counts):
        pass
