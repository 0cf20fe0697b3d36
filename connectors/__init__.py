"""The gate: what the house may know of CRMs, and nothing of how any one of them works."""

from connectors.kit.contract import (
    About,
    Connector,
    Credentials,
    Cursor,
    Deletions,
    KnowsItself,
    NounFacts,
    Page,
)
from connectors.kit.errors import BadRecord, ConnectorError, NeedsPerson, NoRights, RetryLater
from connectors.kit.records import (
    Company,
    Contact,
    Deal,
    Noun,
    Outcome,
    Pipeline,
    RawRecord,
    Record,
    Stage,
    Task,
    User,
)

__all__ = [
    "About",
    "BadRecord",
    "Company",
    "Connector",
    "ConnectorError",
    "Contact",
    "Credentials",
    "Cursor",
    "Deal",
    "Deletions",
    "KnowsItself",
    "NeedsPerson",
    "NoRights",
    "Noun",
    "NounFacts",
    "Outcome",
    "Page",
    "Pipeline",
    "RawRecord",
    "Record",
    "RetryLater",
    "Stage",
    "Task",
    "User",
]
