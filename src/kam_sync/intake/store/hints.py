"""Hints: word that something happened to a record, kept until the CRM was asked about it."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import Field, col, select

from connectors import Hint, HintKind, Noun
from kam_sync.base import fields
from kam_sync.base.db import Session, merge, merge_staged, stage_rows, table_of
from kam_sync.intake.model import NotedHint, Origin

_KEY = ("source_id", "noun", "external_id", "kind")
_COLUMNS = ("source_id", "noun", "external_id", "kind", "origin", "merged_into", "evidence")


class HintRow(NotedHint, table=True):
    """A hint."""

    __tablename__ = "hint"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)
    kind: HintKind = fields.choice(HintKind, primary_key=True)


class HintStore:
    """Reads and writes the hints of one source."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def note(self, hints: Iterable[Hint], origin: Origin, now: datetime) -> int:
        """Keep hints; one that waits already is only noted anew. Returns how many are new."""
        rows = {
            (hint.noun, hint.external_id, hint.kind): (
                self._source_id, hint.noun.value, hint.external_id, hint.kind.value, origin.value,
                None, "",
            )
            for hint in hints
        }  # fmt: skip
        if not rows:
            return 0
        table = table_of(HintRow)
        stage = stage_rows(self._session, table, _COLUMNS, rows.values())
        noted = merge_staged(self._session, table, stage, touch={"noted_at": now}, compare=())
        is_same = (table.c[name] == stage.c[name] for name in _KEY)
        self._session.execute(sa.update(table).where(*is_same).values(noted_at=now))
        return noted.created

    def note_merged(
        self, noun: Noun, evidence: Mapping[str, str], survivor: str, now: datetime
    ) -> None:
        """Keep that records may have been merged into another, each with the evidence in words."""
        rows = [
            (self._source_id, noun.value, key, HintKind.CHECK.value, Origin.MERGE.value, survivor,
             f"probably merged into {survivor}: {why}")
            for key, why in evidence.items()
        ]  # fmt: skip
        merge(self._session, table_of(HintRow), _COLUMNS, rows, touch={"noted_at": now})

    def nouns(self, origins: Collection[Origin]) -> set[str]:
        """The nouns that hints of these origins wait about."""
        query = select(HintRow.noun).where(
            HintRow.source_id == self._source_id, col(HintRow.origin).in_(origins)
        )
        return set(self._session.scalars(query.distinct()))

    def waiting(self, noun: Noun, kind: HintKind) -> list[NotedHint]:
        """The hints of a noun that wait, by id."""
        query = select(HintRow).where(
            HintRow.source_id == self._source_id, HintRow.noun == noun.value, HintRow.kind == kind
        )
        return list(self._session.scalars(query.order_by(col(HintRow.external_id))))

    def drop(self, noun: Noun, kind: HintKind, read: Iterable[NotedHint]) -> None:
        """Strike hints that were acted on; one that was noted anew since it was read stays."""
        table, hints = table_of(HintRow), list(read)
        of_each = {
            "external_id": [hint.external_id for hint in hints],
            "noted_at": [hint.noted_at for hint in hints],
        }
        arrays = (sa.literal(v, ARRAY(table.c[name].type)) for name, v in of_each.items())
        seen = sa.func.unnest(*arrays).table_valued(*of_each).render_derived()
        self._session.execute(
            sa.delete(table).where(
                table.c.source_id == self._source_id,
                table.c.noun == noun.value,
                table.c.kind == kind,
                *(table.c[name] == seen.c[name] for name in of_each),
            )
        )
