"""Which alerts Today shows: by state, person, gravity and subject, as its address says it."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Protocol, TypeVar
from urllib.parse import urlencode

from kam_sync.alerts.life import State
from kam_sync.drift.model import Severity
from kam_sync.kpi.definition import Family

_LONGEST = 200
_MOST_PAGES = 10_000


class Show(StrEnum):
    """How the alerts stand that are shown."""

    NEEDS = "needs"
    """Nobody has answered."""
    TAKEN = "taken"
    AWAY = "away"
    """Put off, or as they have to be."""
    ALL = "all"
    OVER = "over"
    """Resolved lately."""


_STANDS = {
    State.FIRING: Show.NEEDS,
    State.ACKNOWLEDGED: Show.TAKEN,
    State.SNOOZED: Show.AWAY,
    State.EXPECTED: Show.AWAY,
}


_ANY = frozenset({Show.ALL, Show.OVER})


def shown_as(state: State) -> Show | None:
    """The tab that an alert is on; what recovers by itself is only among all."""
    return _STANDS.get(state)


class Sifted(Protocol):
    """What is asked of a row."""

    @property
    def show(self) -> Show | None: ...
    @property
    def owner(self) -> str: ...
    @property
    def severity(self) -> Severity: ...
    @property
    def family(self) -> Family: ...
    @property
    def name(self) -> str: ...


_Row = TypeVar("_Row", bound=Sifted)


@dataclass(frozen=True, slots=True)
class Sieve:
    """What is asked for; an empty text asks for all."""

    state: Show = Show.NEEDS
    owner: str = ""
    severity: str = ""
    family: str = ""
    q: str = ""
    page: int = 1

    @classmethod
    def of(cls, asked: Mapping[str, str], owner: str = "") -> "Sieve":
        """As an address says it; what is no word of ours is passed over.

        Args:
            owner: whose alerts are shown where the address does not say it.
        """
        text = {name: asked.get(name, "").replace("\x00", "").strip()[:_LONGEST] for name in asked}
        state, page = text.get("state", ""), text.get("page", "")
        return cls(
            state=Show(state) if state in set(Show) else Show.NEEDS,
            owner=text.get("owner", owner),
            severity=severity if (severity := text.get("severity")) in set(Severity) else "",
            family=family if (family := text.get("family")) in set(Family) else "",
            q=text.get("q", ""),
            page=min(max(int(page), 1), _MOST_PAGES) if page.isascii() and page.isdigit() else 1,
        )

    def query(self, **others: object) -> str:
        """The address of this choice, or of another, beginning with a question mark.

        Whose alerts they are stands there always, so that a link shows everybody the same.
        """
        said = {**asdict(self), "page": 1, **others}
        said = {key: value for key, value in said.items() if value or key == "owner"}
        if said["page"] == 1:
            del said["page"]
        return f"?{urlencode(said)}"

    @property
    def is_narrow(self) -> bool:
        """Whether more is asked for than how alerts stand."""
        return bool(self.owner or self.severity or self.family or self.q)

    def takes(self, row: Sifted, *, but: str = "") -> bool:
        """Whether a row is asked for, passing over one of the questions."""
        return (
            (but == "owner" or not self.owner or row.owner == self.owner)
            and (but == "state" or self.state in _ANY or row.show is self.state)
            and (but == "severity" or not self.severity or row.severity == self.severity)
            and (but == "family" or not self.family or row.family == self.family)
            and (not self.q or self.q.casefold() in row.name.casefold())
        )

    def rows(self, rows: Iterable[_Row]) -> list[_Row]:
        """Those that are asked for."""
        return [row for row in rows if self.takes(row)]

    def counts(self, rows: Iterable[_Row], name: str, of: Callable[[_Row], object]) -> Counter[str]:
        """How many there would be by each answer to one of the questions."""
        return Counter(str(of(row)) for row in rows if self.takes(row, but=name))
