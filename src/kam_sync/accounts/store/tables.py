"""Tables of the account store. All keys begin with the source, so that they can be spread by it."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from kam_sync.accounts import model
from kam_sync.base.fields import moment, numbers

HAS_ITEMS = sa.text("deal.items <> '[]'")
"""Most deals have none, and are kept out of the index by item."""
HAS_CONTRACT = sa.text("contract_ends_on IS NOT NULL")
IS_MERGED = sa.text("merged_into IS NOT NULL")


class Sourced(SQLModel):
    """The key of a record: its source and the CRM's id."""

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)


class UserRow(Sourced, model.User, table=True):
    """Users of CRMs."""

    __tablename__ = "crm_user"


class GroupRow(Sourced, model.Group, table=True):
    """Departments of CRM users."""

    __tablename__ = "crm_group"


class CustomFieldRow(Sourced, model.CustomField, table=True):
    """Custom fields of CRMs."""

    __tablename__ = "custom_field"


class LossReasonRow(Sourced, model.LossReason, table=True):
    """Why deals are lost."""

    __tablename__ = "loss_reason"


class ProductRow(Sourced, model.Product, table=True):
    """Products."""

    __tablename__ = "product"


class PipelineRow(Sourced, model.Pipeline, table=True):
    """Pipelines."""

    __tablename__ = "pipeline"


class StageRow(Sourced, model.Stage, table=True):
    """Stages by (source, pipeline, stage)."""

    __tablename__ = "stage"

    pipeline_external_id: str = Field(primary_key=True)


class CompanyRow(Sourced, model.Company, table=True):
    """Companies."""

    __tablename__ = "company"
    __table_args__ = (sa.Index("company_owner", "source_id", "owner_external_id"),)


class ContactRow(Sourced, model.Contact, table=True):
    """Contacts."""

    __tablename__ = "contact"
    __table_args__ = (sa.Index("contact_company", "source_id", "company_external_id"),)


class DealRow(Sourced, model.Deal, table=True):
    """Deals."""

    __tablename__ = "deal"
    __table_args__ = (
        sa.Index("deal_company", "source_id", "company_external_id"),
        sa.Index("deal_changed", "changed_at"),
        sa.Index("deal_closed", "closed_at"),
        sa.Index("deal_contract_end", "contract_ends_on", postgresql_where=HAS_CONTRACT),
        sa.Index(
            "deal_items",
            "items",
            postgresql_using="gin",
            postgresql_ops={"items": "jsonb_path_ops"},
            postgresql_where=HAS_ITEMS,
        ),
    )


class TaskRow(Sourced, model.Task, table=True):
    """Tasks."""

    __tablename__ = "task"
    __table_args__ = (sa.Index("task_about", "source_id", "about_noun", "about_external_id"),)


class CustomerRow(Sourced, model.Customer, table=True):
    """Repeat buyers."""

    __tablename__ = "customer"
    __table_args__ = (sa.Index("customer_company", "source_id", "company_external_id"),)


class PurchaseRow(Sourced, model.Purchase, table=True):
    """Purchases of repeat buyers."""

    __tablename__ = "purchase"
    __table_args__ = (sa.Index("purchase_customer", "source_id", "customer_external_id"),)


class InvoiceRow(Sourced, model.Invoice, table=True):
    """Invoices."""

    __tablename__ = "invoice"
    __table_args__ = (sa.Index("invoice_payer", "source_id", "payer_noun", "payer_external_id"),)


class ActivityRow(Sourced, model.Activity, table=True):
    """The stream of what happened."""

    __tablename__ = "activity"
    __table_args__ = (
        sa.Index("activity_about", "source_id", "about_noun", "about_external_id", "at"),
        sa.Index("activity_changed", "changed_at"),
    )


class AccountRow(model.Account, table=True):
    """Accounts."""

    __tablename__ = "account"
    __table_args__ = (
        sa.Index("account_name", "name", "id"),
        sa.Index("account_merged", "merged_into", postgresql_where=IS_MERGED),
    )

    id: UUID = Field(primary_key=True)


class LinkRow(model.Link, table=True):
    """Which company belongs to which account."""

    __tablename__ = "account_link"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    company_external_id: str = Field(primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE", index=True)
    seq: int = Field(sa_type=sa.BigInteger, sa_column_args=[sa.Identity()])


class AccountDueRow(SQLModel, table=True):
    """Accounts that are to be written anew, for other sources are believed now."""

    __tablename__ = "account_due"

    account_id: UUID = Field(primary_key=True, foreign_key="account.id", ondelete="CASCADE")


class WinnerChoiceRow(SQLModel, table=True):
    """Which sources are believed of each field: the latest choice holds, others are history."""

    __tablename__ = "winner_choice"
    __table_args__ = (sa.Index("winner_choice_field", "field", "id"),)

    id: int = Field(default=None, primary_key=True, sa_column_args=[sa.Identity()])
    field: str
    source_ids: list[int] = numbers()
    by: str
    at: datetime = moment()


class MatchDueRow(SQLModel, table=True):
    """Companies that are new or have changed since they were last matched."""

    __tablename__ = "match_due"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)
    is_read: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Whether the keys that it is looked up by are those of today."""


class PersonDueRow(SQLModel, table=True):
    """Contacts that are new or have changed since people were last made of them."""

    __tablename__ = "person_due"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    external_id: str = Field(primary_key=True)
    is_read: bool = Field(default=False, sa_column_kwargs={"server_default": sa.false()})
    """Whether the keys that it is looked up by are those of today."""


class SetAsideRow(model.SetAside, table=True):
    """Records that wait for a person or for better code."""

    __tablename__ = "set_aside"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    external_id: str = Field(primary_key=True)


class TranslationRow(SQLModel, table=True):
    """Up to which change of the raw records a noun of a source is translated."""

    __tablename__ = "translation"

    source_id: int = Field(primary_key=True, foreign_key="source.id", ondelete="CASCADE")
    noun: str = Field(primary_key=True)
    round: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """How often everything was to be translated again: the change numbers begin anew with it."""
    change_no: int = Field(sa_type=sa.BigInteger)
    moved_at: datetime = moment()
