"""One thing that was looked at in an installation, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at; `advice` is empty when it is fine."""

    what: str
    found: str
    advice: str = ""

    @property
    def is_fine(self) -> bool:
        """True when there is nothing to do."""
        return not self.advice
