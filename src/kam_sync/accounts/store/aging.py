"""Cuts what was kept long enough: texts of what happened, and what CRMs sent of records.

Each call takes some rows, so that nobody waits; what is left is for the next one.
"""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import select

import connectors as gate
from connectors import Happening, Noun
from kam_sync.accounts.shadow import bare, body_of, without_any
from kam_sync.accounts.store.erasing import (
    NAMING,
    TEXTS,
    ErasingAccounts,
    NamingTable,
    record_of,
    strip_corrections,
)
from kam_sync.accounts.store.fact_tables import CorrectionRow, NpsAnswerRow
from kam_sync.accounts.store.saving import TABLES
from kam_sync.accounts.store.tables import ActivityRow, PurchaseRow, TaskRow
from kam_sync.base.db import Session, table_of
from kam_sync.intake.store import ErasingIntake, RawStore
from kam_sync.intake.store.raw import RawRow
from kam_sync.privacy.model import Cut


def _of(row: Any) -> NamingTable:
    return next(one for one in NAMING if one.row is row)


def _old(table: NamingTable, before: datetime) -> sa.ColumnElement[bool]:
    """That a row is old and has a text; an open task needs its own."""
    row: Any = table.row
    if table is _of(ActivityRow):
        is_stage = (row.happening == Happening.STAGE) | row.details[("to", "stage")].is_not(None)
        is_told = sa.and_(row.details != sa.text("'{}'"), ~is_stage)
        at, said = sa.func.coalesce(row.at, row.changed_at), row.text.is_not(None) | is_told
    elif table is _of(TaskRow):
        at = sa.func.coalesce(row.updated_at, row.created_at, row.changed_at)
        said = row.is_done & ((row.text != "") | row.result.is_not(None))
    else:
        at = sa.func.coalesce(row.updated_at, row.created_at, row.changed_at)
        said = row.comment.is_not(None)
    found: sa.ColumnElement[bool] = sa.and_(at < before, said)
    return found


class AgingStore:
    """Counts and cuts what is old."""

    told = tuple(map(_of, (ActivityRow, TaskRow, NpsAnswerRow, PurchaseRow)))

    def __init__(self, session: Session) -> None:
        self._session = session

    def count_texts(self, before: datetime) -> int:
        """How many records have a text that is older."""
        return sum(self._count(one.row, _old(one, before)) for one in self.told)

    def cut_texts(self, before: datetime, *, limit: int) -> int:
        """Empty the texts of some records that are older; how many."""
        left = limit
        for table in self.told:
            query = select(table.row).where(_old(table, before)).limit(left)
            rows = list(self._session.scalars(query)) if left else []
            self._cut(table, rows)
            left -= len(rows)
        return limit - left

    def cut_history(self, before: datetime) -> int:
        """Take the texts out of what old facts were."""
        row = table_of(CorrectionRow)
        names = sa.cast(list(TEXTS), sa.ARRAY(sa.Text))
        has = sa.func.jsonb_exists_any(row.c.was, names)
        return strip_corrections(self._session, sa.and_(row.c.at < before, has))

    def count_gone(self, before: datetime) -> int:
        """How many raw records went from the CRM before, and are whole."""
        return self._count(RawRow, self._is_gone(before))

    def cut_gone(self, before: datetime, *, limit: int) -> int:
        """Leave of some raw records that are gone what the key figures need."""
        return self._cut_raw(self._is_gone(before), limit=limit, is_bare=True)

    def count_contacts(self, before: datetime) -> int:
        """How many raw records of contacts have not changed since, and are whole."""
        return self._count(RawRow, self._is_old_contact(before))

    def cut_contacts(self, before: datetime, *, limit: int) -> int:
        """Leave of some raw records of contacts what we show of them."""
        return self._cut_raw(self._is_old_contact(before), limit=limit, is_bare=False)

    def _count(self, row: Any, which: sa.ColumnElement[bool]) -> int:
        query = sa.select(sa.func.count()).select_from(table_of(row)).where(which)
        return self._session.scalar(query) or 0

    def _is_gone(self, before: datetime) -> sa.ColumnElement[bool]:
        """Companies that rows of files name, and the stages of their deals, are made by us."""
        row: Any = RawRow
        made = row.noun.in_([Noun.PIPELINE.value, Noun.COMPANY.value])
        return sa.and_(row.gone_at < before, row.cut_why == "", ~made)

    def _is_old_contact(self, before: datetime) -> sa.ColumnElement[bool]:
        row: Any = RawRow
        is_contact = row.noun == Noun.CONTACT.value
        return sa.and_(
            row.changed_at < before, is_contact, row.gone_at.is_(None), row.cut_why == ""
        )

    def _cut(self, table: NamingTable, rows: Iterable[Any]) -> None:
        """Empty rows, and put the same in the place of what they were read from."""
        of: dict[int, dict[str, Any]] = {}
        for row in rows:
            record = bare(record_of(row, table.kind))
            for name in table.texts:
                setattr(row, name, getattr(record, name))
            of.setdefault(row.source_id, {})[row.external_id] = body_of(record)
        self._session.flush()
        for source_id, bodies in of.items():
            raws, intake = RawStore(self._session, source_id), ErasingIntake(self._session)
            if table.kind in (gate.NpsAnswer, gate.Purchase):  # their triggers keep what they were
                ErasingAccounts(self._session).strip_history(table.nouns[0], source_id, bodies)
            kept = intake.nouns_of(source_id, table.nouns, bodies)
            for noun in table.nouns:
                keys = [key for one, key in kept if one is noun]
                known = raws.cuts(noun, keys)  # whom it named is still to be looked for
                for why in (Cut.AGED, Cut.MASKED):
                    mine = {key: bodies[key] for key in keys if known.get(key, Cut.AGED) is why}
                    raws.cut(noun, mine, why, is_final=False)

    def _cut_raw(self, which: sa.ColumnElement[bool], *, limit: int, is_bare: bool) -> int:
        row: Any = RawRow
        query = sa.select(row.source_id, row.noun, row.external_id).where(which).limit(limit)
        found = self._session.execute(query).all()
        of: dict[tuple[int, Noun], list[str]] = {}
        for source_id, noun, key in found:
            of.setdefault((source_id, Noun(noun)), []).append(key)
        for (source_id, noun), keys in of.items():
            bodies = {key: without_any(key) for key in keys}
            bodies |= self._bodies(source_id, noun, keys, is_bare=is_bare)
            raws = RawStore(self._session, source_id)
            raws.cut(noun, bodies, Cut.AGED, is_final=is_bare)
        return len(found)

    def _bodies(
        self, source_id: int, noun: Noun, keys: list[str], *, is_bare: bool
    ) -> Mapping[str, Any]:
        """What stays of records; where they are to be bare, their rows are emptied too."""
        if noun not in TABLES:
            return {}
        kind, table = TABLES[noun]
        row: Any = table
        query = select(row).where(row.source_id == source_id, row.external_id.in_(keys))
        found = {}
        for one in self._session.scalars(query):
            record = record_of(one, kind)
            if is_bare:
                record = bare(record)
                for name in (field.name for field in fields(kind)):
                    said = getattr(record, name)
                    said = list(said) if isinstance(said, tuple) else said
                    if getattr(one, name) != said:
                        setattr(one, name, said)
            found[one.external_id] = body_of(record)
        self._session.flush()
        return found
