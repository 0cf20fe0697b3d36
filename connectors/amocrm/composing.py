"""What is sent to amoCRM for each write: only what changes, never whole records."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from connectors.amocrm.naming import PLURALS
from connectors.amocrm.setting import Definition, Values, values_for, with_one_more
from connectors.kit import pick
from connectors.kit.composing import CannotSet, due, marked, unknown, whole
from connectors.kit.http import CrmHttp
from connectors.kit.marks import mark
from connectors.kit.pages import forwards
from connectors.kit.writes import AddTag, DoneTask, NewNote, NewTask, Ref, SetField, Write

Body = dict[str, Any]

ROOT = "/api/v4/"


def place(write: Write) -> tuple[str, str]:
    """The method and the path, below the root, that a write is sent by."""
    match write:
        case NewTask():
            return "POST", "tasks"
        case DoneTask():
            return "PATCH", "tasks"
        case NewNote():
            return "POST", f"{entity(write.about)}/notes"
        case SetField() | AddTag():
            return "PATCH", entity(write.about)


def entity(about: Ref) -> str:
    """Whose tasks, notes, fields and tags there are, as in addresses."""
    try:
        return PLURALS[about.noun]
    except KeyError as error:
        raise CannotSet(f"{about.noun}: amoCRM takes nothing about such a record") from error


def request_id(write: Write) -> str:
    """What the answer is told apart by: plain and short whatever the key looks like."""
    return mark(write.key)[1:-1]


class Composer:
    """Makes the bodies; asks the account for what they depend on."""

    def __init__(self, http: CrmHttp, zone: ZoneInfo, fields: Mapping[str, str]) -> None:
        self._http = http
        self._zone = zone
        self._fields = fields
        self._defined: dict[str, list[Definition]] = {}

    def body(self, write: Write) -> Body | None:
        """What to send; None when the CRM has it already. Raises CannotSet, which says why not."""
        found: Body | None
        match write:
            case NewTask():
                found = self._task(write)
            case DoneTask():
                found = {"id": _number(write.external_id), "is_completed": True}
                if write.result:
                    found["result"] = {"text": write.result}
            case NewNote():
                about = _number(write.about.external_id)
                found = {
                    "entity_id": about,
                    "note_type": "common",
                    "params": {"text": marked(write)},
                }
            case SetField():
                found = self._field(write)
            case AddTag():
                about = _number(write.about.external_id)
                found = {"id": about, "tags_to_add": [{"name": write.tag}]}
        return found and {**found, "request_id": request_id(write)}

    def _task(self, write: NewTask) -> Body:
        found: Body = {
            "text": marked(write),
            "complete_till": int(due(write, self._zone).timestamp()),
            "entity_id": _number(write.about.external_id),
            "entity_type": entity(write.about),
        }
        if write.owner_external_id:
            found["responsible_user_id"] = _number(write.owner_external_id)
        if write.type_external_id:
            found["task_type_id"] = _number(write.type_external_id)
        return found

    def _field(self, write: SetField) -> Body | None:
        field = self._definition(write)
        values: Values | None
        if field["type"] == "multitext" and write.value is not None:
            if not isinstance(write.value, str):
                raise CannotSet(f"field {field['name']}: give one value, it is added to the others")
            values = with_one_more(self._present(write.about, field), write.value)
            if values is None:
                return None
        else:
            values = values_for(field, write.value, self._zone)
        about = _number(write.about.external_id)
        return {"id": about, "custom_fields_values": [{"field_id": field["id"], "values": values}]}

    def _definition(self, write: SetField) -> Definition:
        """The field by the field map, by its id, or by its code."""
        path = entity(write.about)
        if path not in self._defined:
            self._defined[path] = self._definitions(path)
        wanted = self._fields.get(write.field, write.field)
        noun, _, number = wanted.rpartition("/")
        for field in self._defined[path]:
            if noun in {"", write.about.noun} and number in {str(field["id"]), field.get("code")}:
                return field
        raise unknown(
            write,
            self._fields,
            f"{path} have no such field; name it as in the field map, or by its id such as "
            f"{write.about.noun}/9011, or by its code such as PHONE",
        )

    def _definitions(self, path: str) -> list[Definition]:
        def fetch(page: int) -> list[Any]:
            params = [("limit", "250"), ("page", str(page))]
            return rows(self._http.get(f"{ROOT}{path}/custom_fields", params).data, "custom_fields")

        return [row for page in forwards(fetch, what=f"amocrm {path} fields") for row in page]

    def _present(self, about: Ref, field: Definition) -> Values:
        """The values that a field of a record holds now: writing replaces them all."""
        path = f"{ROOT}{entity(about)}/{about.external_id}"
        row = self._http.get(path, may_be_absent=True).data
        if not isinstance(row, dict):
            raise CannotSet(f"{about.noun} {about.external_id}: the CRM has no such record")
        for held in pick.many(row, "custom_fields_values"):
            if held.get("field_id") == field["id"]:
                return [dict(value) for value in pick.many(held, "values")]
        return []


def rows(data: Any, name: str) -> list[Any]:
    """The rows of an answer; none where there is nothing in it."""
    found = pick.one(data, "_embedded").get(name) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _number(external_id: str) -> int:
    return whole(external_id, "amoCRM")
