"""A database as somebody is given it who may not see all of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import structlog
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from kam_sync.base.db.engine import Database, is_refused
from kam_sync.base.errors import NotAllowed

_log = structlog.get_logger("kam_sync.base.db")

_MARK = "is limited"
_NOT_FOR_THEM = "this is not for who sees own accounts only"


class LimitedDatabase(Database):
    """The same database, whose every transaction begins with a restriction.

    It gives nothing else: no lock, no connection without a transaction, no engine. So whoever is
    handed this one cannot forget to restrict, and what is refused is told as NotAllowed.
    """

    def __init__(self, whole: Database, restrict: Callable[[Session], None]) -> None:
        self._whole = whole
        self._restrict = restrict

    @contextmanager
    def transaction(self, *, fenced: bool = True, is_snapshot: bool = False) -> Iterator[Session]:
        """A transaction of the whole database that begins with the restriction."""
        try:
            with self._whole.transaction(fenced=fenced, is_snapshot=is_snapshot) as session:
                self._restrict(session)
                session.info[_MARK] = True
                yield session
        except ProgrammingError as error:
            if is_refused(error):
                _log.info("refused", what=str(error.orig).splitlines()[0])
                raise NotAllowed(_NOT_FOR_THEM) from error
            raise

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        raise NotAllowed(_NOT_FOR_THEM)

    at_once = alone = aside = check = close = __getattr__ = _refuse


def is_limited(session: Session) -> bool:
    """Whether a session sees less than all there is."""
    return session.info.get(_MARK, False) is True
