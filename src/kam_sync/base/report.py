"""What a step says of its work: counts by name, the same form for every room."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Report:
    """Counts of one walk of a step, e.g. `{"opened": 2, "resolved": 1}`."""

    step: str
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, **counts: int) -> "Report":
        """Add to the named counts and return the report itself."""
        self.counts.update(counts)
        return self

    def as_dict(self) -> dict[str, int]:
        """The counts in the order in which they were first named."""
        return dict(self.counts)
