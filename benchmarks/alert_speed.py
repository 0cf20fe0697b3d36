"""Measures judging, alerting and trying a rule on the past: 10,000 accounts, 1,000,000 deals.

    .venv/bin/python -m benchmarks.alert_speed

The world is that of kpi_speed, without facts. After its KPIs are measured all rules judge it: the
first time all alerts of it open, the second time nothing is new. Then the rule of revenue is tried
on the last twelve months. Seconds by the clock, and of CPU of this process.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.fresh_server import fresh_server
from benchmarks.kpi_speed import fill
from benchmarks.matching_speed import opened
from kam_sync import flow
from kam_sync.base.db.migrate import migrate
from kam_sync.drift.store import RuleStore
from kam_sync.jobs import ruling
from kam_sync.wiring import Services


def main() -> None:
    """Fill, measure, judge twice, try a rule; print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--deals", type=int, default=1_000_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with fresh_server(data):
            services = Services(*opened(data))
            migrate(services.database)
            fill(services, asked.accounts, asked.deals)
            flow.kpi(services)
            for name in ("judged first", "judged again"):
                print(name, *_timed(lambda: _counts(services)))
            print("tried on the past", *_timed(lambda: _tried(services)))
            print("told", *_timed(lambda: str(flow.notify(services).as_dict())))
            services.database.close()


def _timed(work: Callable[[], str]) -> tuple[str, str]:
    began, cpu = time.monotonic(), time.process_time()
    said = work()
    clock = time.monotonic() - began
    return f"{clock:.1f} s ({time.process_time() - cpu:.1f} s of CPU)", said


def _counts(services: Services) -> str:
    return str([report.as_dict() for report in flow.detect(services)])


def _tried(services: Services) -> str:
    with services.database.transaction() as session:
        rule = RuleStore(session).readable("won_revenue")
    return f"{len(ruling.tried(services, rule).fired)} alerts"


if __name__ == "__main__":
    main()
