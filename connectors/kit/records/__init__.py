"""Records: what CRMs hold, in our words; and raw records, as a CRM sent them."""

from connectors.kit.records.choices import CostKind, RebatePeriod, Worded
from connectors.kit.records.facts import (
    Budget,
    Contract,
    Cost,
    Fact,
    NpsAnswer,
    Payment,
    Plan,
    Receivable,
    Return,
    SellOut,
    Shipment,
    Stock,
)
from connectors.kit.records.nouns import NAMELESS, Noun, Outcome, RawRecord
from connectors.kit.records.people import Company, Contact, Customer, Group, User
from connectors.kit.records.sales import (
    Deal,
    Invoice,
    Item,
    LossReason,
    Pipeline,
    Product,
    Purchase,
    Stage,
)
from connectors.kit.records.work import Activity, Field, Happening, Task

Record = (
    Group
    | User
    | Field
    | Pipeline
    | LossReason
    | Product
    | Company
    | Contact
    | Deal
    | Customer
    | Purchase
    | Invoice
    | Payment
    | Shipment
    | SellOut
    | Stock
    | NpsAnswer
    | Plan
    | Budget
    | Receivable
    | Return
    | Cost
    | Contract
    | Task
    | Activity
)

__all__ = [
    "NAMELESS",
    "Activity",
    "Budget",
    "Company",
    "Contact",
    "Contract",
    "Cost",
    "CostKind",
    "Customer",
    "Deal",
    "Fact",
    "Field",
    "Group",
    "Happening",
    "Invoice",
    "Item",
    "LossReason",
    "Noun",
    "NpsAnswer",
    "Outcome",
    "Payment",
    "Pipeline",
    "Plan",
    "Product",
    "Purchase",
    "RawRecord",
    "RebatePeriod",
    "Receivable",
    "Record",
    "Return",
    "SellOut",
    "Shipment",
    "Stage",
    "Stock",
    "Task",
    "User",
    "Worded",
]
