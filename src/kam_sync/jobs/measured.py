"""Counts and times of the jobs that this process has run, for Prometheus."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

_MINUTES = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600)


class JobMeasures:
    """The measures of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._ended = Counter(
            "kam_sync_jobs_ended", "Jobs that this process has run, by how they ended",
            ["task", "outcome"], registry=self.registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "kam_sync_job_seconds", "How long a job ran", ["task"],
            buckets=_MINUTES, registry=self.registry,
        )  # fmt: skip
        self._running = Gauge(
            "kam_sync_jobs_running", "Jobs that this process runs now", ["task"],
            registry=self.registry,
        )  # fmt: skip

    def begin(self, task: str) -> None:
        """Note that a job has begun."""
        self._running.labels(task).inc()

    def end(self, task: str, outcome: str, seconds: float) -> None:
        """Note that it has ended: `succeeded`, `failed` or `stopped`."""
        self._running.labels(task).dec()
        self._ended.labels(task, outcome).inc()
        self._seconds.labels(task).observe(seconds)


MEASURES = JobMeasures()
"""Those of this process."""
