"""The words of access: roles, areas, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What somebody is here for; what each may is said in `roles`."""

    ADMIN = "admin"
    """Looks after the installation."""
    HEAD = "head"
    """Leads those who look after accounts."""
    KAM = "kam"
    """Looks after own accounts, and sees no others."""
    VIEWER = "viewer"
    """Reads how accounts are doing."""
    INTEGRATOR = "integrator"
    """Connects CRMs and programs."""


class Area(StrEnum):
    """What a route is about. Each router of the web has exactly one."""

    ACCOUNTS = "accounts"
    """Accounts with their contacts, deals, money, time zone and what happened."""
    ALERTS = "alerts"
    """What needs a person today, and what is done about it."""
    PORTFOLIO = "portfolio"
    """All accounts on one sheet."""
    KPIS = "kpis"
    """What is measured, and each value with its history and reasons."""
    EXPORTS = "exports"
    """Tables as files."""
    RECORDS = "records"
    """Records as CRMs have them, with what they are made of."""
    FACTS = "facts"
    """Rows given by file or API: plans, purchases, payments, rates."""
    MATCHES = "matches"
    """Which companies and contacts are one, whose value is believed, who belongs to whom."""
    RULES = "rules"
    """When an alert is raised."""
    CHANNELS = "channels"
    """Where people are told."""
    SOURCES = "sources"
    """Connected CRMs: access, fields, syncs, webhooks, held deletions."""
    LEDGER = "ledger"
    """What we have against what the CRM has."""
    JOBS = "jobs"
    """What is queued, and when work begins."""
    TARGETS = "targets"
    """Programs that are told by webhooks."""
    OPS = "ops"
    """How the installation is and does: settings, health, metrics."""
    MEMBERS = "members"
    """People who log in here, and what they did."""
    KEYS = "keys"
    """API keys."""
    OWN = "own"
    """What everybody has: their own account, events of open pages, the description of the API."""


class Deed(StrEnum):
    """What is done in an area; who may change may see."""

    SEE = "see"
    CHANGE = "change"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks: a person that is logged in, a key, or whoever sits at this machine."""

    id: str
    """`user:<uuid>`, `key:<id>`, or `local`."""
    name: str
    role: Role
    keeper_keys: tuple[str, ...] = ()
    """Of a KAM: the keys of `accounts.store.keepers.Keeper` whose accounts are seen."""
    areas: Mapping[Area, Deed] | None = None
    """What a key is narrowed to; None where its role says it all."""

    @property
    def sees_own_accounts_only(self) -> bool:
        """Whether its reads are restricted to the accounts of `keeper_keys`."""
        return self.role is Role.KAM


LOCAL = Identity("local", "", Role.ADMIN)
"""Whoever asks on the loopback address while there are no users yet."""
