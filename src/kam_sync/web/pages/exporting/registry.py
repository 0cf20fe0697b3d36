"""All tables there are, by the name that stands in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from kam_sync.access.model import Area
from kam_sync.web.pages.exporting import (
    account,
    accounts,
    alerts,
    lineage,
    matching,
    measures,
    privacy,
    sources,
)
from kam_sync.web.pages.exporting.asked import Asking, Filter, OfAccount
from kam_sync.web.pages.exporting.table import Table


@dataclass(frozen=True, slots=True)
class Export:
    """A table: how it is asked for, who makes it, and what it is about."""

    filter: type[Filter]
    make: Callable[[Asking, Any], Table]
    area: Area
    """What it shows: who may not see that has no file of it either."""
    is_personal: bool = False
    """Whether it has personal data of contacts in whole, so that who takes it is written down."""


EXPORTS: Mapping[str, Export] = {
    "accounts": Export(accounts.Found, accounts.accounts, Area.ACCOUNTS),
    "portfolio": Export(accounts.Chosen, accounts.portfolio, Area.PORTFOLIO),
    "kams": Export(accounts.Keeping, accounts.kams, Area.PORTFOLIO),
    "lost": Export(Filter, accounts.lost, Area.PORTFOLIO),
    "alerts": Export(alerts.Open, alerts.alerts, Area.ALERTS),
    "rules": Export(Filter, alerts.rules, Area.RULES),
    "backtest": Export(alerts.OfRule, alerts.backtested, Area.RULES),
    "deals": Export(account.OfDeals, account.deals, Area.ACCOUNTS),
    "invoices": Export(OfAccount, account.invoices, Area.ACCOUNTS),
    "contacts": Export(OfAccount, account.contacts, Area.ACCOUNTS, is_personal=True),
    "tasks": Export(OfAccount, account.tasks, Area.ACCOUNTS, is_personal=True),
    "timeline": Export(OfAccount, account.timeline, Area.ACCOUNTS, is_personal=True),
    "facts": Export(OfAccount, account.facts, Area.ACCOUNTS),
    "figures": Export(OfAccount, measures.figures, Area.KPIS),
    "values": Export(measures.Values, measures.values, Area.KPIS),
    "restatements": Export(measures.Changed, measures.restatements, Area.KPIS),
    "lineage": Export(lineage.OfValue, lineage.lineage, Area.KPIS, is_personal=True),
    "corrections": Export(OfAccount, measures.corrections, Area.ACCOUNTS),
    "sources": Export(sources.OfSource, sources.sources, Area.SOURCES),
    "set-aside": Export(sources.OfSource, sources.set_aside, Area.SOURCES),
    "ledger": Export(sources.OfCheck, sources.ledger, Area.LEDGER),
    "ledger-accounts": Export(sources.OfCheck, sources.ledger_accounts, Area.LEDGER),
    "decisions": Export(matching.Decided, matching.decisions, Area.MATCHES),
    "sends": Export(sources.OfChannel, sources.sends, Area.CHANNELS),
    "privacy-log": Export(privacy.Logged, privacy.log, Area.PRIVACY),
}
