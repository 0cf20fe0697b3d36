"""What belongs to an account, as conditions of queries: from its links, by indexes, to the rest."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import col

from connectors import Noun
from kam_sync.accounts.store.fact_tables import FACTS, CorrectionRow
from kam_sync.accounts.store.tables import (
    ActivityRow,
    CompanyRow,
    ContactRow,
    CustomerRow,
    DealRow,
    InvoiceRow,
    LinkRow,
    PurchaseRow,
    TaskRow,
)

ABOUT = """
    WITH mine AS (
        SELECT source_id, company_external_id AS company FROM account_link
        WHERE account_id = :account
    ), about AS MATERIALIZED (
        SELECT source_id, 'company' AS noun, company AS external_id FROM mine
        UNION ALL SELECT c.source_id, 'contact', c.external_id FROM contact c
            JOIN mine m ON m.source_id = c.source_id AND m.company = c.company_external_id
        UNION ALL SELECT d.source_id, 'deal', d.external_id FROM deal d
            JOIN mine m ON m.source_id = d.source_id AND m.company = d.company_external_id
        UNION ALL SELECT c.source_id, 'customer', c.external_id FROM customer c
            JOIN mine m ON m.source_id = c.source_id AND m.company = c.company_external_id
    )
"""
"""What is said about an account is said about one of these: its companies, and what is theirs."""

OF_A_COMPANY: tuple[tuple[Noun, Any], ...] = (
    (Noun.CONTACT, ContactRow),
    (Noun.DEAL, DealRow),
    (Noun.CUSTOMER, CustomerRow),
)
"""Records that name their company."""


def is_linked(source_id: Any, company_external_id: Any) -> sa.ColumnElement[bool]:
    """That a company is one of those that accounts are made of."""
    return sa.and_(
        col(LinkRow.source_id) == source_id, col(LinkRow.company_external_id) == company_external_id
    )


def belongs(row: Any, account_id: UUID) -> sa.ColumnElement[bool]:
    """That a record is of the account's companies, some also through what is about them."""
    if row is CompanyRow:
        return sa.tuple_(row.source_id, row.external_id).in_(_companies(account_id))
    if any(row is other for _, other in (*OF_A_COMPANY, *FACTS.values())):
        return sa.tuple_(row.source_id, row.company_external_id).in_(_companies(account_id))
    if row in {TaskRow, ActivityRow}:
        about = sa.tuple_(row.source_id, row.about_noun, row.about_external_id)
        return about.in_(_all_of(account_id))
    if row is PurchaseRow:
        customers = _of(CustomerRow, account_id, CustomerRow.external_id)
        return sa.tuple_(row.source_id, row.customer_external_id).in_(customers)
    if row is InvoiceRow:
        return sa.tuple_(row.source_id, row.external_id).in_(_invoices(account_id))
    return sa.false()


def is_correction_of(account_id: UUID) -> sa.ColumnElement[bool]:
    """That a fact was the account's when it was corrected, or is an invoice of its deals."""
    row: Any = CorrectionRow
    about = sa.tuple_(row.source_id, row.about_noun, row.about_external_id)
    invoice = sa.tuple_(row.source_id, row.external_id).in_(_attached(account_id))
    found = sa.union(  # and not one condition with OR, for which no index would be used
        sa.select(row.id).where(about.in_(_all_of(account_id))),
        sa.select(row.id).where(row.noun == Noun.INVOICE.value, invoice),
    )
    is_one: sa.ColumnElement[bool] = row.id.in_(found)
    return is_one


def _companies(account_id: UUID) -> sa.Select[Any]:
    link: Any = LinkRow
    return sa.select(link.source_id, link.company_external_id).where(link.account_id == account_id)


def _of(row: Any, account_id: UUID, *columns: Any) -> sa.Select[Any]:
    """Columns of the records of a noun that name a company of the account."""
    joined = is_linked(row.source_id, row.company_external_id)
    query = sa.select(row.source_id, *columns).join(LinkRow, joined)
    return query.where(col(LinkRow.account_id) == account_id)


def _all_of(account_id: UUID) -> sa.CompoundSelect[Any]:
    """(source, noun, id) of all records that something may be about."""
    link: Any = LinkRow
    companies = sa.select(
        link.source_id, sa.literal(Noun.COMPANY.value), link.company_external_id
    ).where(link.account_id == account_id)
    others = (
        _of(row, account_id, sa.literal(noun.value), row.external_id) for noun, row in OF_A_COMPANY
    )
    return sa.union_all(companies, *others)


def _invoices(account_id: UUID) -> sa.CompoundSelect[Any]:
    """(source, id) of invoices that the account pays, or that are attached to its deals."""
    payer = sa.tuple_(
        col(InvoiceRow.source_id), col(InvoiceRow.payer_noun), col(InvoiceRow.payer_external_id)
    )
    paid = sa.select(col(InvoiceRow.source_id), col(InvoiceRow.external_id))
    return sa.union_all(paid.where(payer.in_(_all_of(account_id))), _attached(account_id))


def _attached(account_id: UUID) -> sa.Select[Any]:
    """(source, id) of what is attached to its deals."""
    item = sa.func.jsonb_array_elements(DealRow.items)
    return _of(DealRow, account_id, item.op("->>")("external_id"))
