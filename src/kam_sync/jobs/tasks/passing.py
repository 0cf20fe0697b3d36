"""The task that tells people what is due on a channel."""

from functools import partial

import structlog
from procrastinate import JobContext

from kam_sync.base.errors import Busy, Stopped
from kam_sync.jobs import queue
from kam_sync.jobs.tasks.trying import Trying, go_on
from kam_sync.jobs.tasks.work import Tell
from kam_sync.notify.store import ChannelStore
from kam_sync.telling import step_of
from kam_sync.wiring import Services

_log = structlog.get_logger("kam_sync.worker")


class Passing:
    """Sends what is due on a channel; what is left undone is queued again within half a minute."""

    def __init__(self, services: Services, tell: Tell, trying: Trying) -> None:
        self._services = services
        self._tell = tell
        self._trying = trying

    def tell(self, context: JobContext, channel_id: int, attempt: int = 0) -> None:
        """Send what is due on a channel."""
        with self._services.database.transaction() as session:
            name = ChannelStore(session).name_of(channel_id)
        log = _log.bind(channel=name, channel_id=channel_id, job_id=context.job.id)
        step = step_of(channel_id)
        again = partial(queue.defer_telling, channel_id=channel_id)
        try:
            result = self._tell(self._services, channel_id, go_on=partial(go_on, context))
        except (Busy, Stopped) as error:
            log.info("told later", message=str(error))
        except Exception:
            log.exception("not told")
            self._trying.broke(again, step, attempt)
            raise
        else:
            self._trying.worked(step)
            log.info("told", sent=result.sent, failed=result.failed)
            if result.is_more:
                with self._services.database.transaction() as session:
                    again(session)
