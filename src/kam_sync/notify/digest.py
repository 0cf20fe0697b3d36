"""What a digest tells: all that waited, by account, the gravest first, and how many are open."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Waited:
    """An alert that waited for the digest, as it stands now."""

    alert_id: UUID
    account_id: UUID
    rank: float
    is_open: bool


@dataclass(frozen=True, slots=True)
class Digest:
    """One message to one receiver."""

    groups: tuple[tuple[Waited, ...], ...]
    """Of one account each."""
    passed: int
    """How many of those that waited are over already."""
    open_alerts: int
    """How many are open in all, those that were told before among them."""


def digest(waited: Iterable[Waited], open_alerts: int) -> Digest | None:
    """What is told; None where nothing waited. An alert that waited twice is told once."""
    alerts = {one.alert_id: one for one in waited}
    if not alerts:
        return None
    by_account: dict[UUID, list[Waited]] = {}
    for one in sorted(alerts.values(), key=lambda w: (-w.rank, str(w.alert_id))):
        if one.is_open:
            by_account.setdefault(one.account_id, []).append(one)
    groups = tuple(tuple(group) for group in by_account.values())
    return Digest(groups, sum(not one.is_open for one in alerts.values()), open_alerts)
