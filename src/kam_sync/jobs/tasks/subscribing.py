"""The task that looks after the webhooks of a source."""

from functools import partial

import structlog
from procrastinate import JobContext

from connectors import ConnectorError, RetryLater
from kam_sync.base.errors import Busy, KamSyncError, TakenOver
from kam_sync.intake.model import SourceState
from kam_sync.jobs import queue
from kam_sync.jobs.model import Result, Step
from kam_sync.jobs.outcome import Outcome, noted
from kam_sync.jobs.tasks.trying import Trying
from kam_sync.jobs.tasks.work import LookAfter
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")

_STATES = {SourceState.ACTIVE, SourceState.PAUSED}
"""A paused source is not looked at by the hour; a person may switch its webhooks on or off."""


class Subscribing:
    """Has the CRM call us, or not."""

    def __init__(self, services: Services, do: LookAfter, trying: Trying) -> None:
        self._services = services
        self._do = do
        self._trying = trying

    def subscribe_hooks(self, context: JobContext, source_id: int, attempt: int = 0) -> None:
        """Look after the webhooks of a source."""
        if self._trying.state(source_id) not in _STATES:
            _log.info("webhooks not looked after: the source is not active", source_id=source_id)
            return
        with noted(self._services, [(Step.HOOKS, source_id)]) as outcome:
            self._look(context, source_id, attempt, outcome)

    def _look(self, context: JobContext, source_id: int, attempt: int, outcome: Outcome) -> None:
        log = _log.bind(source_id=source_id, job_id=context.job.id)
        again = partial(queue.defer_subscribing, source_id=source_id)
        try:
            outcome.message = self._do(self._services, source_id).message
        except TakenOver:
            raise
        except (Busy, RetryLater) as error:
            log.info("webhooks looked after later", message=str(error))
            outcome.result, outcome.message = Result.LATER, str(error)
            wait = error.wait if isinstance(error, RetryLater) else None
            self._trying.again(again, attempt, at_least=wait)
        except (ConnectorError, KamSyncError) as error:
            log.warning("webhooks not looked after", message=str(error))
            outcome.result, outcome.message = Result.FAILED, str(error)
        except Exception:
            log.exception("looking after webhooks broke")
            self._trying.broke(again, Step.HOOKS, attempt, source_id)
            raise
        else:
            self._trying.worked(Step.HOOKS, source_id)
