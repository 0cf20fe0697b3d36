"""`kam-sync serve` with one kind of CRM more, which counts time and notes when it is talked to.

    python -m benchmarks.chaos_serve serve --port 8001

The CRM of a source has one record for each period that has passed since it began, and each change
is told once: the cursor says how many were told. CHAOS_BEGAN and CHAOS_PERIOD say which, CHAOS_LOG
is where each beginning and end of a sync goes, one line each, with source, process and time.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import ClassVar

from connectors import Credentials, Cursor, Noun, NounFacts, Page, RawRecord, User
from connectors.registry import _CLASSES
from kam_sync.__main__ import main

_LOG = Path(os.environ["CHAOS_LOG"]) / f"{os.getpid()}.log"
_BEGAN, _PERIOD = float(os.environ["CHAOS_BEGAN"]), float(os.environ["CHAOS_PERIOD"])
_LONGEST = 0.3
_DICE = Random()


class Probe:
    """One account of that CRM, named by its address."""

    kind = "probe"
    nouns: ClassVar = {Noun.USER: NounFacts(deletions=frozenset())}
    requests = 0

    def __init__(self, credentials: Credentials) -> None:
        self._source = credentials.base_url
        self._note("begin")

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """What has come since the cursor, after a short while."""
        told, there = int(cursor or 0), int((time.time() - _BEGAN) / _PERIOD)
        time.sleep(_DICE.uniform(0, _LONGEST))
        new = (RawRecord(noun, str(n), {"id": n}) for n in range(told + 1, there + 1))
        yield Page(tuple(new), str(there))

    def translate(self, raw: RawRecord) -> User:
        """A person without qualities."""
        return User(raw.external_id, f"Person {raw.external_id}")

    def close(self) -> None:
        """The sync is over."""
        self._note("end")

    def _note(self, what: str) -> None:
        with _LOG.open("a") as log:
            log.write(f"{time.time()} {what} {os.getpid()} {self._source}\n")


_CLASSES["probe"] = "benchmarks.chaos_serve:Probe"

if __name__ == "__main__":
    main()
