"""A worker in a process of its own that takes a job and never ends it: `killed.py URL FOLDER`."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.flow import SyncResult, Watch
from kam_sync.jobs.runner import Pace, Worker
from kam_sync.jobs.tasks import Work
from kam_sync.wiring import Services


def sync(services: Services, source_id: int, /, *, watch: Watch, full: bool = False) -> SyncResult:
    """Hold what a real sync holds, and never let go."""
    with services.database.alone(f"source {source_id}"):
        sys.stdout.write("running\n")
        sys.stdout.flush()
        threading.Event().wait()
    raise AssertionError("unreachable")


if __name__ == "__main__":
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    Worker(services, work=Work(sync=sync), pace=Pace(silence=timedelta(seconds=2))).start()
    threading.Event().wait()
