"""Writes translated records in bulk, set-aside ones, and how far translation has come."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any, cast

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import ARRAY, SQLModel, col

import connectors as gate
from connectors import NAMELESS, Noun, Record
from kam_sync.accounts.model import Translated
from kam_sync.accounts.store.fact_tables import FACTS
from kam_sync.accounts.store.linking import LinkingStore
from kam_sync.accounts.store.tables import (
    ActivityRow,
    CompanyRow,
    ContactRow,
    CustomerRow,
    CustomFieldRow,
    DealRow,
    GroupRow,
    InvoiceRow,
    LossReasonRow,
    PipelineRow,
    ProductRow,
    PurchaseRow,
    SetAsideRow,
    StageRow,
    TaskRow,
    TranslationRow,
    UserRow,
)
from kam_sync.base.db import Merged, Session, as_array, is_among, merge, table_of

TABLES: Mapping[Noun, tuple[type[Any], type[SQLModel]]] = {
    Noun.GROUP: (gate.Group, GroupRow),
    Noun.USER: (gate.User, UserRow),
    Noun.FIELD: (gate.Field, CustomFieldRow),
    Noun.LOSS_REASON: (gate.LossReason, LossReasonRow),
    Noun.PRODUCT: (gate.Product, ProductRow),
    Noun.COMPANY: (gate.Company, CompanyRow),
    Noun.CONTACT: (gate.Contact, ContactRow),
    Noun.DEAL: (gate.Deal, DealRow),
    Noun.CUSTOMER: (gate.Customer, CustomerRow),
    Noun.PURCHASE: (gate.Purchase, PurchaseRow),
    Noun.INVOICE: (gate.Invoice, InvoiceRow),
    Noun.TASK: (gate.Task, TaskRow),
    Noun.NOTE: (gate.Activity, ActivityRow),
    Noun.EVENT: (gate.Activity, ActivityRow),
    **FACTS,
}


def kind_of_noun(noun: Noun) -> type[Any] | None:
    """As what the records of a noun come through the gate; None for those in several tables."""
    return TABLES[noun][0] if noun in TABLES else None


RECORD_TABLES: Mapping[Noun, sa.Table] = {
    **{noun: table_of(row) for noun, (_, row) in TABLES.items()},
    Noun.PIPELINE: table_of(PipelineRow),
}
"""Where the records of each noun are kept, for who compares or counts all of them."""
for _table in dict.fromkeys(RECORD_TABLES.values()):
    if "is_deleted" in _table.columns:  # few are, so that they are counted quickly
        _key = _table.columns.source_id, _table.columns.external_id
        sa.Index(f"{_table.name}_deleted", *_key, postgresql_where=_table.columns.is_deleted)
_PIPELINE = ("source_id", "external_id", "name", "is_archived")
_STAGE = ("source_id", "external_id", "pipeline_external_id", "name", "position", "outcome")

_ARE_DUE = """
    INSERT INTO person_due
    SELECT source_id, external_id FROM contact
    WHERE source_id = :source AND external_id = ANY(:ids) AND changed_at = :now ORDER BY 1, 2
    ON CONFLICT (source_id, external_id) DO UPDATE SET is_read = false
