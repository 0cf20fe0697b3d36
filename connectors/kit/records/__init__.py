"""Records: what CRMs hold, in our words; and raw records, as a CRM sent them."""

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
    | Task
    | Activity
)

__all__ = [
    "NAMELESS",
    "Activity",
    "Company",
    "Contact",
    "Customer",
    "Deal",
    "Field",
    "Group",
    "Happening",
    "Invoice",
    "Item",
    "LossReason",
    "Noun",
    "Outcome",
    "Pipeline",
    "Product",
    "Purchase",
    "RawRecord",
    "Record",
    "Stage",
    "Task",
    "User",
]
