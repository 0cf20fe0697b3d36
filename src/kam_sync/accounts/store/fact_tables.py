"""Tables of facts. They are asked for by account, through its companies, and by day."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

import connectors as gate
from connectors import Noun
from kam_sync.accounts import facts
from kam_sync.accounts.store.tables import Sourced


def _by_company(table: str, day: str) -> tuple[sa.Index]:
    return (sa.Index(f"{table}_company", "source_id", "company_external_id", day),)


class PaymentRow(Sourced, facts.Payment, table=True):
    """Payments."""

    __tablename__ = "payment"
    __table_args__ = _by_company("payment", "paid_on")


class ShipmentRow(Sourced, facts.Shipment, table=True):
    """Shipments (sell-in)."""

    __tablename__ = "shipment"
    __table_args__ = _by_company("shipment", "shipped_on")


class SellOutRow(Sourced, facts.SellOut, table=True):
    """Sell-out."""

    __tablename__ = "sell_out"
    __table_args__ = _by_company("sell_out", "sold_on")


class StockRow(Sourced, facts.Stock, table=True):
    """Stock."""

    __tablename__ = "stock"
    __table_args__ = _by_company("stock", "counted_on")


class NpsAnswerRow(Sourced, facts.NpsAnswer, table=True):
    """NPS answers."""

    __tablename__ = "nps_answer"
    __table_args__ = _by_company("nps_answer", "answered_on")


class PlanRow(Sourced, facts.Plan, table=True):
    """Plans."""

    __tablename__ = "plan"
    __table_args__ = _by_company("plan", "starts_on")


class BudgetRow(Sourced, facts.Budget, table=True):
    """Budgets."""

    __tablename__ = "budget"
    __table_args__ = _by_company("budget", "starts_on")


class ReceivableRow(Sourced, facts.Receivable, table=True):
    """Balances of receivables."""

    __tablename__ = "receivable"
    __table_args__ = _by_company("receivable", "counted_on")


class ReturnRow(Sourced, facts.Return, table=True):
    """Returns of goods; SQL takes the name of the table for a plain one."""

    __tablename__ = "return"
    __table_args__ = _by_company("return", "returned_on")


class CostRow(Sourced, facts.Cost, table=True):
    """What was spent on customers."""

    __tablename__ = "cost"
    __table_args__ = _by_company("cost", "spent_on")


class ContractRow(Sourced, facts.Contract, table=True):
    """Contracts."""

    __tablename__ = "contract"
    __table_args__ = _by_company("contract", "starts_on")


class CorrectionRow(facts.Correction, table=True):
    """What facts were; written by the triggers of their tables alone."""

    __tablename__ = "fact_history"
    __table_args__ = (
        sa.Index("fact_history_fact", "source_id", "noun", "external_id", "id"),
        sa.Index("fact_history_about", "source_id", "about_noun", "about_external_id"),
    )

    id: int = Field(sa_column=sa.Column(sa.BigInteger, sa.Identity(), primary_key=True))
    source_id: int = Field(foreign_key="source.id", ondelete="CASCADE")


FACTS: Mapping[Noun, tuple[type[Any], type[SQLModel]]] = {
    Noun.PAYMENT: (gate.Payment, PaymentRow),
    Noun.SHIPMENT: (gate.Shipment, ShipmentRow),
    Noun.SELL_OUT: (gate.SellOut, SellOutRow),
    Noun.STOCK: (gate.Stock, StockRow),
    Noun.NPS_ANSWER: (gate.NpsAnswer, NpsAnswerRow),
    Noun.PLAN: (gate.Plan, PlanRow),
    Noun.BUDGET: (gate.Budget, BudgetRow),
    Noun.RECEIVABLE: (gate.Receivable, ReceivableRow),
    Noun.RETURN: (gate.Return, ReturnRow),
    Noun.COST: (gate.Cost, CostRow),
    Noun.CONTRACT: (gate.Contract, ContractRow),
}
"""Where the facts of each noun are kept, and as what they come through the gate."""
