"""Reads the records of CRMs: those of one kind page by page, and whose they are."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col, select

from connectors import Noun
from kam_sync.accounts import facts, model
from kam_sync.accounts.store import fact_tables, tables
from kam_sync.accounts.store.belonging import OF_A_COMPANY, belongs
from kam_sync.base.db import Session, is_among
from kam_sync.base.errors import NotHere

Key = tuple[str, ...]
"""The sort key of the last item of a page: the next page begins after it."""
Ref = tuple[int, str, str]
"""Source, noun and id of a record."""
StageKey = tuple[int, str, str]
"""Source, pipeline and id of a stage."""

_Row = TypeVar("_Row", bound=model.FromSource)
ROWS: dict[type[model.FromSource], Any] = {
    model.Group: tables.GroupRow,
    model.User: tables.UserRow,
    model.CustomField: tables.CustomFieldRow,
    model.Pipeline: tables.PipelineRow,
    model.LossReason: tables.LossReasonRow,
    model.Product: tables.ProductRow,
    model.Company: tables.CompanyRow,
    model.Contact: tables.ContactRow,
    model.Deal: tables.DealRow,
    model.Customer: tables.CustomerRow,
    model.Purchase: tables.PurchaseRow,
    model.Invoice: tables.InvoiceRow,
    model.Task: tables.TaskRow,
    model.Activity: tables.ActivityRow,
    facts.Payment: fact_tables.PaymentRow,
    facts.Shipment: fact_tables.ShipmentRow,
    facts.SellOut: fact_tables.SellOutRow,
    facts.Stock: fact_tables.StockRow,
    facts.NpsAnswer: fact_tables.NpsAnswerRow,
    facts.Plan: fact_tables.PlanRow,
    facts.Budget: fact_tables.BudgetRow,
    facts.Receivable: fact_tables.ReceivableRow,
    facts.Return: fact_tables.ReturnRow,
    facts.Cost: fact_tables.CostRow,
    facts.Contract: fact_tables.ContractRow,
}
_NAMED_BY = {model.Task: "text", model.Activity: "text", model.Purchase: "comment"}
"""What is searched where records have no name."""


_TABLES = {
    Noun.GROUP.value: "crm_group", Noun.USER.value: "crm_user", Noun.FIELD.value: "custom_field",
    Noun.NOTE.value: "activity", Noun.EVENT.value: "activity",
}  # fmt: skip
"""Those that are not called as the noun."""


def kind_of(noun: str) -> type[model.FromSource]:
    """What the records of a noun are, by the name of their table; notes and events are one."""
    named = _TABLES.get(noun, noun)
    for kind, row in ROWS.items():
        if row.__tablename__ == named:
            return kind
    raise NotHere(f"records {noun}: there is no such kind of records")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which records are asked for; None and empty mean all."""

    source_id: int | None = None
    account_id: UUID | None = None
    updated_since: datetime | None = None
    """Changed in our store at or after this time."""
    text: str = ""
    """A part of the name, in any case."""


