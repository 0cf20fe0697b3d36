"""What a person says of the parent of an account: it is done at once, and measured soon after."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from kam_sync.jobs.joining import while_nobody_matches
from kam_sync.matching.parenting import Parenting
from kam_sync.wiring import Services


def place(
    services: Services, account: UUID, parent: UUID | None, *, by: str, note: str = ""
) -> int:
    """An account is a child of another, or of none; returns the id of the decision.

    Raises:
        NotHere, WrongUse: as Parenting says.
        Busy: companies are being matched, and it takes long.
    """
    with _parenting(services, by) as parenting:
        return parenting.place(account, parent, note)


def take_back(services: Services, account: UUID, *, by: str) -> None:
    """Undo what people said of the parent of an account; as `place`."""
    with _parenting(services, by) as parenting:
        parenting.take_back(account)


@contextmanager
def _parenting(services: Services, by: str) -> Iterator[Parenting]:
    with while_nobody_matches(services) as session:
        yield Parenting(session, by, services.now())
