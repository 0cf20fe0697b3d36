"""The people who look after accounts: how many, and by which channels they are told."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from kam_sync.accounts.model import User
from kam_sync.notify.channel import Route
from kam_sync.notify.keeping import owner_of
from kam_sync.notify.route import tell


@dataclass(slots=True)
class Person:
    """Somebody who is known from one CRM or from several."""

    name: str
    email: str
    accounts: int = 0
    sources: list[str] = field(default_factory=list)
    channels: list[int] = field(default_factory=list)

    @property
    def is_forgotten(self) -> bool:
        """They look after accounts, and nobody tells them."""
        return self.accounts > 0 and not self.channels


def people_of(
    users: Iterable[User],
    of_user: Mapping[tuple[int, str], int],
    names: Mapping[int, str],
    routes: Mapping[int, Sequence[Route]],
) -> list[Person]:
    """Those who look after accounts, who is forgotten first; one e-mail is one person."""
    found: dict[str, Person] = {}
    for user in users:
        count = of_user.get((user.source_id, user.external_id), 0)
        if not count:
            continue
        key = (user.email or f"{user.source_id}:{user.external_id}").casefold()
        one = found.setdefault(key, Person(user.name, user.email or ""))
        one.accounts += count
        source = names[user.source_id]
        told = tell(owner_of(user, source), routes)
        one.channels = sorted({*one.channels, *told})
        if source not in one.sources:
            one.sources.append(source)
    return sorted(found.values(), key=lambda one: (not one.is_forgotten, -one.accounts, one.name))