class RecordStore:
    """Reads records."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def records(
        self, kind: type[_Row], wanted: Wanted, *, after: Key | None = None, limit: int
    ) -> list[_Row]:
        """Records of one kind, by source and id."""
        row = ROWS[kind]
        query = select(row).order_by(row.source_id, row.external_id).limit(limit)
        if wanted.source_id is not None:
            query = query.where(row.source_id == wanted.source_id)
        if wanted.updated_since is not None:
            query = query.where(row.changed_at >= wanted.updated_since)
        if wanted.text:
            shown = getattr(row, _NAMED_BY.get(kind, "name"))
            query = query.where(shown.icontains(wanted.text, autoescape=True))
        if wanted.account_id is not None:
            query = query.where(belongs(row, wanted.account_id))
        if after:
            key = sa.tuple_(row.source_id, row.external_id)
            query = query.where(key > sa.tuple_(sa.literal(int(after[0])), sa.literal(after[1])))
        return list(self._session.scalars(query))

    def latest(
        self, kind: type[_Row], account_id: UUID, *times: str, limit: int, skip: int = 0
    ) -> list[_Row]:
        """The live records of an account, newest first by the first of its times that is known."""
        row = ROWS[kind]
        at = sa.func.coalesce(*(getattr(row, name) for name in times))
        query = select(row).where(~row.is_deleted, belongs(row, account_id))
        order = (at.desc().nulls_last(), row.source_id, row.external_id)
        return list(self._session.scalars(query.order_by(*order).offset(skip).limit(limit)))

    def by_keys(
        self, kind: type[_Row], keys: Collection[tuple[int, str]]
    ) -> dict[tuple[int, str], _Row]:
        """The records of these (source, id)."""
        row = ROWS[kind]
        query = select(row).where(sa.tuple_(row.source_id, row.external_id).in_(keys))
        found = self._session.scalars(query) if keys else ()
        return {(one.source_id, one.external_id): one for one in found}

    def deals_of_companies(
        self, source_id: int, companies: Collection[str]
    ) -> dict[str, model.Deal]:
        """The deals that name one of these companies of a source, by id."""
        row: Any = tables.DealRow
        named = is_among(row.company_external_id, companies)
        found = self._session.scalars(select(row).where(row.source_id == source_id, named))
        return {deal.external_id: deal for deal in found}

    def stages(self, pipelines: Sequence[model.Pipeline]) -> list[model.Stage]:
        """The stages of pipelines, in their order."""
        row: Any = tables.StageRow
        keys = [(pipeline.source_id, pipeline.external_id) for pipeline in pipelines]
        query = select(row).where(sa.tuple_(row.source_id, row.pipeline_external_id).in_(keys))
        order = (row.source_id, row.pipeline_external_id, row.position)
        return list(self._session.scalars(query.order_by(*order)))

    def stage_names(self, sources: Collection[int]) -> dict[StageKey, str]:
        """The name of each stage of some sources."""
        row: Any = tables.StageRow
        query = sa.select(row.source_id, row.pipeline_external_id, row.external_id, row.name)
        found = self._session.execute(query.where(row.source_id.in_(sources)))
        return {(source, pipeline, key): name for source, pipeline, key, name in found}

    def accounts_of(self, refs: Collection[Ref]) -> dict[Ref, UUID]:
        """The account that each company, contact, deal or customer belongs to."""
        companies = {ref: (ref[0], ref[2]) for ref in refs if ref[1] == Noun.COMPANY.value}
        for noun, row in OF_A_COMPANY:
            keys = [(source, key) for source, name, key in refs if name == noun.value]
            query = sa.select(row.source_id, row.external_id, row.company_external_id).where(
                sa.tuple_(row.source_id, row.external_id).in_(keys),
                row.company_external_id.is_not(None),
            )
            for source, key, company in self._session.execute(query) if keys else ():
                companies[source, noun.value, key] = (source, company)
        link: Any = tables.LinkRow
        linked = sa.tuple_(link.source_id, link.company_external_id).in_(companies.values())
        accounts = {
            (found.source_id, found.company_external_id): found.account_id
            for found in (self._session.scalars(select(link).where(linked)) if companies else ())
        }
        return {ref: accounts[key] for ref, key in companies.items() if key in accounts}

    def deals_of_invoices(
        self, invoices: Collection[tuple[int, str]]
    ) -> dict[tuple[int, str], str]:
        """A deal that each (source, invoice) is attached to."""
        deal: Any = tables.DealRow
        invoice: Any = tables.InvoiceRow
        item = sa.func.jsonb_build_array(
            sa.func.jsonb_build_object("external_id", invoice.external_id)
        )
        attached = sa.and_(
            deal.source_id == invoice.source_id, tables.HAS_ITEMS, deal.items.op("@>")(item)
        )
        query = (
            sa.select(invoice.source_id, invoice.external_id, deal.external_id)
            .join(deal, attached)
            .where(sa.tuple_(invoice.source_id, invoice.external_id).in_(invoices))
            .order_by(col(deal.external_id).desc())
        )
        found = self._session.execute(query) if invoices else ()
        return {(source, key): deal_id for source, key, deal_id in found}
