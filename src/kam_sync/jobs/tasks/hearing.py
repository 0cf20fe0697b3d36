"""The task that reads the webhooks of a source."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync import flow
from kam_sync.base.errors import Busy, TakenOver
from kam_sync.intake.model import RunState, SourceState
from kam_sync.jobs import queue
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Hear
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


_CHANGES_GATHER = timedelta(minutes=1)
"""Webhooks come all day long; what they change is measured no more often than this."""


class Hearing:
    """Reads webhooks, and asks the CRM about what they name."""

    def __init__(self, services: Services, do: Hear, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def read_hooks(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Read the webhooks of a source; those of one that is not active wait for it."""
        if self._trying.state(source_id) is not SourceState.ACTIVE:
            _log.info("webhooks left unread: the source is not active", source_id=source_id)
            return
        again = partial(queue.defer_reading, source_id=source_id)
        try:
            result = self._do(self._services, source_id, go_on=partial(go_on, context))
        except TakenOver:
            raise
        except Busy as error:
            _log.info("webhooks later", source_id=source_id, message=str(error))
            self._trying.again(again, attempt)
        except Exception:
            _log.exception("webhooks not read", source_id=source_id, job_id=context.job.id)
            self._trying.broke(again, "reading", attempt, source_id)
            raise
        else:
            self._trying.worked("reading", source_id)
            self._after_hearing(context, again, attempt, result)

    def _after_hearing(
        self,
        context: JobContext,
        again: Callable[..., object],
        attempt: int,
        result: flow.HearingResult,
    ) -> None:
        if result.state is RunState.LATER:
            self._trying.again(again, attempt, at_least=result.wait)
        if any(n.created or n.updated or n.deleted for n in result.nouns.values()):
            with self._services.database.transaction() as session:
                queue.defer_measure(session, wait=_CHANGES_GATHER)
        if result.state is RunState.STOPPED:
            self._trying.hand_over(context, again, attempt)
