"""Raw records that are no longer in the CRM: marked, never dropped, so that they can come back."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col, select

from connectors import Noun
from kam_sync.base.db import Session, is_among
from kam_sync.intake.model import Gone
from kam_sync.intake.store.raw import RawRow, change_no

APPROVED = "approved by "
"""So begins why a record is gone that a person let go."""


class GoneStore:
    """Marks the raw records of one source; each mark makes a record wait for translation."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def live(self, noun: Noun) -> int:
        """How many records of a noun are not marked."""
        query = select(sa.func.count()).select_from(RawRow)
        found = query.where(*self._of(noun), col(RawRow.gone_at).is_(None))
        return self._session.scalar(found) or 0

    def marked_since(self, noun: Noun, since: datetime) -> int:
        """How many records of a noun were marked after a moment, without a person who wanted it."""
        query = select(sa.func.count()).select_from(RawRow).where(*self._of(noun))
        is_ours = ~col(RawRow.gone_why).startswith(APPROVED)
        return self._session.scalar(query.where(col(RawRow.gone_at) > since, is_ours)) or 0

    def live_among(self, noun: Noun, external_ids: Iterable[str]) -> set[str]:
        """Those of the records that we have and that are not marked."""
        return self._among(noun, external_ids, col(RawRow.gone_at).is_(None))

    def gone_among(self, noun: Noun, external_ids: Iterable[str]) -> set[str]:
        """Those of the records that are marked."""
        return self._among(noun, external_ids, col(RawRow.gone_at).is_not(None))

    def known_among(self, noun: Noun, external_ids: Iterable[str]) -> set[str]:
        """Those of the records that we have, marked or not."""
        return self._among(noun, external_ids, sa.true())

    def mark(self, noun: Noun, gone: Mapping[str, Gone], now: datetime) -> set[str]:
        """Mark records as gone, or say of gone ones where they went; returns those that changed.

        Who was merged into one of them before is said to be merged into the last survivor.
        """
        changed: set[str] = set()
        for reason in set(gone.values()):
            ids = [key for key, why in gone.items() if why == reason]
            is_news: sa.ColumnElement[bool] = col(RawRow.gone_at).is_(None)
            if reason.merged_into is not None:
                is_news |= col(RawRow.merged_into).is_(None)
            changed |= self._set(
                noun, is_among(RawRow.external_id, ids) & is_news, now,
                gone_at=sa.func.coalesce(col(RawRow.gone_at), now),
                gone_why=reason.why, merged_into=reason.merged_into,
            )  # fmt: skip
            if reason.merged_into is not None:
                earlier = is_among(RawRow.merged_into, ids)
                self._set(noun, earlier, now, merged_into=reason.merged_into)
        return changed

    def revive(self, noun: Noun, external_ids: Sequence[str], now: datetime) -> set[str]:
        """Take the mark away from records that the CRM gave when asked for them by id."""
        is_gone = col(RawRow.gone_at).is_not(None)
        return self._set(
            noun, is_among(RawRow.external_id, external_ids) & is_gone, now,
            gone_at=None, gone_why="", merged_into=None,
        )  # fmt: skip

    def _set(
        self, noun: Noun, which: sa.ColumnElement[bool], now: datetime, **values: Any
    ) -> set[str]:
        changed = {"change_no": change_no.next_value(), "changed_at": now}
        statement = sa.update(RawRow).where(*self._of(noun), which).values(**values, **changed)
        return set(self._session.scalars(statement.returning(col(RawRow.external_id))))

    def _among(
        self, noun: Noun, external_ids: Iterable[str], which: sa.ColumnElement[bool]
    ) -> set[str]:
        query = select(RawRow.external_id).where(
            *self._of(noun), is_among(RawRow.external_id, external_ids), which
        )
        return set(self._session.scalars(query))

    def _of(self, noun: Noun) -> tuple[sa.ColumnElement[bool], ...]:
        return col(RawRow.source_id) == self._source_id, col(RawRow.noun) == noun.value
