"""Says which account is whose child: branches of their head office, others as people say.

A person's word is stronger than an INN, and a later word stronger than an earlier one. What would
make an account its own ancestor is left out, so that every group is a tree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from kam_sync.matching.features import is_head_office


@dataclass(frozen=True, slots=True)
class Office:
    """A company of a legal entity that has others with another KPP."""

    account: UUID
    inn: str
    """Digits alone; empty where there is none, and the OGRN says whose office it is."""
    ogrn: str
    kpp: str
    is_deleted: bool
    seq: int
    """The order in which companies came to be known."""


@dataclass(frozen=True, slots=True)
class Word:
    """What a person said: the account is a child of the other, or of none."""

    decision_id: int
    account: UUID
    parent: UUID | None


@dataclass(frozen=True, slots=True)
class Tie:
    """The parent of an account, and by which decision; None where the INN says so."""

    parent: UUID
    decision_id: int | None = None


def heads(offices: Iterable[Office]) -> dict[UUID, UUID]:
    """Of each account that is a branch, the account of the head office.

    That is the one whose KPP says so, else the one that is still in its CRM, else the oldest. One
    with the KPP of the head office is none of its branches: a person has parted the two. An account
    that a person made of several entities may be the head of each; whose branch it is says the one
    that it had first.
    """
    by_age = sorted(offices, key=lambda office: office.seq)
    inn_of = {office.ogrn: office.inn for office in by_age if office.ogrn and office.inn}
    entity_of: dict[UUID, str] = {}
    entities: dict[str, list[Office]] = {}
    for office in by_age:
        entity = office.inn or inn_of.get(office.ogrn, office.ogrn)
        entity_of.setdefault(office.account, entity)
        entities.setdefault(entity, []).append(office)
    found: dict[UUID, UUID] = {}
    for entity, of_entity in entities.items():
        head = min(of_entity, key=_rank)
        at_head = {office.account for office in of_entity if office.kpp == head.kpp}
        found |= {
            office.account: head.account
            for office in of_entity
            if office.account not in at_head and entity_of[office.account] == entity
        }
    return found


def family(words: Sequence[Word], head_of: Mapping[UUID, UUID]) -> dict[UUID, Tie]:
    """The parent of each account that has one.

    Args:
        words: what people said, in the order in which they said it.
        head_of: the head office of branches.
    """
    found: dict[UUID, Tie] = {}
    said: set[UUID] = set()
    for word in reversed(words):
        if word.account in said:
            continue
        if word.parent is None:
            said.add(word.account)
        elif not closes_circle(found, word.account, word.parent):
            said.add(word.account)
            found[word.account] = Tie(word.parent, word.decision_id)
    for account, head in sorted(head_of.items()):
        if account not in said and not closes_circle(found, account, head):
            found[account] = Tie(head)
    return found


def closes_circle(ties: Mapping[UUID, Tie], account: UUID, parent: UUID) -> bool:
    """Whether an account would be its own ancestor if it became a child of the other."""
    above: UUID | None = parent
    while above is not None:
        if above == account:
            return True
        above = ties[above].parent if above in ties else None
    return False


def _rank(office: Office) -> tuple[bool, bool, int]:
    return not is_head_office(office.kpp), office.is_deleted, office.seq
