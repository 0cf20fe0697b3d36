"""What a digest tells: all that waited, by account, the gravest first, and how many are open."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from kam_sync.accounts.model import Account
from kam_sync.alerts.model import Alert


@dataclass(frozen=True, slots=True)
class Digest:
    """One message to one receiver."""

    groups: tuple[tuple[str, tuple[Alert, ...]], ...] = ()
    """By name of the account what is still open of that which waited, the gravest first."""
    passed: int = 0
    """How many of those that waited are over already."""
    open_alerts: int = 0
    """How many are open in all, those that were told before among them."""


def digest(waited: Iterable[Alert], accounts: Mapping[UUID, Account], open_alerts: int) -> Digest:
    """What is told. An alert that waited twice is told once, as it stands now.

    Args:
        accounts: those that the accounts of the alerts are now.
    """
    alerts = {one.id: one for one in waited}
    groups: dict[UUID, tuple[str, list[Alert]]] = {}
    for one in sorted(alerts.values(), key=lambda alert: (-alert.rank, str(alert.id))):
        account = accounts[one.account_id]
        if one.life.is_open:
            groups.setdefault(account.id, (account.name, []))[1].append(one)
    shown = tuple((name, tuple(those)) for name, those in groups.values())
    return Digest(shown, len(alerts) - sum(len(those) for _, those in shown), open_alerts)
