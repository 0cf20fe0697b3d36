"""What amoCRM refuses to write, and with which words."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import orjson

from connectors.sandbox.amocrm.blank import ENTITIES, kind
from connectors.sandbox.amocrm.written import enum_of, field_of, is_no_date, needs_choice
from connectors.sandbox.rows import BINNED, Rows

Item = Mapping[str, Any]
_NUMBERS = (
    *("responsible_user_id", "created_by", "updated_by", "created_at", "updated_at"),
    *("price", "status_id", "pipeline_id", "complete_till", "entity_id", "task_type_id"),
)
_MAY_BE_ROBOT = frozenset({"created_by", "updated_by"})
_REQUIRED = {"tasks": ("text", "complete_till"), "notes": ("entity_id", "note_type", "params")}


class Mistake(NamedTuple):
    """What is wrong with one item."""

    code: str
    path: str
    detail: str


def _choice(path: str) -> Mistake:
    return Mistake("NotSupportedChoice", path, "The value you selected is not a valid choice.")


def _wrong(path: str, type_: str) -> Mistake:
    return Mistake("InvalidType", path, f"This value should be of type {type_}.")


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and abs(value) < 2**63


class Checks:
    """Looks at items before they are written."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def mistakes(self, noun: str, item: Item, *, is_new: bool) -> list[Mistake]:
        """All that is wrong with an item; what has a wrong type is not looked at further."""
        wrong = [_wrong(key, "int") for key in _NUMBERS if not _is_number(item.get(key, 0))]
        if not isinstance(item.get("custom_fields_values") or [], list):
            wrong.append(_wrong("custom_fields_values", "array"))
        if wrong:
            return wrong
        looks: tuple[Callable[[], Iterator[Mistake]], ...] = (
            lambda: self._missing(noun, item) if is_new else self._absent(noun, item),
            lambda: self._people(item),
            lambda: self._about(noun, item),
            lambda: self._stage(noun, item),
            lambda: self._links(item),
            lambda: _fields(noun, item),
        )
        return [mistake for look in looks for mistake in look()]

    def _missing(self, noun: str, item: Item) -> Iterator[Mistake]:
        for key in _REQUIRED.get(kind(noun), ()):
            if item.get(key) is None or item[key] == "":
                yield Mistake("FieldMissing", key, "This field is missing.")

    def _absent(self, noun: str, item: Item) -> Iterator[Mistake]:
        if not self._is_there(noun, item.get("id")):
            yield _choice("id")

    def _people(self, item: Item) -> Iterator[Mistake]:
        """Those who have left may stand in old rows, but not in what is written."""
        for key in ("responsible_user_id", "created_by", "updated_by"):
            number = item.get(key)
            if number is None or (number == 0 and key in _MAY_BE_ROBOT):
                continue
            body = self._rows.get("users", number)
            if body is None or not orjson.loads(body)["rights"]["is_active"]:
                yield _choice(key)

    def _about(self, noun: str, item: Item) -> Iterator[Mistake]:
        if "entity_id" not in item:
            return
        about = item.get("entity_type") if noun == "tasks" else noun.partition("/")[0]
        if noun == "tasks" and about not in ENTITIES:
            yield _choice("entity_type")
        elif not self._is_there(str(about), item["entity_id"]):
            yield _choice("entity_id")

    def _stage(self, noun: str, item: Item) -> Iterator[Mistake]:
        if noun != "leads" or not item.get("pipeline_id"):
            return
        body = self._rows.get("leads/pipelines", item["pipeline_id"])
        if body is None:
            yield _choice("pipeline_id")
            return
        stages = {stage["id"] for stage in orjson.loads(body)["_embedded"]["statuses"]}
        if item.get("status_id", min(stages)) not in stages:
            yield _choice("status_id")

    def _links(self, item: Item) -> Iterator[Mistake]:
        for noun in ("contacts", "companies"):
            for place, one in enumerate((item.get("_embedded") or {}).get(noun) or ()):
                if not self._is_there(noun, one.get("id")):
                    yield _choice(f"_embedded.{noun}.{place}.id")

    def _is_there(self, noun: str, id_: Any) -> bool:
        facts = self._rows.facts(noun, id_) if isinstance(id_, int) else None
        return facts is not None and facts.state != BINNED


def _fields(noun: str, item: Item) -> Iterator[Mistake]:
    for place, one in enumerate(item.get("custom_fields_values") or ()):
        path = f"custom_fields_values.{place}"
        field = field_of(noun, one)
        if field is None:
            key = "field_code" if "field_code" in one else "field_id"
            yield Mistake("FieldNotFound", f"{path}.{key}", "Field not found.")
            continue
        for number, value in enumerate(one.get("values") or ()):
            if needs_choice(field) and enum_of(field, value) is None:
                yield _choice(f"{path}.values.{number}.enum_id")
            if is_no_date(field, value):
                yield _wrong(f"{path}.values.{number}.value", "int")
