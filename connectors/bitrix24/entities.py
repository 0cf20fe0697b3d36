"""The kinds of records that a portal's CRM has, and how each part of its API calls them."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.kit.records import Noun

LEAD_IDS = "lead/"
"""Our ids of leads begin so, and those of what belongs to them: they are deals among deals."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A kind of record."""

    type: int
    """Its number (entityTypeId)."""
    noun: Noun
    short: str
    """How a task names what it is about: D_37."""
    timeline: str
    """How the timeline names it."""
    stages: str = ""
    """So begins the name of its lists of stages; stage ids of two kinds may be alike."""
    prefix: str = ""
    """So begin our ids of its records, and of its custom fields."""

    @property
    def name(self) -> str:
        """What it is called in sentences."""
        return self.prefix.rstrip("/") or self.noun.value


LEAD = Entity(1, Noun.DEAL, "L", "lead", "STATUS", LEAD_IDS)
DEAL = Entity(2, Noun.DEAL, "D", "deal", "DEAL_STAGE")
CONTACT = Entity(3, Noun.CONTACT, "C", "contact")
COMPANY = Entity(4, Noun.COMPANY, "CO", "company")
INVOICE = Entity(31, Noun.INVOICE, "SI", "dynamic_31", "SMART_INVOICE")
ALL = (COMPANY, CONTACT, DEAL, INVOICE, LEAD)


def pulled(*, leads: bool) -> Sequence[Entity]:
    """The kinds that are pulled; leads where an admin wants them."""
    return ALL if leads else ALL[:-1]


def entity_of(noun: Noun, external_id: str) -> tuple[Entity, str] | None:
    """The kind of a record and its number in the portal; None for what is no record of the CRM."""
    for one in reversed(ALL):  # leads before deals, whose ids begin with nothing
        if one.noun is noun and external_id.startswith(one.prefix):
            return one, external_id.removeprefix(one.prefix)
    return None


def by_type(said: object, among: Sequence[Entity]) -> Entity | None:
    """The kind that has a number, written as a text or not."""
    return next((one for one in among if str(one.type) == str(said)), None)
