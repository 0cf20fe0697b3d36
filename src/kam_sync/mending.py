"""Puts right what a check of the ledger found, and tells people of what is left."""

from collections.abc import Callable
from typing import Any

import kam_sync.intake.absence
from connectors import Connector, Hint, Noun
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.clock import start_of_day
from kam_sync.base.command import command
from kam_sync.base.db import Session
from kam_sync.confirming import Confirming
from kam_sync.intake.model import NounCounts, Origin, Source
from kam_sync.intake.store import HintStore, RawStore, SourceStore
from kam_sync.ledger.model import Check, Difference
from kam_sync.ledger.parting import needs_person
from kam_sync.ledger.store import ComparingStore, LedgerStore
from kam_sync.translating import translate_all
from kam_sync.wiring import Services

_READ_ANEW = "too many to be asked for one by one; all of it is read with the next sync"


class Mending:
    """Repairs one noun of one source; the caller holds the source's lock."""

    def __init__(
        self, services: Services, source: Source, noun: Noun, go_on: Callable[[], None]
    ) -> None:
        self._services = services
        self._source = source
        self._noun = noun
        self._go_on = go_on

    def mend(
        self, connector: Connector, check: Check, counts: dict[Noun, NounCounts], *, is_asked: bool
    ) -> Check:
        """Put differences right by the usual means, and complete the check by what is left.

        Args:
            counts: of what is changed by it.
            is_asked: the CRM was asked for each of them by id; else it is to be read anew.
        """
        counts |= {noun: NounCounts() for noun in connector.nouns if noun not in counts}
        with self._services.database.transaction() as session:
            self._note(session, is_asked=is_asked)
        Confirming(self._services, self._source.id, connector, counts, self._go_on).run()
        translate_all(self._services, self._source.id, connector, self._noun, counts[self._noun])
        with self._services.database.transaction() as session:
            changed = LedgerStore(session, self._source.id, self._noun).write_repaired(check.id)
            changed.message = _READ_ANEW if changed.left_over and not is_asked else ""
            session.flush()
            session.expunge(changed)
            return changed

    def tell(self, check: Check) -> None:
        """Open the incident of this noun, or end it."""
        now, subject = self._services.now(), f"source:{self._source.id}/ledger/{self._noun.value}"
        with self._services.database.transaction() as session:
            ledger = LedgerStore(session, self._source.id, self._noun)
            incidents = IncidentStore(session)
            if needs_person(check.left_over, ledger.last_known(before=check.day)):
                incidents.open(
                    IncidentKind.PARTED, subject, self._facts(check), now,
                    source_id=self._source.id,
                )  # fmt: skip
            elif not check.left_over:
                incidents.resolve(IncidentKind.PARTED, subject, now)

    def _note(self, session: Session, *, is_asked: bool) -> None:
        """Have the CRM asked about each record, or the whole list read anew.

        What is not in the CRM passes the guard, as whatever a whole list does not bring.
        """
        source_id, now = self._source.id, self._services.now()
        SourceStore(session).write_alone(source_id)
        comparing, raws = (
            ComparingStore(session, source_id, self._noun),
            RawStore(session, source_id),
        )
        raws.let_translate(self._noun, comparing.ids(Difference.DIFFERING, is_same_body=True), now)
        absent = comparing.ids(Difference.ONLY_HERE)
        kam_sync.intake.absence.doubt(session, source_id, self._noun, absent, Origin.LEDGER, now)
        most = None if is_asked else 1
        others = comparing.ids(
            Difference.ONLY_THERE, Difference.DIFFERING, is_same_body=False, most=most
        )
        if is_asked:
            hints = (Hint(self._noun, key) for key in others)
            HintStore(session, source_id).note(hints, Origin.LEDGER, now)
        elif others:
            raws.forget_cursor(self._noun)

    def _facts(self, check: Check) -> dict[str, Any]:
        return {
            "source": self._source.name,
            "noun": self._noun.value,
            "count": check.left_over,
            "since": start_of_day(check.parted_since or check.day, self._services.zone).isoformat(),
            "command": command(f"ledger show {self._source.name} {self._noun.value}"),
        }
