"""The task that compares a noun of a source with the CRM, and queues the next noun."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import structlog
from procrastinate import JobContext

from connectors import Noun
from kam_sync import flow
from kam_sync.base.errors import Busy, NotHere, TakenOver
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import RunStore
from kam_sync.jobs import queue
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.outcome import Outcome, noted
from kam_sync.jobs.queue import Comparison
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Compare
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")

_INCOMPLETE = "some kinds of records could not be compared; see the log of the worker"
_NOUNS = tuple(Noun)
_PULL_TAKES = timedelta(minutes=10)
"""So long, at least, a source that is being pulled is not tried again."""


class Reconciling:
    """Compares nouns, one a job: what is more urgent goes between them."""

    def __init__(self, services: Services, do: Compare, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def reconcile_noun(self, context: JobContext, /, attempt: int = 0, **asked: Any) -> None:
        """Compare a noun with the CRM, write the ledger, repair."""
        what = Comparison(**asked)
        if not self._is_wanted(what.source_id):
            _log.info("not compared: not active, or not synced yet", source_id=what.source_id)
            return
        what = replace(what, noun=what.noun or _NOUNS[0].value)
        with noted(self._services, [(Step.RECONCILE, what.source_id)]) as outcome:
            outcome.result = None
            try:
                self._compare(context, what, attempt, outcome)
            except NotHere as error:  # removed meanwhile
                _log.info("not compared", source_id=what.source_id, message=str(error))

    def _is_wanted(self, source_id: int) -> bool:
        if self._trying.state(source_id) is not SourceState.ACTIVE:
            return False
        with self._services.database.transaction() as session:
            return RunStore(session).last_sync(source_id, state=RunState.DONE) is not None

    def _compare(
        self, context: JobContext, what: Comparison, attempt: int, outcome: Outcome
    ) -> None:
        log = _log.bind(source_id=what.source_id, noun=what.noun, job_id=context.job.id)
        again = partial(queue.defer_reconciling, what=what)
        try:
            result = self._do(
                self._services, what.source_id, Noun(what.noun), watch=partial(go_on, context),
                repairs=what.repairs or None,
            )  # fmt: skip
        except (NotHere, TakenOver):
            raise
        except Busy as error:
            log.info("compared later", message=str(error))
            if not self._trying.again(again, attempt, at_least=_PULL_TAKES):
                self._go_on(what, outcome, is_good=False)
        except Exception:
            log.exception("not compared")
            if not self._trying.broke(again, Step.RECONCILE, attempt, what.source_id):
                self._go_on(what, outcome, is_good=False)
            raise
        else:
            self._measure(result)
            if result.state is RunState.STOPPED:
                self._trying.hand_over(context, again, attempt)
            self._after(result, what, attempt, outcome)

    def _after(
        self, result: flow.Reconciled, what: Comparison, attempt: int, outcome: Outcome
    ) -> None:
        """Try again what the CRM has put off, or go on."""
        again = partial(queue.defer_reconciling, what=what)
        is_later = result.state is RunState.LATER
        if not (is_later and self._trying.again(again, attempt, at_least=result.wait)):
            self._go_on(what, outcome, is_good=result.state is RunState.DONE)

    def _measure(self, result: flow.Reconciled) -> None:
        if any(n.created or n.updated or n.deleted for n in result.nouns.values()):
            with self._services.database.transaction() as session:
                queue.defer_measure(session)

    def _go_on(self, what: Comparison, outcome: Outcome, *, is_good: bool) -> None:
        """Queue the next noun; after the last one it is known how it went."""
        rest = _NOUNS[_NOUNS.index(Noun(what.noun)) + 1 :] if what.goes_on else ()
        what = replace(what, is_good=what.is_good and is_good)
        if not rest and what.is_good:  # all share one incident
            self._trying.worked(Step.RECONCILE, what.source_id)
        if rest:
            with self._services.database.transaction() as session:
                queue.defer_reconciling(session, replace(what, noun=rest[0].value))
        elif what.goes_on:
            outcome.result = Result.DONE if what.is_good else Result.FAILED
            outcome.message = "" if what.is_good else _INCOMPLETE
