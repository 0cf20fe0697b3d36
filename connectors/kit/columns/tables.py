"""The tables that people can give, by the names that they know."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.kit.records import Noun


@dataclass(frozen=True, slots=True)
class Table:
    """A table that people can give: as what its rows are kept, and how they are told apart."""

    name: str
    noun: Noun
    keys: tuple[str, ...] = ()
    """The fields that tell a row from all others where it has no id; `a|b` is a, or b without a.
    Without the first of them there is no such key."""
    needs_client: bool = True
    """Whether a row that names no client makes no sense."""
    is_fact: bool = True
    has_period: bool = False
    """Whether a row is about a period, so that a month may stand where its first day is."""


_ALL = (
    Table("payments", Noun.PAYMENT, ("number", "paid_on", "client")),
    Table("invoices", Noun.INVOICE, ("number", "issued_on", "client")),
    Table("shipments", Noun.SHIPMENT, ("number", "shipped_on", "client", "sku|product")),
    Table("sell_out", Noun.SELL_OUT, ("sku|product", "sold_on", "client"), has_period=True),
    Table(
        "stock",
        Noun.STOCK,
        ("sku|product", "counted_on", "warehouse", "client"),
        needs_client=False,
    ),
    Table("nps_answers", Noun.NPS_ANSWER),
    Table("plans", Noun.PLAN, ("kpi", "starts_on", "client"), has_period=True),
    Table("budgets", Noun.BUDGET, ("name", "starts_on", "client"), has_period=True),
    Table("receivables", Noun.RECEIVABLE, ("counted_on", "client", "contract")),
    Table("returns", Noun.RETURN, ("number", "returned_on", "client", "sku|product")),
    Table("costs", Noun.COST, ("spent_on", "client", "kind", "number|purpose"), has_period=True),
    Table("contracts", Noun.CONTRACT, ("number", "client")),
    Table("companies", Noun.COMPANY, ("client",), is_fact=False),
    Table("contacts", Noun.CONTACT, ("name", "client"), needs_client=False, is_fact=False),
    Table("deals", Noun.DEAL, needs_client=False, is_fact=False),
)
TABLES: Mapping[str, Table] = {table.name: table for table in _ALL}
_ALIASES = {"accounts": "companies"}


def table_named(name: str) -> Table:
    """The table of a name, in any spelling of it. Raises KeyError."""
    plain = name.strip().lower().replace("-", "_")
    return TABLES[_ALIASES.get(plain, plain)]
