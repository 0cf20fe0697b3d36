"""One sync in a process of its own, in many small transactions.

`... URL FOLDER SOURCE_ID [N]`; with N it kills itself just before its Nth commit.
"""

import os
import signal
import sys
from functools import partial
from pathlib import Path

import sqlalchemy as sa

import kam_sync.accounts.step
import kam_sync.intake.step
from connectors import Noun
from kam_sync import flow
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import NounCounts, Source
from kam_sync.wiring import Services


def say(_source: Source, noun: Noun, counts: NounCounts) -> None:
    """A line after every batch; then wait for one, where somebody may send it."""
    sys.stdout.write(f"{noun.value} {counts.read}\n")
    sys.stdout.flush()
    sys.stdin.readline()


def die_before_commit(engine: sa.Engine, number: int) -> None:
    """End as by `kill -9`, with that transaction not committed and all before it committed."""
    commits = iter(range(1, number))

    def count(_connection: sa.Connection) -> None:
        if next(commits, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)

    sa.event.listen(engine, "commit", count)


if __name__ == "__main__":
    kam_sync.intake.step.batches = partial(kam_sync.intake.step.batches, size=500)
    kam_sync.accounts.step.BATCH = 100
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    if len(sys.argv) > 4:
        die_before_commit(services.database.engine, int(sys.argv[4]))
    result = flow.sync(services, int(sys.argv[3]), watch=say)
    sys.exit(0 if result.state.value == "done" else result.message)
