"""The inventory: every column with personal data, why it is there, from where, and how long.

A test holds it against the database: each column with text is declared here, or in `free.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of personal data."""

    CONTACTS = "contacts"
    CLIENTS = "clients"
    TEXTS = "texts"
    RAW = "raw"
    INBOX = "inbox"
    MATCHING = "matching"
    MESSAGES = "messages"
    STAFF = "staff"
    REMARKS = "remarks"
    AUDIT = "audit"


@dataclass(frozen=True, slots=True)
class Holding:
    """Where one kind of personal data is kept, and what for."""

    kind: Kind
    purpose: str
    origin: str
    seen_by: str
    columns: Mapping[str, str]
    """Table -> its columns with such data, with spaces between them."""

    @property
    def tables(self) -> Mapping[str, tuple[str, ...]]:
        """The columns of each table."""
        return {table: tuple(names.split()) for table, names in self.columns.items()}


_CRM = "the CRMs, by sync and webhooks; imported files; rows given by the API"
_ALL = "who may see the account"
HOLDINGS = (
    Holding(
        Kind.CONTACTS, "to reach the people at a customer, and to know who was in touch", _CRM,
        _ALL, {"contact": "name position phones emails tags custom"},
    ),
    Holding(
        Kind.CLIENTS, "to know whose customer it is; a sole trader is a person, too", _CRM, _ALL,
        {
            "account": "name inn",
            "account_move": "company beside because",
            "company": "name inn ogrn phones emails website address city tags custom",
            "customer": "name tags custom",
            "deal": "name tags custom",
            "invoice": "name custom",
            "removed_source": "name",
        },
    ),
    Holding(
        Kind.TEXTS, "to show what was spoken and agreed", _CRM, _ALL,
        {
            "activity": "text details",
            "task": "text result",
            "purchase": "comment",
            "nps_answer": "comment",
            "payment": "purpose",
            "cost": "purpose",
            "return": "reason",
            "fact_history": "was became",
        },
    ),
    Holding(
        Kind.RAW, "to read it again after a setting changes, and to say where a number is from",
        _CRM, "who looks after sources",
        {
            "raw_record": "body", "set_aside": "reason", "held_record": "external_id",
            "hint": "evidence", "given_call": "answer",
        },
    ),
    Holding(
        Kind.INBOX, "to read a webhook, and once more when that fails", "the CRMs, by webhooks",
        "who looks after sources", {"hook": "headers body reason named"},
    ),
    Holding(
        Kind.MATCHING, "to know that two records are one firm or one person",
        "made from contacts and companies", _ALL,
        {
            "account_link": "evidence", "match_key": "key", "match_pair": "evidence",
            "person_key": "key", "person_link": "evidence", "person_pair": "evidence",
        },
    ),
    Holding(
        Kind.MESSAGES, "to tell people and programs what changed, and to tell again if that fails",
        "made from alerts and accounts", "whom they are for, and who looks after channels",
        {
            "event": "body", "delivery": "error", "channel_send": "error",
            "crm_write": "payload reason finish_with", "incident": "facts",
        },
    ),
    Holding(
        Kind.STAFF, "to know whose customer, deal, alert or decision it is",
        "the CRMs; whoever works here", "everybody who works here",
        {
            "crm_user": "name email", "alert": "assignee", "account_move": "by",
            "account_zone": "by", "alert_change": "by", "channel": "name address",
            "channel_route": "owner", "crm_write": "asked_by", "held_deletion": "decided_by",
            "match_decision": "by undone_by", "parent_decision": "by undone_by",
            "person_decision": "by undone_by", "rematch": "by", "rule": "by",
            "schedule": "changed_by", "winner_choice": "by", "consent": "name",
            "source": "name remote_name", "source_grant": "refused",
            "member": "name email keeper_keys", "login": "agent address",
            "api_key": "name keeper_keys made_by", "access_event": "who about address",
            "login_try": "about",
        },
    ),
    Holding(
        Kind.REMARKS, "to say why something was decided", "whoever works here", _ALL,
        {
            "alert_change": "note", "match_decision": "note", "parent_decision": "note",
            "person_decision": "note", "rule": "text",
        },
    ),
    Holding(
        Kind.AUDIT, "to prove who looked at, changed and erased personal data", "kam_sync itself",
        "admins",
        {
            "privacy_event": "who", "erasure": "by reason allowed_by allowed_why",
            "retention": "by",
        },
    ),
)  # fmt: skip


def personal() -> set[tuple[str, str]]:
    """Every (table, column) that is declared to hold personal data."""
    return {
        (table, name) for one in HOLDINGS for table, names in one.tables.items() for name in names
    }
