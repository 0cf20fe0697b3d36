"""What writes say, as it is sent: values of custom fields, texts with their mark, times."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, tzinfo
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from connectors.kit.fieldmap import TARGETS
from connectors.kit.marks import mark
from connectors.kit.writes import NewNote, NewTask, SetField, Value

CHANGED_SINCE = "not repeated: the record was changed in the CRM after this had been sent"
FLAGS = {"1": True, "true": True, "yes": True, "да": True,
         "0": False, "false": False, "no": False, "нет": False}  # fmt: skip
_END_OF_DAY = time(23, 59, 59)
_Id = TypeVar("_Id")


class CannotSet(ValueError):
    """It does not fit what it is written into; the message says why."""


def texts(field: str, value: Value, *, several: bool) -> list[str]:
    """Each text of a value; none clears the field."""
    given = [value] if isinstance(value, str) else value or []
    found = [text.strip() for text in given if text.strip()]
    if len(found) > 1 and not several:
        raise CannotSet(f"field {field}: it holds one value, not {len(found)}")
    return found


def chosen(field: str, text: str, choices: Iterable[tuple[str, _Id]]) -> _Id:
    """The id of the choice with this name, in small or capital letters."""
    known = list(choices)
    for name, id_ in known:
        if name.casefold() == text.casefold():
            return id_
    said = ", ".join(name for name, _ in known)
    raise CannotSet(f"field {field}: there is no choice {text!r}; there are: {said}")


def number(field: str, text: str) -> Decimal:
    """A number, with a comma or a point."""
    try:
        found = Decimal("".join(text.split()).replace(",", "."))
    except InvalidOperation:
        found = Decimal("nan")
    if not found.is_finite():
        raise CannotSet(f"field {field}: {text!r} is not a number")
    return found


def day(field: str, text: str) -> date:
    """A day."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CannotSet(f"field {field}: write the day as 2026-12-31") from error


def moment(field: str, text: str, zone: tzinfo) -> datetime:
    """A time; one without a zone is the account's own."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise CannotSet(f"field {field}: write the time as 2026-12-31T15:00") from error
    return found if found.tzinfo else found.replace(tzinfo=zone)


def due(write: NewTask, zone: tzinfo) -> datetime:
    """When a task is due: at its moment, or at the end of its day."""
    if write.due_at is not None:
        return write.due_at.astimezone(zone)
    if write.due_on is None:
        raise CannotSet("a task needs the day or the moment that it is due")
    return datetime.combine(write.due_on, _END_OF_DAY, zone)


def marked(write: NewTask | NewNote) -> str:
    """The text, the link, and last the mark by which we know it again."""
    return "\n".join(filter(None, (write.text.strip(), write.link, mark(write.key))))


def whole(external_id: str, crm: str) -> int:
    """An id, where a CRM has numbers."""
    if not external_id.isdecimal():
        raise CannotSet(f"{external_id}: {crm}'s ids are numbers")
    return int(external_id)


def unknown(write: SetField, fields: Mapping[str, str], hint: str) -> CannotSet:
    """That there is no such field: a target nobody has mapped, or a name that nobody has."""
    name, noun = write.field, write.about.noun
    if name not in TARGETS or name in fields:
        return CannotSet(f"field {name}: {hint}")
    mapped = ", ".join(target for target in fields if target.startswith(f"{noun}."))
    return CannotSet(
        f"field {name}: this target is not mapped to a field; map it first: source map NAME "
        f"{name}={noun}/ID; mapped are: {mapped or 'none'}"
    )
