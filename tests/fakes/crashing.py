"""A database whose process dies in the middle of its work."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from kam_sync.base.db import Database, Session


class Died(BaseException):
    """What nobody catches."""


class DyingDatabase:
    """Commits so many transactions, loses the one after them, and does nothing more."""

    def __init__(self, database: Database, commits: int) -> None:
        self._database = database
        self._left = commits

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """As the real one, as long as the process lives."""
        if self._left < 0:
            raise Died
        with self._database.transaction() as session:
            yield session
            self._left -= 1
            if self._left < 0:
                raise Died

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)
