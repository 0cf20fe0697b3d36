"""Views of facts, one for each kind: what an account is measured by beside deals."""

from kam_sync.open_data.model import Column, View
from kam_sync.open_data.store.columns import (
    ACCOUNT,
    BY_COMPANY,
    EXTERNAL,
    SOURCE,
    currency,
    day,
    flag,
    money,
    number,
    ours,
    text,
    whole,
)

_NUMBER = text("number", "The number of the document.")
_GOODS = (
    text("sku", "The SKU of the goods."), text("product", "The name of the goods."),
    number("quantity", "How much, in the unit of the goods."),
)  # fmt: skip
_UNTIL = day("ends_on", "Its last day.")


def _facts(name: str, table: str, says: str, *columns: Column) -> View:
    """The facts of a table; their first column is the day by which they are counted."""
    singular = table.strip('"')
    return View(
        name, says,
        (ours(f"{singular}_id", "Its id."), ACCOUNT, SOURCE, EXTERNAL, *columns),
        f"FROM {table} x {BY_COMPANY} WHERE NOT x.is_deleted",
        (f"{singular}_id",), month=columns[0].name,
    )  # fmt: skip


VIEWS = (
    _facts(
        "shipments", "shipment", "What was shipped to customers (sell-in), one row a line.",
        day("shipped_on", "When it was shipped."), day("promised_on", "When it had been promised."),
        money("amount", "What it was sold for."), money("cost", "What it cost us."), currency(),
        _NUMBER, *_GOODS, number("ordered", "How much had been ordered."),
    ),
    _facts(
        "returns", '"return"', "Goods that came back, one row a line.",
        day("returned_on", "When they came back."), money("amount", "What they had been sold for."),
        money("cost", "What of their cost is ours again."), currency(), _NUMBER, *_GOODS,
        text("reason", "Why."), text("shipment_number", "The document that they were shipped by."),
    ),
    _facts(
        "payments", "payment", "Money that came in, one row each; negative when given back.",
        day("paid_on", "When it came."), money("amount", "How much."), currency(), _NUMBER,
        ours("invoice_id", "The invoice that it pays, as in `invoices`.", "x.invoice_external_id"),
    ),
    _facts(
        "sell_outs", "sell_out", "What customers sold on to end buyers, one row each.",
        day("sold_on", "The day, or the last day of the span."),
        day("since", "The first day of the span, where it is one."),
        money("amount", "For how much."), currency(), *_GOODS,
    ),
    _facts(
        "stocks", "stock", "How much lay in warehouses at the end of a day, one row each.",
        day("counted_on", "The day."), *_GOODS, text("warehouse", "Where."),
        money("amount", "What it is worth."), currency(),
    ),
    _facts(
        "nps_answers", "nps_answer", "How likely people are to recommend us, one row an answer.",
        day("answered_on", "When."), whole("score", "0 to 10."), text("survey", "Of which survey."),
        ours("contact_id", "Who answered, as in `contacts`.", "x.contact_external_id"),
    ),
    _facts(
        "plans", "plan", "What a KPI is to come to in a span of days, one row each.",
        day("starts_on", "Its first day."), _UNTIL, text("kpi", "The KPI, as in `kpis`."),
        number("target", "What it is to come to; money is in `currency`."), currency(),
    ),
    _facts(
        "budgets", "budget", "What may be spent on customers in a span of days, one row each.",
        day("starts_on", "Its first day."), _UNTIL, text("name", "Its name."),
        money("amount", "What may be spent."), money("spent", "What has been spent."), currency(),
    ),
    _facts(
        "receivables", "receivable", "What customers owed us at the end of a day, one row each.",
        day("counted_on", "The day."), money("amount", "How much; negative when paid ahead."),
        money("overdue", "What of it was overdue."), currency(),
        text("contract", "By which contract."),
    ),
    _facts(
        "costs", "cost", "What was spent on customers, one row each; negative when taken back.",
        day("spent_on", "When."), text("kind", "For what kind of thing."),
        money("amount", "How much."), currency(), _NUMBER,
    ),
    _facts(
        "contracts", "contract", "What was agreed with customers, one row a contract.",
        day("starts_on", "Its first day."), day("ends_on", "Its last day; empty without an end."),
        _NUMBER, money("amount", "What it is worth."),
        money("credit_limit", "How much may be owed by it."), currency(),
        whole("payment_days", "After how many days is to be paid."),
        number("notice_days", "How many days before its end notice is given."),
        flag("is_renewed", "Whether it goes on by itself."),
    ),
)  # fmt: skip
