"""All KPIs that there are: those that come with us, each one file, and those that people add."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import ValidationError

from connectors import plain_yaml, wrongs
from kam_sync.base.errors import WrongUse
from kam_sync.kpi.model import Family, Kpi

_OURS = Path(__file__).parent / "definitions"
_FAMILIES = list(Family)


class BadDefinition(WrongUse):
    """A file that defines no KPI; the message names the file, the line and what is wrong there."""


def read(path: Path) -> Kpi:
    """The KPI that a file defines."""
    try:
        said, marks = plain_yaml.load(path.read_text(encoding="utf-8"))
    except (plain_yaml.BadYaml, UnicodeDecodeError) as error:
        raise BadDefinition(f"{path.name}: {error}") from error
    try:
        return Kpi.model_validate(said)
    except ValidationError as error:
        raise BadDefinition(f"{path.name}: {wrongs.lines(marks, error, Kpi)}") from error


def ordered(kpis: Iterable[Kpi]) -> Mapping[str, Kpi]:
    """KPIs by key, in the order in which people see them."""
    there = sorted(kpis, key=lambda kpi: (_FAMILIES.index(kpi.family), kpi.order, kpi.key))
    return MappingProxyType({kpi.key: kpi for kpi in there})


KPIS = ordered(read(path) for path in _OURS.glob("*.yaml"))
"""All that come with us."""
