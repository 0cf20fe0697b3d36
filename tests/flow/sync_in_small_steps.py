"""One sync in a process of its own, in many small transactions: `... URL FOLDER SOURCE_ID`."""

import sys
from functools import partial
from pathlib import Path

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
    """A line after every batch."""
    sys.stdout.write(f"{noun.value} {counts.read}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    kam_sync.intake.step.batches = partial(kam_sync.intake.step.batches, size=1)
    kam_sync.accounts.step._BATCH = 100
    settings = Settings(data_dir=Path(sys.argv[2]))
    services = Services(settings, Database(sys.argv[1]), open_cipher(settings))
    result = flow.sync(services, int(sys.argv[3]), watch=say)
    sys.exit(0 if result.state.value == "done" else result.message)
