"""How the whole installation stands, read from the database for each scrape of Prometheus."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from kam_sync.alerts.store import StakeStore
from kam_sync.base.db.migrate import revision_of
from kam_sync.base.db.sizes import largest_tables, size_of_database
from kam_sync.drift.model import Severity
from kam_sync.intake.store import Activity, ActivityStore, SourceStore
from kam_sync.jobs.serving import Load, live_workers, load
from kam_sync.wiring import Services

_LATELY = timedelta(days=1)
_TABLES = 15


@dataclass(frozen=True, slots=True)
class Stand:
    """All that is read."""

    names: Mapping[int, str]
    activity: Activity
    alerts: Mapping[str, int]
    load: Load
    workers: int
    revision: str
    bytes: int
    tables: Mapping[str, int]


def read(services: Services) -> Stand:
    """Read it in one transaction."""
    with services.database.transaction() as session:
        return Stand(
            names=SourceStore(session).names(),
            activity=ActivityStore(session).since(services.now() - _LATELY),
            alerts=StakeStore(session).by_severity(),
            load=load(session),
            workers=live_workers(session),
            revision=revision_of(session) or "none",
            bytes=size_of_database(session),
            tables=largest_tables(session, limit=_TABLES),
        )


class Latest(Collector):
    """Gives what was read last; nothing of the database while that is away."""

    def __init__(self) -> None:
        self._stand: Stand | None = None
        self._taken = (0, 0)

    def note(self, stand: Stand | None, taken: tuple[int, int]) -> None:
        """Keep what was read, None when the database is away, and the connections in use."""
        self._stand, self._taken = stand, taken

    def collect(self) -> Iterable[Metric]:
        """All of it as Prometheus knows it."""
        is_up = self._stand is not None
        yield _one("kam_sync_database_up", "1 when the database answered this scrape", is_up)
        yield _one("kam_sync_database_connections", "In use by this process", self._taken[0])
        limit = "That this process may have at once"
        yield _one("kam_sync_database_connections_limit", limit, self._taken[1])
        if self._stand is not None:
            yield _one("kam_sync_workers", "Workers alive", self._stand.workers)
            yield from _of_queue(self._stand.load)
            yield from _of_sources(self._stand)
            yield from _of_database(self._stand)


def _of_queue(load: Load) -> Iterator[Metric]:
    jobs = _many("kam_sync_queue_jobs", "Jobs of the last week", ["task", "status"])
    for labels, count in sorted(load.jobs.items()):
        jobs.add_metric(labels, count)
    yield jobs
    oldest = "How long the oldest job waits that nothing but a free worker keeps from beginning"
    yield _one("kam_sync_queue_oldest_seconds", oldest, load.oldest.total_seconds())


def _of_sources(stand: Stand) -> Iterator[Metric]:
    of = (
        ("runs", "Pulls of one kind of record in the last day", "state", stand.activity.runs),
        ("records", "Records and requests of a day", "what", stand.activity.records),
        ("hooks", "Webhooks of a day, by what became of them", "state", stand.activity.hooks),
    )
    for name, said, label, counts in of:
        family = _many(f"kam_sync_source_{name}_last_day", said, ["source", label])
        for (source_id, what), count in sorted(counts.items()):
            if source_id in stand.names:
                family.add_metric([stand.names[source_id], what], count)
        yield family
    alerts = _many("kam_sync_alerts_open", "Open alerts about accounts", ["severity"])
    for severity in Severity:
        alerts.add_metric([severity.value], stand.alerts.get(severity.value, 0))
    yield alerts


def _of_database(stand: Stand) -> Iterator[Metric]:
    yield _one("kam_sync_database_bytes", "Size of the whole database", stand.bytes)
    tables = _many("kam_sync_table_bytes", "Largest tables with their indexes", ["table"])
    for name, size in stand.tables.items():
        tables.add_metric([name], size)
    yield tables
    revision = _many("kam_sync_schema_info", "Where the schema is", ["revision"])
    revision.add_metric([stand.revision], 1)
    yield revision


def _one(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=float(value))


def _many(name: str, said: str, labels: list[str]) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, labels=labels)