"""
"""Contacts that changed now; in order, for who matches people locks some of them, too."""


class SavingStore:
    """Saves what one source holds."""

    def __init__(self, session: Session, source_id: int) -> None:
        self._session = session
        self._source_id = source_id

    def changes(self, noun: Noun, external_ids: Collection[str]) -> dict[str, datetime]:
        """When the CRM last changed our copies of living records."""
        row: Any = TABLES[noun][1] if noun in TABLES else None
        if not (hasattr(row, "updated_at") and hasattr(row, "is_deleted")):
            return {}
        query = sa.select(row.external_id, row.updated_at).where(
            row.source_id == self._source_id, ~row.is_deleted, row.updated_at.is_not(None),
            is_among(row.external_id, external_ids),
        )  # fmt: skip
        return dict(self._session.execute(query).all())

    def save(self, noun: Noun, records: Sequence[Record], now: datetime) -> Merged:
        """Upsert records of one noun; no id twice."""
        if noun is Noun.PIPELINE:
            return self._save_pipelines(cast("Sequence[gate.Pipeline]", records), now)
        kind, row = TABLES[noun]
        names = tuple(field.name for field in fields(kind))
        columns = ("source_id", *names)
        merged = self._merge(row, columns, self._rows(row, columns, records), now)
        if noun is Noun.COMPANY:
            changed = [record.external_id for record in records]
            LinkingStore(self._session).have_changed(self._source_id, changed, now)
        if noun is Noun.CONTACT:
            changed = [record.external_id for record in records]
            people_have_changed(self._session, self._source_id, changed, now)
        return merged

    def set_aside(self, noun: Noun, reasons: Mapping[str, str], now: datetime) -> None:
        """List records that cannot be translated, by id, with the reason."""
        rows = ((self._source_id, noun.value, key, why) for key, why in reasons.items())
        names = ("source_id", "noun", "external_id", "reason")
        table = table_of(SetAsideRow)
        merge(self._session, table, names, rows, touch={"at": now})

    def forget_nameless(self, noun: Noun) -> None:
        """Strike records that came without an id, before all are read again."""
        self._session.execute(
            sa.delete(SetAsideRow).where(
                col(SetAsideRow.source_id) == self._source_id,
                col(SetAsideRow.noun) == noun.value,
                col(SetAsideRow.external_id).startswith(NAMELESS),
            )
        )

    def take_back(self, noun: Noun, external_ids: Sequence[str]) -> None:
        """Strike records that can be translated now from the list."""
        self._session.execute(
            sa.delete(SetAsideRow).where(
                col(SetAsideRow.source_id) == self._source_id,
                col(SetAsideRow.noun) == noun.value,
                is_among(SetAsideRow.external_id, external_ids),
            )
        )

    def translated_to(self, noun: Noun) -> int:
        """The change number up to which the noun is translated."""
        return self.translated(noun).change_no

    def translated(self, noun: Noun) -> Translated:
        """The same, with the round that it is counted in."""
        key = (self._source_id, noun.value)
        row = self._session.get(TranslationRow, key, populate_existing=True)
        return Translated() if row is None else Translated(row.round, row.change_no)

    def move_translation(self, noun: Noun, change_no: int, now: datetime) -> None:
        """Remember up to which change the noun is translated."""
        new = insert(TranslationRow).values(source_id=self._source_id, noun=noun.value)
        moved = {"change_no": change_no, "moved_at": now}
        self._session.execute(
            new.values(moved).on_conflict_do_update(
                index_elements=["source_id", "noun"], set_=moved
            )
        )

    def translate_again(self, *nouns: Noun) -> None:
        """Begin anew with what is translated: at the next sync all raw records are read again.

        Args:
            nouns: of which; all of them when none is named.
        """
        row = table_of(TranslationRow)
        again = sa.update(row).where(row.c.source_id == self._source_id)
        if nouns:
            again = again.where(row.c.noun.in_([noun.value for noun in nouns]))
        self._session.execute(again.values(round=row.c.round + 1, change_no=0))

    def _save_pipelines(self, pipelines: Sequence[gate.Pipeline], now: datetime) -> Merged:
        plain = ((self._source_id, p.external_id, p.name, p.is_archived) for p in pipelines)
        merged = self._merge(PipelineRow, _PIPELINE, plain, now)
        stages = {
            (p.external_id, s.external_id): (
                self._source_id, s.external_id, p.external_id, s.name, s.position, s.outcome.value
            )
            for p in pipelines
            for s in p.stages
        }  # fmt: skip
        self._merge(StageRow, _STAGE, stages.values(), now)
        return merged

    def _rows(
        self, row: type[SQLModel], columns: Sequence[str], records: Sequence[Record]
    ) -> Iterator[list[Any]]:
        """Records as COPY takes them."""
        types = [table_of(row).c[name].type for name in columns]
        written = [
            (at, _WRITTEN[type(kind)]) for at, kind in enumerate(types) if type(kind) in _WRITTEN
        ]
        values = attrgetter(*columns[1:])
        for record in records:
            found = [self._source_id, *values(record)]
            for at, write in written:
                found[at] = write(found[at])
            yield found

    def _merge(
        self, row: type[SQLModel], names: tuple[str, ...], rows: Any, now: datetime
    ) -> Merged:
        return merge(self._session, table_of(row), names, rows, touch={"changed_at": now})


def people_have_changed(
    session: Session, source_id: int, external_ids: Collection[str], now: datetime
) -> None:
    """Of some contacts let those that changed now be matched."""
    values = {"source": source_id, "ids": list(external_ids), "now": now}
    session.execute(sa.text(_ARE_DUE), values)


def _as_json(value: Any) -> str:
    return orjson.dumps(value, default=str).decode()


_WRITTEN: Mapping[type[Any], Callable[[Any], str]] = {JSONB: _as_json, ARRAY: as_array}
"""How values are written that the driver writes in another way, or slowly; by type of column."""
