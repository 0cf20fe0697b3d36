"""A person who decides of accounts, each time at one go."""

from collections.abc import Collection
from uuid import UUID

from kam_sync.jobs import joining
from kam_sync.matching.grouping import Company
from kam_sync.wiring import Services


def merge(services: Services, one: UUID, other: UUID, *, by: str) -> int:
    """Two accounts are one."""
    with joining.accounts(services, by=by) as deciding:
        return deciding.merge(one, other)


def keep_apart(services: Services, one: Company, other: Company, *, by: str) -> int:
    """Two companies are two."""
    with joining.accounts(services, by=by) as deciding:
        return deciding.keep_apart((one, other))


def split(services: Services, account: UUID, leaving: Collection[Company], *, by: str) -> int:
    """Some companies of an account are another customer."""
    with joining.accounts(services, by=by) as deciding:
        return deciding.split(account, leaving)


def undo(services: Services, decision: int, *, by: str) -> None:
    """A decision is taken back."""
    with joining.accounts(services, by=by) as deciding:
        deciding.undo(decision)
