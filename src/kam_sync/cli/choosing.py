"""Which column of a file holds what: as it was said, as it was kept, else as it looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connectors import columns, sheets
from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse

if TYPE_CHECKING:
    from kam_sync.wiring import Services

_LOOKED_AT = 1000
_PLAIN = ("currency", "decimal", "zone", "period")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a person says of the columns."""

    source: str
    table: columns.Table
    file: Path | None
    """A mapping in YAML."""
    sets: tuple[str, ...]
    sheet: str | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mapping that is used, and the first rows of the file."""

    source: str
    map: columns.TableMap
    is_known: bool
    """It was used before."""
    first: Sequence[dict[str, Any]] = ()

    def rows(self) -> Iterator[tuple[str, str, str]]:
        """Field, column and two values, for people to see; then the columns that are not used."""
        client = self.map.client
        named = (("id", client.id), ("INN", client.inn), ("KPP", client.kpp), ("name", client.name))
        for part, column in named:
            if column:
                yield f"client's {part}", column, self._samples(column)
        for name, rule in self.map.fields.items():
            column = " or ".join(rule.columns)
            yield name, column or "(the same)", self._samples(*rule.columns) or str(rule.value)
        for column in self._unused():
            yield "", column, self._samples(column)

    def remarks(self) -> Iterator[str]:
        """What else a person should know of the mapping."""
        if self.is_known:
            yield f"the mapping of {self.map.table} in {self.source} is used; see it: --show"
        if "currency" not in self.map.fields and self.map.currency and self.map.rules.currency:
            yield f"all amounts are in {self.map.currency}; else: --set currency=..."
        if self.map.period:
            yield f"each row is about a {self.map.period}; else: --set period=..."
        if self.map.key:
            yield f"a row is known by: {', '.join(self.map.key)}; else: --set key=..."

    def refuse_weak(self) -> None:
        """Raise WrongUse where a row that is corrected would count beside what it was before."""
        if self.map.is_weak:
            raise WrongUse(
                f"weak key: no column tells a row of {self.map.table} from the others, so that a "
                "corrected row would count twice; say which does: --set key=COLUMN (the file has: "
                f"{', '.join(self.first[0] if self.first else ())}); without one: --complete when "
                "all rows are in the file, so that old ones are deleted, or --weak-key to let them "
                "stay"
            )

    def _unused(self) -> list[str]:
        used = {*self.map.client.columns, *self.map.key}
        used |= {column for rule in self.map.fields.values() for column in rule.columns}
        return [name for name in (self.first[0] if self.first else ()) if name not in used]

    def _samples(self, *names: str) -> str:
        found = (
            str(row[name]) for row in self.first for name in names if row.get(name) is not None
        )
        return "; ".join(text[:40] for text in islice(dict.fromkeys(found), 2))


def choose(services: "Services", said: Mapping, file: Path | None) -> Chosen:
    """The mapping for a file, or WrongUse that says which option is missing."""
    from kam_sync import importing

    with services.database.transaction() as session:
        source = importing.find_source(session, said.source)
        kept = importing.map_of(session, source, said.table)
    if file is None:
        if kept is None:
            raise WrongUse(
                f"source {said.source} keeps no mapping of {said.table.name}; name a file to guess"
                " it from"
            )
        return Chosen(said.source, kept, is_known=True)
    first = _first_rows(file, said.sheet)
    if said.file is not None:
        made = _of_yaml(said)
    elif kept is not None and not said.sets:
        made = kept
    else:
        made = _guessed(said, kept, first)
    _refuse_other_columns(said, made, first)
    return Chosen(said.source, made, is_known=made == kept, first=first)


def _first_rows(file: Path, sheet: str | None) -> list[dict[str, Any]]:
    """What can be looked at; WrongUse when no row of it makes sense."""
    lines = list(islice(sheets.lines(file, sheet=sheet), _LOOKED_AT))
    good = [dict(line.cells) for line in lines if not line.trouble and not line.is_total]
    bad = next((line for line in lines if line.trouble), None)
    if not good and bad is not None:
        raise WrongUse(f"{file}: no line can be used; line {bad.number}: {bad.trouble}")
    return good


def _guessed(
    said: Mapping, kept: columns.TableMap | None, first: Sequence[dict[str, Any]]
) -> columns.TableMap:
    draft = columns.guess(said.table, first)
    if kept is not None:
        draft.said = {k: v for k, v in kept.as_document().items() if k != "table"}
    for one in said.sets:
        _set(draft, one)
    lacks = draft.missing
    if lacks and not first:
        raise WrongUse("the file has names of columns and no row below them")
    if lacks:
        ways = " ".join(f'--set {name}="COLUMN"' for name in lacks)
        raise WrongUse(
            f"no column seems to hold {', '.join(lacks)}; say which: {ways}; the file has: "
            f"{', '.join(draft.columns)}"
        )
    try:
        return draft.finished(first)
    except ValidationError as error:
        raise WrongUse(_why(error)) from error


def _set(draft: columns.Draft, one: str) -> None:
    """Take one --set into the draft."""
    name, is_given, value = one.partition("=")
    if not is_given or not name or not value.strip("="):
        raise WrongUse(f"--set {one}: FIELD=COLUMN is needed, such as amount=Сумма")
    if value.startswith("="):
        draft.put(name, {"value": value[1:]})
    elif name == "key":
        draft.said["key"] = [part.strip() for part in value.split(",") if part.strip()]
    elif name in _PLAIN and value not in draft.columns:
        draft.said[name] = value
        for rule in draft.said.get("fields", {}).values() if name == "decimal" else ():
            rule.pop(name, None)  # what is said goes before what was guessed of a column
    elif name.startswith("client."):
        draft.put(name, value)
    else:
        draft.put_column(name, value)


def _of_yaml(said: Mapping) -> columns.TableMap:
    import yaml

    path = said.file
    if path is None or said.sets:
        raise WrongUse("--map or --set: give one of them; what --set says can stand in the file")
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        if not isinstance(document, dict):
            raise WrongUse(f"{path}: this is no mapping; see: {command('import --show')}")
        made = columns.TableMap.model_validate({"table": said.table.name, **document})
    except (OSError, UnicodeDecodeError) as error:
        raise WrongUse(f"{path}: it cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise WrongUse(f"{path}: this is no YAML: {' '.join(str(error).split())}") from error
    except ValidationError as error:
        raise WrongUse(f"{path}: {_why(error)}") from error
    if made.what != said.table:
        raise WrongUse(f"{path}: this is a mapping of {made.table}, not of {said.table.name}")
    return made


def _refuse_other_columns(
    said: Mapping, made: columns.TableMap, first: Sequence[dict[str, Any]]
) -> None:
    """A mapping that reads columns that are not there would empty what it fills."""
    there = list(first[0]) if first else []
    absent = [_told(said, name, there) for name in made.columns if there and name not in there]
    if absent:
        raise WrongUse(
            f"the mapping of {said.table.name} in {said.source} reads {', '.join(absent)}, and the "
            f"file has: {', '.join(there)}; for files of another kind take another --source, or "
            "say the new columns by --set or --map"
        )


def _told(said: Mapping, name: str, there: Sequence[str]) -> str:
    """A column that is not there: the line of the mapping that names it, and what may be meant."""
    near = get_close_matches(name, there, n=1, cutoff=0.5)
    line = None if said.file is None else _line_of(name, said.file)
    notes = [*([f"line {line} of {said.file}"] if line else []), *(f"is it {one}?" for one in near)]
    return f"{name} ({'; '.join(notes)})" if notes else name


def _line_of(name: str, path: Path) -> int | None:
    import yaml

    tokens = yaml.scan(path.read_text(encoding="utf-8"))
    return next((one.start_mark.line + 1 for one in tokens if getattr(one, "value", "") == name),
                None)  # fmt: skip


def _why(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"])
    said = str(first["msg"]).removeprefix("Value error, ")
    return f"{where}: {said}" if where else said
