"""Methods that write: to-dos, tasks, comments, fields; each returns what the API gives for it."""

from collections.abc import Callable, Mapping
from typing import Any

from connectors.sandbox.bitrix24.answers import Trouble, stamp
from connectors.sandbox.bitrix24.asked import Asked
from connectors.sandbox.bitrix24.books import Books
from connectors.sandbox.bitrix24.stored import TYPES

_ENTITIES = {
    "lead": "lead", "deal": "deal", "contact": "contact", "company": "company",
    "dynamic_31": "invoice",
}  # fmt: skip
_ME = "1"
_DONE, _TO_APPROVE = "5", "4"
_TASKS = "TASKS_ERROR_EXCEPTION_#"


class Writing:
    """What may be written into one portal."""

    def __init__(self, books: Books, clock: Callable[[], float]) -> None:
        self._books = books
        self._clock = clock
        self.methods: Mapping[str, Callable[[Asked], Any]] = {
            "crm.activity.todo.add": self._todo,
            "crm.activity.update": self._activity,
            "tasks.task.add": self._task,
            "tasks.task.complete": self._complete,
            "crm.timeline.comment.add": self._comment,
            "crm.item.update": self._item,
        }

    def _todo(self, asked: Asked) -> Any:
        owner, type_ = int(asked["ownerId"]), int(asked["ownerTypeId"])
        self._must_exist(TYPES.get(type_, ""), owner)
        if not asked.get("deadline"):
            raise Trouble(400, "100", "Could not find value for parameter {deadline}")
        id_ = self._books.add("activity", {
            "OWNER_TYPE_ID": str(type_), "OWNER_ID": str(owner), "TYPE_ID": "6",
            "PROVIDER_ID": "CRM_TODO", "SUBJECT": asked.get("title") or "",
            "DESCRIPTION": asked.get("description") or "", "DEADLINE": asked["deadline"],
            "RESPONSIBLE_ID": str(asked.get("responsibleId") or _ME), "COMPLETED": "N",
        })  # fmt: skip
        return {"id": id_}

    def _activity(self, asked: Asked) -> Any:
        self._books.change("activity", int(asked["id"]), dict(asked["fields"]))
        return True

    def _task(self, asked: Asked) -> Any:
        fields = asked.get("fields") or {}
        if not fields.get("TITLE") or not fields.get("RESPONSIBLE_ID"):
            raise Trouble(400, "100", "The title and the responsible person are needed")
        id_ = self._books.add("task", {
            "title": fields["TITLE"], "responsibleId": str(fields["RESPONSIBLE_ID"]),
            "deadline": fields.get("DEADLINE"), "description": fields.get("DESCRIPTION", ""),
            "ufCrmTask": fields.get("UF_CRM_TASK") or [], "status": "2", "createdBy": _ME,
            "taskControl": fields.get("TASK_CONTROL") or "N",
        })  # fmt: skip
        return {"task": {"id": str(id_)}}

    def _complete(self, asked: Asked) -> Any:
        id_ = int(asked["taskId"])
        row = self._books.row("task", id_)
        if not row:
            raise Trouble(
                400, "ERROR_CORE", f"{_TASKS}8; Action failed; not found or not accessible"
            )
        if row["status"] in {_DONE, _TO_APPROVE}:
            raise Trouble(
                400, "ERROR_CORE", f"{_TASKS}256; Action failed; 256/TE/ACTION_NOT_ALLOWED"
            )
        status = _TO_APPROVE if row.get("taskControl") == "Y" else _DONE
        self._books.change("task", id_, {"status": status, "closedDate": stamp(self._clock())})
        return {"task": {"id": str(id_)}}

    def _comment(self, asked: Asked) -> Any:
        fields = asked["fields"]
        noun = _ENTITIES.get(str(fields.get("ENTITY_TYPE")), "")
        self._must_exist(noun, int(fields["ENTITY_ID"]))
        return self._books.add("comment", {
            "ENTITY_ID": str(fields["ENTITY_ID"]), "ENTITY_TYPE": fields["ENTITY_TYPE"],
            "COMMENT": fields["COMMENT"], "AUTHOR_ID": _ME,
        })  # fmt: skip

    def _item(self, asked: Asked) -> Any:
        noun, id_ = TYPES[int(asked["entityTypeId"])], int(asked["id"])
        self._must_exist(noun, id_)
        fields = dict(asked["fields"])
        added = fields.pop("fm", [])
        if added:
            kept = self._books.row(noun, id_).get("fm") or []
            fields["fm"] = [*kept, *({"id": 900 + len(kept), **one} for one in added)]
        self._books.change(noun, id_, fields)
        return {"item": self._books.row(noun, id_)}

    def _must_exist(self, noun: str, id_: int) -> None:
        if not noun or self._books.row(noun, id_) == {}:
            raise Trouble(400, "NOT_FOUND", "Element not found")
