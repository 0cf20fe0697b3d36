"""How long each kind of personal data is kept."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from kam_sync.base.db import Session, table_of
from kam_sync.base.errors import WrongUse
from kam_sync.privacy.model import DEFAULTS, LONGEST, SHORTEST, Retention, Term
from kam_sync.privacy.store.tables import RetentionRow


class TermStore:
    """Reads and sets terms."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def chosen(self) -> dict[Term, Retention]:
        """Those that somebody has set."""
        return {row.kind: row for row in self._session.scalars(sa.select(RetentionRow))}

    def terms(self) -> dict[Term, timedelta | None]:
        """How long everything is kept; None: for ever."""
        chosen = self.chosen()
        return {
            term: default if term not in chosen else _span(chosen[term].days)
            for term, default in DEFAULTS.items()
        }

    def set(self, term: Term, days: int | None, *, by: str, now: datetime) -> None:
        """Keep something so many days, or for ever with None."""
        if days is not None and not SHORTEST <= days <= LONGEST:
            raise WrongUse(f"days {days}: {SHORTEST} to {LONGEST}, or `forever`")
        values = {"days": days, "by": by, "at": now}
        new = insert(RetentionRow).values(kind=term, **values)
        self._session.execute(new.on_conflict_do_update(index_elements=["kind"], set_=values))

    def reset(self, term: Term) -> None:
        """Keep it as long as is usual."""
        row = table_of(RetentionRow)
        self._session.execute(sa.delete(row).where(row.c.kind == term))


def _span(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
