"""The tasks that tell integrators: one finds what is news, one sends it to a target."""

from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync.base.errors import Busy, Stopped
from kam_sync.delivering import step_of
from kam_sync.jobs import queue
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Announce, Deliver
from kam_sync.jobs.waking import wake
from kam_sync.notify.store import TargetStore
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class Telling:
    """Finds news and sends it; what is left undone is queued again within half a minute."""

    def __init__(
        self, services: Services, announce: Announce, deliver: Deliver, trying: Trying
    ) -> None:
        self._services = services
        self._announce = announce
        self._deliver = deliver
        self._trying = trying

    def announce(self, context: JobContext, attempt: int = 0) -> None:
        """Find what is news, and have it sent."""
        try:
            self._announce(self._services, go_on=partial(go_on, context))
        except (Busy, Stopped) as error:
            _log.info("news later", message=str(error))
        except Exception:
            _log.exception("news not found", job_id=context.job.id)
            self._trying.broke(queue.defer_announcing, "announce", attempt)
            raise
        else:
            self._trying.worked("announce")
            wake(self._services)

    def deliver(self, context: JobContext, target_id: int, attempt: int = 0) -> None:
        """Send what is due to a target."""
        with self._services.database.transaction() as session:
            name = TargetStore(session).name_of(target_id)
        log = _log.bind(target=name, target_id=target_id, job_id=context.job.id)
        step = step_of(target_id)
        again = partial(queue.defer_delivery, target_id=target_id)
        try:
            result = self._deliver(self._services, target_id, go_on=partial(go_on, context))
        except (Busy, Stopped) as error:
            log.info("webhooks later", message=str(error))
        except Exception:
            log.exception("webhooks not sent")
            self._trying.broke(again, step, attempt)
            raise
        else:
            self._trying.worked(step)
            log.info("webhooks sent", sent=result.sent, failed=result.failed)
            if result.is_more:
                with self._services.database.transaction() as session:
                    again(session)
