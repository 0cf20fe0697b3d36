"""Makes the rules of a noun into one function: from a raw record to a record."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from connectors.kit import values
from connectors.kit.door import Spoken, behind
from connectors.kit.errors import BadRecord
from connectors.kit.marks import is_marked
from connectors.kit.readers import (
    EMPTY,
    Common,
    Faults,
    Faulty,
    Read,
    Row,
    code,
    coded,
    getter,
    reader,
)
from connectors.kit.records import Happening, Noun, Outcome, RawRecord, Record
from connectors.kit.rule import Rule
from connectors.kit.shapes import NEEDED, Shape, record_class, shapes, unfillable
from connectors.kit.wrongs import near

Rules = Mapping[str, Rule]
Key = str | list[str] | None

_ACTIVITIES = {Noun.NOTE: Happening.NOTE, Noun.EVENT: Happening.OTHER}
_JOINT = "|"


def mapped(
    noun: Noun, key: Key, rules: Rules, common: Common, main_pipeline: str
) -> Callable[[RawRecord], Record]:
    """The function that makes a raw record a record. Raises Faults for rules that make none."""
    cls = record_class(noun)
    reads, fixed = _followed(noun, rules, common, main_pipeline)
    fixed = {name: value for name, value in (_blank(noun) | fixed).items() if name not in reads}
    items, find_key, named = list(reads.items()), keyed(key), _names(key)

    def translate(raw: RawRecord) -> Record:
        row = raw.body
        external_id = find_key(row) if named else raw.external_id
        if external_id is None:
            raise BadRecord(f"key (from {' and '.join(named)}): is empty, and has to be there")
        given = fixed | {name: read(row) for name, read in items}
        if noun is Noun.DEAL:
            _close(given)
        elif "is_ours" in given:
            given["is_ours"] = is_marked(given.get("text"))
        record: Record = cls(external_id=external_id, **given)
        return record

    return translate


def _followed(
    noun: Noun, rules: Rules, common: Common, main_pipeline: str
) -> tuple[dict[str, Read], dict[str, Any]]:
    """The fields that are read, and those that are the same in all records. Raises Faults."""
    found: dict[str, tuple[Shape, Rule]] = {}
    reads: dict[str, Read] = {}
    fixed: dict[str, Any] = {}
    faults: list[Faulty] = []
    for name, rule in rules.items():
        with _noting(faults):
            short, shape = _field(noun, name)
            found[short] = shape, rule
            reads[shape.name] = reader(shape, rule, common)
    with _noting(faults):
        fixed = dict(_constants(noun, found, common, main_pipeline))
    stage = found.get("stage") if noun is Noun.DEAL else None
    if stage and stage[1].codes:
        with _noting(faults):
            reads |= _stage(*stage)
    with _noting(faults):
        told = {shape.name for shape, _ in found.values()} | ({"outcome"} if stage else set())
        _refuse_gaps(noun, {*reads, *fixed, *(told if faults else ())})
    if faults:
        raise Faults(faults)
    return reads, fixed


@contextmanager
def _noting(faults: list[Faulty]) -> Iterator[None]:
    try:
        yield
    except Faulty as fault:
        faults.append(fault)


def keyed(key: Key) -> Callable[[Row], str | None]:
    """The function that finds the id of a row; None when a part of it is empty."""
    named = _names(key)
    gets = [getter([name]) for name in named]

    def find(row: Row) -> str | None:
        try:
            parts = [values.identifier(get(row)) for get in gets]
            whole = [part for part in parts if part is not None]
            if not whole or len(whole) < len(parts):
                return None
            return whole[0] if len(whole) == 1 else values.identifier(_JOINT.join(whole))
        except BadRecord as error:
            raise BadRecord(f"key (from {' and '.join(named)}): {error}") from error

    return find


def _names(key: Key) -> list[str]:
    return [key] if isinstance(key, str) else list(key or ())


def _field(noun: Noun, name: str) -> tuple[str, Shape]:
    """The field of a name, short or long."""
    known = shapes(noun)
    short = {shape.name: one for one, shape in known.items()}.get(name, name)
    if short not in known:
        there, meant = ", ".join(known), near(name, known)
        raise Faulty(
            f"a {noun} has no field {name!r}{meant}; there are: {there}",
            f"у {noun} нет поля {name!r}{meant.ru}; есть: {there}", field=name,
        )  # fmt: skip
    return short, known[short]


def _blank(noun: Noun) -> dict[str, Any]:
    """A record of which nothing is known."""
    return {s.name: s.default for s in shapes(noun).values() if s.default is not NEEDED}


def _constants(
    noun: Noun, found: Mapping[str, tuple[Shape, Rule]], common: Common, main_pipeline: str
) -> Iterator[tuple[str, Any]]:
    """What is the same in all records, unless a rule reads it."""
    known = shapes(noun)
    if "currency" in known:
        told = sorted({rule.currency for _, rule in found.values() if rule.currency})
        if len(told) > 1:
            raise Faulty(
                f"a {noun} is in one currency, not in {' and '.join(told)}",
                f"у {noun} одна валюта, а названо несколько: {', '.join(told)}",
            )
        yield from (("currency", code) for code in told or {common.currency} if code)
    if noun in _ACTIVITIES:
        yield from (("happening", _ACTIVITIES[noun]), ("kind", noun.value))
    if noun is Noun.DEAL:
        yield "pipeline_external_id", main_pipeline
    for shape, rule in found.values():
        of = shape.name.replace("_external_id", "_noun")
        if rule.entity and any(shape_.name == of for shape_ in known.values()):
            yield of, rule.entity


def _stage(shape: Shape, rule: Rule) -> dict[str, Read]:
    """A deal's stage by the CRM's own code, and what the code says of how the deal stands."""
    codes, match = rule.codes, tuple(rule.match)
    wrong = sorted(set(codes.values()) - set(Outcome))
    if wrong:
        raise Faulty(
            f"stage: the codes say open, won or lost, not {', '.join(wrong)}",
            f"stage: в codes бывает open, won или lost, но не {', '.join(wrong)}", field="stage",
        )  # fmt: skip
    known = {one.strip().casefold(): one for one in codes}
    outcome, get = coded(codes, match), getter(rule.columns)
    where = f"stage (from {' or '.join(rule.columns) or 'value'})"

    def own(value: Any) -> str | None:
        said = values.identifier(code(value, match))
        return None if said is None else known.get(said.casefold(), said)

    def read_stage(row: Row) -> str:
        try:
            said = (own(get(row)) if rule.columns else None) or own(rule.value)
        except BadRecord as error:
            raise BadRecord(behind(f"{where}: ", error)) from error
        if said is None:
            raise BadRecord(Spoken(f"{where}: {EMPTY}", f"{where}: {EMPTY.ru}"))
        return said

    def read_outcome(row: Row) -> Outcome:
        said = read_stage(row)
        try:
            return Outcome(outcome(said))
        except BadRecord as error:
            raise BadRecord(behind(f"{where}: ", error)) from error

    return {shape.name: read_stage, "outcome": read_outcome}


def _close(given: dict[str, Any]) -> None:
    """An open deal has no closing time, whatever people plan; a closed one, at its last change."""
    if given.get("outcome") is Outcome.OPEN:
        given["closed_at"] = None
    elif given.get("closed_at") is None:
        given["closed_at"] = given.get("updated_at")


def _refuse_gaps(noun: Noun, known: set[str]) -> None:
    """Raise Faulty where a record could never be made."""
    if odd := unfillable(noun):
        raise Faulty(
            f"a {noun} cannot be read by rules: nothing can say its {', '.join(odd)}",
            f"{noun} нельзя прочитать по правилам: неоткуда взять {', '.join(odd)}",
        )
    missing = [
        short
        for short, shape in shapes(noun).items()
        if shape.default is NEEDED and shape.name not in known
    ]
    if missing:
        raise Faulty(
            f"a {noun} needs a rule for {', '.join(missing)}",
            f"для {noun} нужно правило: {', '.join(missing)}",
        )
