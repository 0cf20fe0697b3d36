"""The words of access: roles, areas, and who asks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlmodel import SQLModel

from kam_sync.base import fields


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
    PRIVACY = "privacy"
    """Personal data: how long it is kept, who looked, telling and erasing one person."""
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
    email: str = ""
    """Of a person that is logged in."""

    @property
    def called(self) -> str:
        """How histories and logs name them; empty for whoever sits at this machine."""
        return self.email or self.name

    @property
    def sees_own_accounts_only(self) -> bool:
        """Whether its reads are restricted to the accounts of `keeper_keys`."""
        return self.role is Role.KAM

    @property
    def is_program(self) -> bool:
        """Whether a key asks: nothing makes a browser show one unasked."""
        return self.id.startswith("key:")


LOCAL = Identity("local", "", Role.ADMIN)
"""Whoever asks on the loopback address while there are no users yet."""


class Member(SQLModel):
    """Somebody who may log in here. (A user is somebody whom a CRM knows.)"""

    id: UUID
    email: str
    """What is typed to log in, in small letters."""
    name: str
    role: Role = fields.choice(Role)
    keeper_keys: list[str] = fields.texts(default_factory=list)
    """Whose accounts a KAM sees; empty: of who has the same e-mail in the CRMs."""
    is_active: bool = True
    made_at: datetime = fields.moment()
    password_set_at: datetime | None = fields.moment(default=None)
    entered_at: datetime | None = fields.moment(default=None)
    """When the last log-in was."""
    link_until: datetime | None = fields.moment(default=None)
    """How long a link to set a password is good, where one waits."""


class Login(SQLModel):
    """A log-in that goes on: of a browser, until it is ended or left alone."""

    id: UUID
    member_id: UUID
    made_at: datetime = fields.moment()
    used_at: datetime = fields.moment()
    expires_at: datetime = fields.moment()
    agent: str
    address: str


class Key(SQLModel):
    """What a program shows to be let in."""

    id: UUID
    name: str
    prefix: str
    """How the key begins, so that people know it again."""
    role: Role = fields.choice(Role)
    areas: list[str] = fields.texts(default_factory=list)
    """What it is narrowed to, such as `alerts:see`; empty: all that the role may."""
    keeper_keys: list[str] = fields.texts(default_factory=list)
    made_at: datetime = fields.moment()
    made_by: str
    expires_at: datetime | None = fields.moment(default=None)
    """None: never."""
    used_at: datetime | None = fields.moment(default=None)


class What(StrEnum):
    """What happened to access."""

    ENTERED = "entered"
    REFUSED = "refused"
    LEFT = "left"
    ENDED = "ended"
    """Log-ins were ended, from elsewhere."""
    PASSWORD_SET = "password_set"  # noqa: S105 - a word for what happened  # nosec B105
    INVITED = "invited"
    LINKED = "linked"
    """A new link to set a password was made."""
    CHANGED = "changed"
    SWITCHED_OFF = "switched_off"
    SWITCHED_ON = "switched_on"
    KEY_MADE = "key_made"
    KEY_REVOKED = "key_revoked"


class AccessEvent(SQLModel):
    """Who did what to access, when and from where; nothing of it is secret."""

    at: datetime = fields.moment()
    what: What = fields.choice(What)
    who: str
    """The e-mail of a member, the name of a key, or `command line`."""
    about: str
    """Whom or what it was done to, and what has changed."""
    address: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to access, as the audit names them."""

    who: str
    address: str = ""


COMMAND = Actor("command line")
