"""What a row means in one account: its currency, its calendar, and its field map."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from connectors.kit import custom, pick
from connectors.megaplan import values


@dataclass(frozen=True, slots=True)
class Words:
    """What translating depends on."""

    currency: str
    zone: ZoneInfo
    fields: Mapping[str, str]
    """Target -> the name of the custom field that holds it."""

    def text(self, body: pick.Body, target: str) -> str | None:
        """What the mapped field holds, as a text."""
        return custom.text(values.named(self._value(body, target)))

    def day(self, body: pick.Body, target: str) -> date | None:
        """What the mapped field holds, as a day."""
        value = self._value(body, target)
        found = values.day(value)
        if found is None and isinstance(value, Mapping):
            found = custom.day(value.get("value"), self.zone)
        return found

    def money_of(self, code: str | None) -> str:
        """A currency, that of the account where none is told."""
        return pick.currency(code or self.currency)

    def _value(self, body: pick.Body, target: str) -> Any:
        name = self.fields.get(target)
        return None if name is None else body.get(name)
