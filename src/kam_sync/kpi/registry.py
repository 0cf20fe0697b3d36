"""All KPIs that there are: those that come with us, each one file, and those that people add."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from connectors import plain_yaml, wrongs
from kam_sync.base.errors import NotHere, WrongSettings
from kam_sync.kpi.definition import Family, Grain, Health, Kpi, Measure

_OURS = Path(__file__).parent / "definitions"
_FAMILIES = list(Family)
_Parsed = TypeVar("_Parsed", bound=BaseModel)
HEALTH = "health_score"
"""What a house may weigh by a file of its own."""


class BadDefinition(WrongSettings):
    """A file that defines no KPI; the message names the file, the line and what is wrong there."""


def read(path: Path) -> Kpi:
    """The KPI that a file defines. Raises BadDefinition."""
    kpi, marks = _parsed(path, Kpi)
    return kpi.model_copy(update={"sql_line": marks.line(["sql"]) + 2})  # the block begins below


def take_in(folder: Path) -> None:
    """Let the KPIs of a folder be there beside ours, and none of another folder.

    What `health.yaml` beside it says is what the health score is made of. Raises BadDefinition; a
    KPI of ours cannot be defined in another way.
    """
    own = {kpi.key: kpi for kpi in _read_all(folder)}
    taken = sorted(own.keys() & _OURS_BY_KEY.keys())
    if taken:
        raise BadDefinition(
            f"{taken[0]}.yaml: there is a KPI {taken[0]} already; give it another key"
        )
    there = _in_order({**_OURS_BY_KEY, **own})
    refuse_unknown(there)
    health = folder.parent / "health.yaml"
    if health.exists():
        there[HEALTH] = _weighed(health, there)
    _ALL.clear()
    _ALL.update(there)


def named(key: str) -> Kpi:
    """A KPI by its key, or NotHere."""
    if key not in KPIS:
        raise NotHere(f"KPI {key}: no such KPI; there are: {', '.join(KPIS)}")
    return KPIS[key]


def parsed_text(text: str, name: str, model: type[_Parsed]) -> tuple[_Parsed, plain_yaml.Marks]:
    """What a text says, and in which line it says what. Raises BadDefinition, by that name."""
    try:
        said, marks = plain_yaml.load(text)
    except plain_yaml.BadYaml as error:
        raise BadDefinition(f"{name}: {error}") from error
    try:
        return model.model_validate(said), marks
    except ValidationError as error:
        raise BadDefinition(f"{name}: {wrongs.lines(marks, error, model)}") from error


def _parsed(path: Path, model: type[_Parsed]) -> tuple[_Parsed, plain_yaml.Marks]:
    """What a file says, and in which line it says what."""
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadDefinition(f"{path.name}: {error}") from error
    return parsed_text(text, path.name, model)


def _weighed(path: Path, kpis: Mapping[str, Kpi]) -> Kpi:
    """The health score as a file says what it is made of."""
    health, marks = _parsed(path, Health)
    for place, one in enumerate(health.measures):
        if wrong := _unfit(one.kpi, kpis):
            at = marks.at(["measures", place, "kpi"])
            raise BadDefinition(f"{path.name}: {at}: {wrong}")
    keys = tuple(one.kpi for one in health.measures)
    return kpis[HEALTH].model_copy(update={"weighted": health.measures, "after": keys})


def _unfit(key: str, kpis: Mapping[str, Kpi]) -> str | None:
    """Why a KPI cannot be a measure of the health score."""
    if key not in kpis:
        return f"there is no KPI {key}"
    if kpis[key].measure is Measure.MONEY:
        return f"{key} is money, of which there may be several currencies"
    if Grain.MONTH not in kpis[key].grains:
        return f"{key} has no value by month"
    if key == HEALTH or HEALTH in _read_by(kpis[key], kpis):
        return f"{key} reads the health score itself"
    return None


def _read_by(kpi: Kpi, kpis: Mapping[str, Kpi]) -> set[str]:
    """All whose values it reads, by others too."""
    return set(kpi.after).union(*(_read_by(kpis[key], kpis) for key in kpi.after))


def _read_all(folder: Path) -> Iterator[Kpi]:
    for path in sorted(folder.glob("*.yaml")):
        kpi = read(path)
        if path.stem != kpi.key:
            raise BadDefinition(f"{path.name}: it defines {kpi.key}; call it {kpi.key}.yaml")
        yield kpi


def refuse_unknown(kpis: Mapping[str, Kpi]) -> None:
    """Refuse what reads the values of a KPI that is not there, or of one that reads its own."""
    for kpi in kpis.values():
        waiting, seen = list(kpi.after), set[str]()
        while waiting:
            key = waiting.pop()
            if key not in kpis:
                raise BadDefinition(f"{kpi.key}.yaml: after: there is no KPI {key}")
            if key == kpi.key:
                raise BadDefinition(f"{kpi.key}.yaml: after: it would read its own values")
            waiting += [other for other in kpis[key].after if other not in seen]
            seen.add(key)


def _in_order(kpis: Mapping[str, Kpi]) -> dict[str, Kpi]:
    def place(kpi: Kpi) -> tuple[int, int, str]:
        return _FAMILIES.index(kpi.family), kpi.order, kpi.key

    return {kpi.key: kpi for kpi in sorted(kpis.values(), key=place)}


_OURS_BY_KEY = _in_order({kpi.key: kpi for kpi in _read_all(_OURS)})
_ALL = dict(_OURS_BY_KEY)
KPIS: Mapping[str, Kpi] = MappingProxyType(_ALL)
"""All KPIs by key, in the order in which people see them; a process reads them as it starts."""
OURS: Mapping[str, Kpi] = MappingProxyType(_OURS_BY_KEY)
"""Those that come with us."""
