"""Which column of a file holds what: as it was said, as it was kept, else as it looks."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from connectors import Spoken, behind, columns, sheets, wrongs
from kam_sync.base.errors import WrongUse
from kam_sync.cli.texts import read_text

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
    is_keyless: bool = False
    """Rows are told apart by nothing but their whole content, and a person knows it."""


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
            table, there = self.map.table, ", ".join(self.first[0] if self.first else ())
            raise WrongUse(
                Spoken(
                    f"weak key: no column tells a row of {table} from the others, so that a "
                    f"corrected row would count twice; say which does: --set key=COLUMN (the file "
                    f"has: {there}); without one: --complete when all rows are in the file, so "
                    "that old ones are deleted, or --weak-key to let them stay",
                    f"слабый ключ: ни одна колонка не отличает строку {table} от других, и "
                    "исправленная строка посчиталась бы дважды; скажите, какая отличает: --set "
                    f"key=КОЛОНКА (в файле есть: {there}); если такой нет: --complete, когда в "
                    "файле все строки и старые надо удалить, или --weak-key, чтобы они остались",
                )
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
    _refuse_contradictions(said, made)
    return Chosen(said.source, made, is_known=made == kept, first=first)


def _first_rows(file: Path, sheet: str | None) -> list[dict[str, Any]]:
    """What can be looked at; WrongUse when no row of it makes sense."""
    lines = list(islice(sheets.lines(file, sheet=sheet), _LOOKED_AT))
    good = [dict(line.cells) for line in lines if not line.trouble and not line.is_total]
    bad = next((line for line in lines if line.trouble), None)
    if not good and bad is not None:
        place = Spoken(
            f"{file}: no line can be used; line {bad.number}: ",
            f"{file}: ни одна строка не годится; строка {bad.number}: ",
        )
        raise WrongUse(behind(place, ValueError(bad.trouble)))
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
        names, there = ", ".join(lacks), ", ".join(draft.columns)
        en, ru = (" ".join(f'--set {n}="{word}"' for n in lacks) for word in ("COLUMN", "КОЛОНКА"))
        raise WrongUse(
            Spoken(
                f"no column seems to hold {names}; say which: {en}; the file has: {there}",
                f"не видно, где {names}; скажите, в какой колонке: {ru}; в файле есть: {there}",
            )
        )
    try:
        return draft.finished(first, keyless=said.is_keyless)
    except ValidationError as error:
        raise WrongUse(_in_words(wrongs.sentences(error, columns.TableMap))) from error


def _set(draft: columns.Draft, one: str) -> None:
    """Take one --set into the draft."""
    name, is_given, value = one.partition("=")
    if not is_given or not name or not value.strip("="):
        raise WrongUse(f"--set {one}: FIELD=COLUMN is needed, such as amount=Сумма")
    if value.startswith("="):
        draft.put(name, {"value": value[1:]})
    elif name == "key":
        draft.said["key"] = key_parts(value, draft.columns)
    elif name in _PLAIN and value not in draft.columns:
        draft.said[name] = value
        for rule in draft.said.get("fields", {}).values() if name == "decimal" else ():
            rule.pop(name, None)  # what is said goes before what was guessed of a column
    elif name.startswith("client."):
        draft.put(name, value)
    else:
        draft.put_column(name, value)


def key_parts(value: str, there: Iterable[str]) -> list[str]:
    """Columns with commas between them; one that has a comma in its name stands in quotes."""
    if value in there:
        return [value]
    try:
        (parts,) = csv.reader([value], skipinitialspace=True, strict=True)
    except csv.Error as error:
        raise WrongUse(
            Spoken(
                f"--set key={value}: a quote is not closed; write key='\"Sum, RUB\",Date'",
                f"--set key={value}: кавычка не закрыта; пишите key='\"Сумма, руб.\",Дата'",
            )
        ) from error
    return [part.strip() for part in parts if part.strip()]


def _of_yaml(said: Mapping) -> columns.TableMap:
    path = said.file
    if path is None or said.sets:
        raise WrongUse("--map or --set: give one of them; what --set says can stand in the file")
    try:
        return columns.read_map(read_text(path), said.table)
    except columns.BadMap as error:
        raise WrongUse(behind(f"{path}: ", error)) from error


def _refuse_contradictions(said: Mapping, made: columns.TableMap) -> None:
    if said.is_keyless and made.key:
        known = ", ".join(made.key)
        raise WrongUse(
            Spoken(
                f"--weak-key: the rows are known by a key, {known}, as --set, --map or an earlier "
                "import says; leave --weak-key out, or take another --source",
                f"--weak-key: строки различает ключ {known}, так сказано в --set, --map или при "
                "прошлом импорте; уберите --weak-key или возьмите другой --source",
            )
        )
    if made.misread:
        raise WrongUse(_in_words(made.misread))


def _refuse_other_columns(
    said: Mapping, made: columns.TableMap, first: Sequence[dict[str, Any]]
) -> None:
    """A mapping that reads columns that are not there would empty what it fills."""
    there = list(first[0]) if first else []
    absent = [_told(said, name, there) for name in made.columns if there and name not in there]
    if absent:
        names, listed = ", ".join(absent), ", ".join(there)
        russian = ", ".join(one.ru for one in absent)
        raise WrongUse(
            Spoken(
                f"the mapping of {said.table.name} in {said.source} reads {names}, and the file "
                f"has: {listed}; for files of another kind take another --source, or say the new "
                "columns by --set or --map",
                f"разметка {said.table.name} в {said.source} читает {russian}, а в файле есть: "
                f"{listed}; для других файлов возьмите другой --source или назовите новые колонки "
                "через --set или --map",
            )
        )


def _told(said: Mapping, name: str, there: Sequence[str]) -> Spoken:
    """A column that is not there: the line of the mapping that names it, and what may be meant."""
    near = get_close_matches(name, there, n=1, cutoff=0.5)
    line = None if said.file is None else _line_of(name, said.file)
    en = [*([f"line {line} of {said.file}"] if line else []), *(f"is it {one}?" for one in near)]
    ru = [*([f"строка {line} в {said.file}"] if line else []), *(f"может, {one}?" for one in near)]
    return Spoken(*(f"{name} ({'; '.join(notes)})" if notes else name for notes in (en, ru)))


def _line_of(name: str, path: Path) -> int | None:
    import yaml

    tokens = yaml.scan(path.read_text(encoding="utf-8"))
    return next((one.start_mark.line + 1 for one in tokens if getattr(one, "value", "") == name),
                None)  # fmt: skip


def _in_words(found: Iterable[wrongs.Wrong]) -> Spoken:
    """What is wrong with a mapping, in one sentence."""
    told = [
        (".".join(str(part) for part in path if part != "fields"), said) for path, said in found
    ]
    en = (f"{name}: {said}" if name else said for name, said in told)
    ru = (f"{name}: {said.ru}" if name else said.ru for name, said in told)
    return Spoken("; ".join(en), "; ".join(ru))
