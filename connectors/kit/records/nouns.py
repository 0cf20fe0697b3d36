"""What is pulled from a CRM: the nouns, and raw records as they were sent."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import orjson


class Noun(StrEnum):
    """The kinds of things that are pulled from a CRM."""

    GROUP = "group"
    USER = "user"
    FIELD = "field"
    PIPELINE = "pipeline"
    LOSS_REASON = "loss_reason"
    PRODUCT = "product"
    COMPANY = "company"
    CONTACT = "contact"
    DEAL = "deal"
    CUSTOMER = "customer"
    PURCHASE = "purchase"
    INVOICE = "invoice"
    PAYMENT = "payment"
    SHIPMENT = "shipment"
    SELL_OUT = "sell_out"
    STOCK = "stock"
    NPS_ANSWER = "nps_answer"
    PLAN = "plan"
    BUDGET = "budget"
    RECEIVABLE = "receivable"
    RETURN = "return"
    COST = "cost"
    CONTRACT = "contract"
    TASK = "task"
    NOTE = "note"
    EVENT = "event"


class Outcome(StrEnum):
    """How a deal stands; a stage has one too."""

    OPEN = "open"
    WON = "won"
    LOST = "lost"


NAMELESS = "no-id-"
"""The ids of raw records that came without one begin so; the rest is a mark of their content."""


@dataclass(frozen=True, slots=True)
class RawRecord:
    """One object as the CRM sent it, under the id that the CRM gave it."""

    noun: Noun
    external_id: str
    body: Mapping[str, Any]

    @classmethod
    def of(cls, noun: Noun, external_id: str | None, row: Any) -> "RawRecord":
        """A row of an answer; without an id under a mark of its content, so that it is listed."""
        mark = external_id or f"{NAMELESS}{blake2b(orjson.dumps(row), digest_size=6).hexdigest()}"
        return cls(noun, mark, row if isinstance(row, Mapping) else {"value": row})
