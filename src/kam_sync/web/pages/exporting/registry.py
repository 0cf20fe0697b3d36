"""All tables there are, by the name that stands in the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

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
    """A table: how it is asked for, and who makes it."""

    filter: type[Filter]
    make: Callable[[Asking, Any], Table]


EXPORTS: Mapping[str, Export] = {
    "accounts": Export(accounts.Found, accounts.accounts),
    "portfolio": Export(accounts.Chosen, accounts.portfolio),
    "kams": Export(accounts.Keeping, accounts.kams),
    "lost": Export(Filter, accounts.lost),
    "alerts": Export(alerts.Open, alerts.alerts),
    "rules": Export(Filter, alerts.rules),
    "backtest": Export(alerts.OfRule, alerts.backtested),
    "deals": Export(account.OfDeals, account.deals),
    "invoices": Export(OfAccount, account.invoices),
    "contacts": Export(OfAccount, account.contacts),
    "tasks": Export(OfAccount, account.tasks),
    "timeline": Export(OfAccount, account.timeline),
    "facts": Export(OfAccount, account.facts),
    "figures": Export(OfAccount, measures.figures),
    "values": Export(measures.Values, measures.values),
    "restatements": Export(measures.Changed, measures.restatements),
    "lineage": Export(lineage.OfValue, lineage.lineage),
    "corrections": Export(OfAccount, measures.corrections),
    "sources": Export(sources.OfSource, sources.sources),
    "set-aside": Export(sources.OfSource, sources.set_aside),
    "ledger": Export(sources.OfCheck, sources.ledger),
    "ledger-accounts": Export(sources.OfCheck, sources.ledger_accounts),
    "decisions": Export(matching.Decided, matching.decisions),
    "sends": Export(sources.OfChannel, sources.sends),
    "privacy-log": Export(privacy.Logged, privacy.log),
}
