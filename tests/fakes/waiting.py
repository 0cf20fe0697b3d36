"""Waits for what other threads and processes bring about, by looking, never by guessing a time."""

import threading
from collections.abc import Callable

import sqlalchemy as sa

from kam_sync.base.db import Database

PATIENCE = 60.0
"""Seconds after which a test gives up; no test waits for them when the code is right."""

_HELD_UP = sa.text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")


def wait_until(claim: Callable[[], bool]) -> None:
    """Wait for something that another thread or process brings about."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if claim():
            return
        pause.wait(0.05)
    raise AssertionError("it did not come about")


def wait_until_somebody_waits(database: Database) -> None:
    """Wait until a transaction stands before a lock that another holds."""

    def is_held_up() -> bool:
        with database.transaction() as session:
            return session.scalar(_HELD_UP) == 1

    wait_until(is_held_up)
