"""What of each table a key account manager sees; what is not named here nobody shows to them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Whose(StrEnum):
    """By what the rows of a table are somebody's; own accounts are those that they look after."""

    EVERYONE = "everyone"
    """Words that all share: names of stages, definitions, rates."""
    ACCOUNT = "account"
    """It is an account: `id` is one of their own."""
    OWN = "own"
    """`account_id` is one of their own."""
    GROUP = "group"
    """The same, and what is added up of a group only where all of the group is theirs."""
    PARENT = "parent"
    """Who is below whom, where both are theirs."""
    MOVE = "move"
    """A company that moved between accounts that are both theirs."""
    COMPANY = "company"
    """It is a company: `external_id` is linked to an own account."""
    OF_COMPANY = "of a company"
    """`company_external_id` is linked to an own account."""
    PAIR = "pair"
    """Two companies that are both linked to own accounts."""
    PAIR_OF_CONTACTS = "pair of contacts"
    """Two contacts that they both see."""
    UNDER = "under"
    """That a company stands below another one, or below none; these are linked to own accounts."""
    OF_CONTACT = "of a contact"
    """`external_id` is a contact that they see."""
    OF_CUSTOMER = "of a customer"
    """`customer_external_id` is a customer that they see."""
    INVOICE = "invoice"
    """Who pays it is theirs, or it is attached to a deal of theirs."""
    ABOUT = "about"
    """`about_noun` and `about_external_id` name what they see."""
    OF_ALERT = "of an alert"
    """`alert_id` is an alert that they see."""
    LIMITED = "limited"
    """A view that shows own rows by itself."""
    NOBODY = "nobody"
    """Secrets, raw records, and what is about all accounts at once."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of a table."""

    whose: Whose
    columns: tuple[str, ...] = ()
    """Only these; none named are all."""


_FACTS = (
    "budget", "contract", "cost", "nps_answer", "payment", "plan", "receivable", "return",
    "sell_out", "shipment", "stock",
)  # fmt: skip
_SHARED = (
    "crm_group", "crm_user", "custom_field", "exchange_rate", "kpi_doubt", "kpi_measured",
    "loss_reason",    "pipeline", "product", "rule", "stage", "winner_choice",
)  # fmt: skip
_OF_ACCESS = ("access_event", "api_key", "login", "login_try", "member")
_OF_PRIVACY = ("erasure", "erasure_key", "erasure_mark", "privacy_event", "retention")
_CLOSED = (
    *_OF_ACCESS, *_OF_PRIVACY,
    "account_due", "alembic_version", "announced", "asked", "channel", "channel_route",
    "channel_send", "consent", "cursor", "delivery", "event", "given_call", "held_deletion",
    "held_record", "hint", "hook", "hook_key", "job_origin", "known_account", "known_deal",
    "known_position", "kpi_due", "kpi_learned", "ledger_account", "ledger_check",
    "ledger_entry", "ledger_record", "match_due", "match_hint", "match_key", "notification",
    "notify_position", "person_due", "person_key",
    "person_pair", "polled", "procrastinate_events", "procrastinate_jobs",
    "procrastinate_periodic_defers", "procrastinate_workers", "raw_record", "refusal", "rematch",
    "removed_source", "schedule", "seen_record", "set_aside", "source_grant",
    "subscription", "target", "tick", "translation", "turn", "walk",
)  # fmt: skip
_OF_SOURCES = (
    "id", "name", "kind", "base_url", "state", "state_reason", "remote_account", "remote_name",
    "created_at", "options", "facts", "field_map", "is_map_confirmed", "token_ends_at",
    "error_kind", "confirmed_targets",
)  # fmt: skip
SEEN: Mapping[str, Seen] = {
    **{table: Seen(Whose.EVERYONE) for table in _SHARED},
    **{table: Seen(Whose.OF_COMPANY) for table in ("contact", "deal", "customer", *_FACTS)},
    **{table: Seen(Whose.OWN) for table in ("account_zone", "alert", "finding", "standing_move")},
    **{table: Seen(Whose.GROUP) for table in ("series", "restatement", "forecast")},
    **{table: Seen(Whose.PAIR) for table in ("match_pair", "match_decision")},
    **{table: Seen(Whose.ABOUT) for table in ("activity", "task", "crm_write", "fact_history")},
    "account": Seen(Whose.ACCOUNT),
    "account_link": Seen(Whose.OWN),
    "account_move": Seen(Whose.MOVE),
    "account_parent": Seen(Whose.PARENT),
    "alert_change": Seen(Whose.OF_ALERT),
    "company": Seen(Whose.COMPANY),
    "invoice": Seen(Whose.INVOICE),
    "parent_decision": Seen(Whose.UNDER),
    "person_decision": Seen(Whose.PAIR_OF_CONTACTS),
    "person_link": Seen(Whose.OF_CONTACT),
    "purchase": Seen(Whose.OF_CUSTOMER),
    # How new the data is, and which source stands still; not what was read or went wrong.
    "run": Seen(Whose.EVERYONE, ("id", "source_id", "noun", "state", "started_at", "ended_at")),
    "incident": Seen(Whose.EVERYONE, ("id", "kind", "source_id", "resolved_at")),
    "source": Seen(Whose.EVERYONE, _OF_SOURCES),  # all but what opens it
    # The rest is counted among all accounts; `own_standing` counts it among their own.
    "standing": Seen(Whose.OWN, ("account_id", "unit", "alone")),
    "standing_kept": Seen(Whose.EVERYONE, ("kpi", "first", "at")),
    "own_standing": Seen(Whose.LIMITED),
    **{table: Seen(Whose.NOBODY) for table in _CLOSED},
}
VIEWS = ("point", "group_point", "own_zone")
"""They show of their tables what who asks may see of these."""
