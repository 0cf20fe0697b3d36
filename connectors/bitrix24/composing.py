"""What is called for each write: the method and its parameters."""

from collections.abc import Mapping
from typing import Any

from connectors.bitrix24.calling import Portal
from connectors.bitrix24.entities import Entity, entity_of
from connectors.bitrix24.lexicon import Lexicon
from connectors.bitrix24.lists import TASK, TODO
from connectors.bitrix24.setting import Definition, value_for
from connectors.bitrix24.settings import Settings
from connectors.kit import pick
from connectors.kit.composing import CannotSet, due, marked, unknown, whole
from connectors.kit.marks import mark
from connectors.kit.writes import AddTag, DoneTask, NewNote, NewTask, Ref, SetField, Write

Call = tuple[str, dict[str, Any]]
AS_TASK = "task"
"""The type of a new task that becomes one of the tasks module, and no to-do of a timeline."""
_LONGEST_TITLE = 200
_ADDED = ("PHONE", "EMAIL")


class Composer:
    """Says what to call; asks the portal for what that depends on."""

    def __init__(
        self, portal: Portal, lexicon: Lexicon, settings: Settings, fields: Mapping[str, str]
    ) -> None:
        self._portal = portal
        self._lexicon = lexicon
        self._settings = settings
        self._fields = fields

    def call(self, write: Write) -> Call:
        """The method and its parameters. Raises CannotSet, which says why there is none."""
        match write:
            case NewTask():
                return self._task(write) if write.type_external_id == AS_TASK else self._todo(write)
            case DoneTask():
                return _done(write)
            case NewNote():
                entity, id_ = whose(write.about)
                about = {"ENTITY_ID": id_, "ENTITY_TYPE": entity.timeline}
                return "crm.timeline.comment.add", {"fields": {**about, "COMMENT": marked(write)}}
            case SetField():
                return self._field(write)
            case AddTag():
                raise CannotSet("Bitrix24 has no tags on records of its CRM; set a field instead")

    def _todo(self, write: NewTask) -> Call:
        entity, id_ = whose(write.about)
        title, description = _said(write)
        asked = {
            "ownerTypeId": entity.type,
            "ownerId": id_,
            "deadline": due(write, self._settings.zone).isoformat("T", "seconds"),
            "title": title,
            "description": description,
        }
        if write.owner_external_id:
            asked["responsibleId"] = number(write.owner_external_id)
        return "crm.activity.todo.add", asked

    def _task(self, write: NewTask) -> Call:
        entity, id_ = whose(write.about)
        title, description = _said(write)
        owner = write.owner_external_id
        fields = {
            "TITLE": title,
            "DESCRIPTION": description,
            "DEADLINE": due(write, self._settings.zone).isoformat("T", "seconds"),
            "RESPONSIBLE_ID": number(owner) if owner else self._me(),
            "UF_CRM_TASK": [f"{entity.short}_{id_}"],
        }
        return "tasks.task.add", {"fields": fields}

    def _me(self) -> int:
        """Who we are in the portal: a task needs somebody who is responsible."""
        me = self._portal.call("profile", {})
        return number(str(pick.one({"me": me}, "me").get("ID")))

    def _field(self, write: SetField) -> Call:
        entity, id_ = whose(write.about)
        about = {"entityTypeId": entity.type, "id": id_}
        if write.field.upper() in _ADDED:
            if not isinstance(write.value, str):
                raise CannotSet(f"{write.field}: give one value, it is added to the others")
            added = {"typeId": write.field.upper(), "valueType": "WORK", "value": write.value}
            return "crm.item.update", {**about, "fields": {"fm": [added]}}
        field = self._definition(entity, write)
        settings = self._settings
        value = value_for(field, write.value, settings.zone, settings.currency)
        return "crm.item.update", {**about, "fields": {str(field["id"]): value}}

    def _definition(self, entity: Entity, write: SetField) -> Definition:
        """The field by the field map, by its id, or by its code."""
        of, _, key = self._fields.get(write.field, write.field).rpartition("/")
        own = {"", entity.name, f"{entity.noun}/{entity.prefix}".rstrip("/")}
        for field in self._lexicon.known_fields.get(entity, {}).values():
            if of in own and key in {field["id"], field.get("upperName")}:
                return field
        raise unknown(
            write,
            self._fields,
            f"a {entity.name} has no such field; name it as in the field map, or by its code such "
            "as UF_CRM_1700000001, or PHONE or EMAIL to add one",
        )


def whose(about: Ref) -> tuple[Entity, int]:
    """What a write is about, and its number in the portal."""
    found = entity_of(about.noun, about.external_id)
    if found is None:
        raise CannotSet(f"{about.noun}: Bitrix24 takes nothing about such a record")
    return found[0], number(found[1])


def number(external_id: str) -> int:
    """An id as the portal has it."""
    return whole(external_id, "Bitrix24")


def _done(write: DoneTask) -> Call:
    if write.external_id.startswith(TASK):
        return "tasks.task.complete", {"taskId": number(write.external_id.removeprefix(TASK))}
    id_ = number(write.external_id.removeprefix(TODO))
    return "crm.activity.update", {"id": id_, "fields": {"COMPLETED": "Y"}}


def _said(write: NewTask) -> tuple[str, str]:
    """A title that ends with the mark by which we find it, and the rest."""
    first, _, rest = write.text.strip().partition("\n")
    title, over = first[:_LONGEST_TITLE], first[_LONGEST_TITLE:]
    return f"{title} {mark(write.key)}", _lines(over, rest.strip(), write.link)


def _lines(*parts: str | None) -> str:
    return "\n".join(filter(None, parts))
