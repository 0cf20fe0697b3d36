"""Sources in the database, a fast worker, and small working functions in place of the corridor."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy as sa

from kam_sync.flow import SyncResult
from kam_sync.intake.model import Access, NewSource, SourceState
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.model import Plan, Schedule, Step
from kam_sync.jobs.runner import Pace, Worker
from kam_sync.jobs.store import ScheduleStore
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.timetable import Held
from kam_sync.wiring import Services
from kam_sync.writing import WriteResult
from tests.fakes.waiting import PATIENCE

AT_ONCE = timedelta(0)
FAST = Pace(
    silence=timedelta(minutes=5),  # a slow machine is no dead worker
    sweep_every=timedelta(milliseconds=200),
    poll_every=timedelta(milliseconds=100),
    restart_after=timedelta(milliseconds=100),
    back_off=(AT_ONCE, AT_ONCE),
)


class Corridor:
    """Stands where the corridor stands: notes what was asked, answers what it was told to."""

    def __init__(self) -> None:
        self.synced: list[int] = []
        self.read_whole: list[int] = []
        self.measured = 0
        self.answers: list[SyncResult | Exception] = []
        self.wrote: list[int] = []
        self.written: list[WriteResult | Exception] = []

    @property
    def work(self) -> Work:
        """The corridor's functions as a worker takes them."""
        return Work(self.sync, self.measure, self.write)

    def sync(self, services: Services, source_id: int, /, **asked: object) -> SyncResult:
        """Hold the source as a real sync does, and answer."""
        with services.database.alone(f"source {source_id}"):
            (self.read_whole if asked["full"] else self.synced).append(source_id)
            answer = self.answers.pop(0) if self.answers else SyncResult("a source")
        if isinstance(answer, Exception):
            raise answer
        return answer

    def measure(self, services: Services, /) -> None:
        """Count."""
        self.measured += 1

    def write(self, services: Services, source_id: int, /) -> WriteResult:
        """Note, and answer."""
        self.wrote.append(source_id)
        answer = self.written.pop(0) if self.written else WriteResult("a source")
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def corridor() -> Corridor:
    return Corridor()


@pytest.fixture
def source_id(services: Services) -> int:
    """An active source."""
    return add_source(services, "first")


def add_source(services: Services, name: str) -> int:
    new = NewSource(name=name, kind="amocrm", base_url="http://127.0.0.1:9")
    with services.database.transaction() as session:
        sources = SourceStore(session)
        return sources.add(new, Access(sealed_token="sealed"), services.now()).id


def schedule_of(services: Services, step: Step, source_id: int | None) -> Schedule:
    """A schedule as it stands."""
    with services.database.transaction() as session:
        found = ScheduleStore(session).one((step, source_id))
        assert found is not None
        session.expunge_all()
        return found


def held(services: Services, source_id: int, every: timedelta, step: Step = Step.SYNC) -> Held:
    """A schedule of a source as a process holds it."""
    with services.database.transaction() as session:
        ScheduleStore(session).make([(step, source_id)], services.now())
    return Held(schedule_of(services, step, source_id), Plan(every=every))


def set_plan(services: Services, source_id: int, plan: Plan, step: Step = Step.SYNC) -> None:
    """What a person sets."""
    with services.database.transaction() as session:
        ScheduleStore(session).set((step, source_id), plan, "a test", services.now())


def set_state(services: Services, source_id: int, state: SourceState) -> None:
    with services.database.transaction() as session:
        SourceStore(session).set_state(source_id, state)


@contextmanager
def working(services: Services, work: Work, pace: Pace = FAST) -> Iterator[Worker]:
    """A worker for the time of a block."""
    worker = Worker(services, work=work, pace=pace)
    worker.start()
    try:
        yield worker
    finally:
        assert worker.stop(timedelta(seconds=PATIENCE))


def run_sql(services: Services, statement: str) -> None:
    """What an operator, or bad luck, does to the database."""
    with services.database.transaction() as session:
        session.execute(sa.text(statement))


def jobs(services: Services, task: str) -> list[str]:
    """The statuses of all jobs of a task, oldest first."""
    query = "SELECT status::text FROM procrastinate_jobs WHERE task_name = :task ORDER BY id"
    with services.database.transaction() as session:
        return list(session.scalars(sa.text(query), {"task": task}))


def ticks(services: Services) -> list[str]:
    """The schedules of all ticks."""
    with services.database.transaction() as session:
        return list(session.scalars(sa.text("SELECT schedule FROM tick ORDER BY schedule, due_at")))
