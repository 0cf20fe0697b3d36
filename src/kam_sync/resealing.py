"""Seals all stored secrets anew with the current key, so that a former one can be dropped."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from kam_sync.base.db.sealed import Sealed, change_sealed, sealed_texts
from kam_sync.base.secrets import SealedBy
from kam_sync.wiring import Services

SEALED = (
    Sealed("source", "id", ("sealed_token",)),
    Sealed("source_grant", "source_id", ("sealed_app", "sealed_access", "sealed_refresh")),
    Sealed("consent", "digest", ("sealed_app", "sealed_grant")),
    Sealed("hook_key", "digest", ("sealed_key",)),
    Sealed("subscription", "source_id", ("sealed_address",), ("sealed_leftovers",)),
    Sealed("target", "id", ("sealed_secret", "sealed_former")),
    Sealed("channel", "id", ("sealed_url",)),
    Sealed("erasure_key", "id", ("sealed_key",)),
)
"""Every column with secrets; a test compares them with the tables."""
_MOST_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Sealing:
    """By which keys secrets are sealed, table by table."""

    tables: Mapping[str, Counter[SealedBy]]
    has_former: bool
    """Whether there are former keys at all."""
    sealed_anew: Counter[str] = field(default_factory=Counter)
    """How many were sealed with another key just now, by table."""

    def count(self, by: SealedBy) -> int:
        """How many are sealed by such a key."""
        return sum(found[by] for found in self.tables.values())

    @property
    def total(self) -> int:
        """All secrets."""
        return sum(found.total() for found in self.tables.values())

    @property
    def can_drop_former(self) -> bool:
        """Whether there are former keys that nothing is sealed with."""
        return self.has_former and not self.count(SealedBy.FORMER)


def standing(services: Services) -> Sealing:
    """By which keys secrets are sealed now."""
    cipher = services.cipher
    with services.database.transaction() as session:
        tables = {
            of.table: Counter(cipher.sealed_by(text) for text in sealed_texts(session, of))
            for of in SEALED
        }
    return Sealing(tables, cipher.has_former)


def rotate(services: Services) -> Sealing:
    """Seal all secrets with the current key; what no key opens is left as it is.

    Where the key stands in a file, a new one is made first, unless the work with the newest one is
    not done yet: then that was cut short, and is gone on with. Any number of services may run
    meanwhile: what one of them sealed with a former key is found by the next round.
    """
    with services.database.alone("secrets"):
        found = standing(services)
        if services.cipher.file is not None and not found.count(SealedBy.FORMER):
            services.cipher.file.succeed()
            found = standing(services)
        anew: Counter[str] = Counter()
        for _ in range(_MOST_ROUNDS):
            if not found.count(SealedBy.FORMER):
                break
            for of in SEALED:
                _seal_table(services, of, anew)
            found = standing(services)
        return Sealing(found.tables, found.has_former, anew)


def forget_former(services: Services) -> int | None:
    """Forget former keys in the key file; how many, None when one of them is still needed."""
    with services.database.alone("secrets"):
        found = standing(services)
        if found.count(SealedBy.FORMER) or services.cipher.file is None:
            return None
        return services.cipher.file.forget_former()


def _seal_table(services: Services, of: Sealed, anew: Counter[str]) -> None:
    cipher = services.cipher

    def sealed_anew(text: str) -> str:
        if cipher.sealed_by(text) is not SealedBy.FORMER:
            return text
        changed[of.table] += 1
        return cipher.lock(cipher.unlock(text))

    after = None
    while True:
        changed: Counter[str] = Counter()
        with services.database.transaction() as session:
            after = change_sealed(session, of, after, sealed_anew)
        anew.update(changed)  # once they are committed
        if after is None:
            return
