"""What an admin may set for one base: the configuration, single names, how far and how often."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from connectors.kit.options import Zoned
from connectors.kit.rule import Currency
from connectors.onec.profiles import PROFILES, ROLES, Table

_NAMES = ("set.", "field.", "only.")
_MAY_BE_NONE = {("set", role) for roles in ROLES.values() for role in roles}
_NONE = ", ".join(sorted(role for _, role in _MAY_BE_NONE))


class Settings(Zoned):
    """What an admin may set for one base (`--set key=value`), and what was found out itself."""

    configuration: Literal["bp", "ut", "unf"] = "bp"
    names: Mapping[str, str] = Field(default_factory=dict)
    """Single names: `set.bank` (or none), `field.bank.amount`, `only.bank` (or any)."""
    currency: Currency = "RUB"
    """ISO code of what the books are kept in."""
    since: date | None = None
    """Documents before this day are not read."""
    window_days: int = Field(default=45, ge=1, le=3650)
    """Documents of so many last days are looked through for changes by each sync."""
    whole_days: float = Field(default=7.0, ge=0)
    """Days between readings of all documents: 0 for never."""
    balance_hours: float = Field(default=6.0, ge=0)
    """Hours between readings of balances, which are heavy work for the base."""
    balance_months: int = Field(default=1, ge=0, le=36)
    """Of so many closed months the balance at their end is read."""
    page_rows: int = Field(default=1000, ge=1, le=2000)
    """Rows of a page; half as many with tabular parts, five times of keys and versions alone."""
    allowed_only: bool = False
    """Leave out what the rights of the user do not reach, instead of stopping there."""
    per_second: float = 5.0
    """Requests a second; 0 for no limit (sandboxes only)."""
    base_id: str | None = None

    @classmethod
    def offered(cls) -> list[str]:
        """Single names in the place of all of them; what the base says itself is no choice."""
        plain = [name for name in super().offered() if name not in {"names", "base_id"}]
        return [*plain, "set.SET", "field.SET.FIELD", "only.SET"]

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, given: Any) -> Any:
        """Single names come among the other options."""
        names = {key: given[key] for key in given if key.startswith(_NAMES)}
        return {key: given[key] for key in given if key not in names} | {"names": names}

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        """A word that nobody knows is a mistake, and no name of anything."""
        profile = PROFILES[self.configuration]
        for key, name in self.names.items():
            what, role, *rest = key.split(".")
            if name == "none" and (what, role) not in _MAY_BE_NONE:
                raise ValueError(f"{key}: only these sets may be none: {_NONE}")
            if role not in profile or len(rest) != (what == "field"):
                raise ValueError(f"{key}: there are the words {', '.join(profile)}")
            if rest and rest[0] not in profile[role].fields:
                known = ", ".join(profile[role].fields) or "none"
                raise ValueError(f"{key}: {role} has the fields: {known}")
        return self

    @cached_property
    def tables(self) -> Mapping[str, Table]:
        """What is read, by its role, with the names of this base, without what it has none of."""
        found = dict(PROFILES[self.configuration])
        for key, name in sorted(self.names.items()):  # a set last, for it may go
            what, role, *rest = key.split(".")
            table = found[role]
            match what:
                case "set" if name == "none":
                    del found[role]
                case "set":
                    found[role] = replace(table, name=name)
                case "only":
                    found[role] = replace(table, only="" if name == "any" else name)
                case _:
                    found[role] = replace(table, fields={**table.fields, rest[0]: name})
        return found
