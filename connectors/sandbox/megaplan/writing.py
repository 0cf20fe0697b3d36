"""What may be written into the account: tasks, comments, and that a task is done."""

import re
from collections.abc import Callable

import orjson

from connectors.sandbox.http import Response
from connectors.sandbox.megaplan.answers import card, problem
from connectors.sandbox.megaplan.asked import Unprocessable
from connectors.sandbox.megaplan.schema import KINDS
from connectors.sandbox.megaplan.shelves import Shelves, now_at
from connectors.sandbox.megaplan.switches import Switches
from connectors.sandbox.megaplan.tagged import Shape, link

_COMMENTS = re.compile(r"(deal|task|contractorCompany|contractorHuman)/(\d+)/comments")
_OVER = frozenset({"done", "completed", "cancelled", "expired", "rejected"})
_ACTION = re.compile(r"task/(\d+)/doAction")


class Writing:
    """Writes as the user `me`; the same request twice makes two."""

    def __init__(
        self, shelves: Shelves, switches: Switches, clock: Callable[[], float], me: int
    ) -> None:
        self._shelves = shelves
        self._switches = switches
        self._clock = clock
        self._me = me

    def write(self, what: str, body: bytes) -> Response:
        """Do what is asked, or say why not."""
        said = orjson.loads(body)
        if what == "task":
            return self._task(said)
        if found := _COMMENTS.fullmatch(what):
            return self._comment(found[1], int(found[2]), said)
        if found := _ACTION.fullmatch(what):
            return self._act(int(found[1]), said)
        return problem(405, "Method not allowed")

    def _task(self, said: Shape) -> Response:
        if said.get("contentType") != "Task" or not said.get("name"):
            raise Unprocessable("Task: name is required")
        owner = said.get("responsible")
        if owner and self._shelves.get("employee", int(owner["id"])) is None:
            raise Unprocessable("responsible: Сотрудник не найден")
        now, number = now_at(self._clock()), self._shelves.next_id("task")
        row = {"status": "assigned", "owner": link("Employee", self._me), "statement": ""} | said
        row |= link("Task", number) | {"timeCreated": now, "activity": now}
        self._shelves.put("task", row)
        return card(row)

    def _comment(self, path: str, number: int, said: Shape) -> Response:
        if self._shelves.get(path, number) is None:
            return problem(404, "Объект не найден")
        now, new = now_at(self._clock()), self._shelves.next_id("comment")
        row = link("Comment", new) | {
            "content": said["comment"]["content"],
            "owner": link("Employee", self._me),
            "subject": link(KINDS[path].name, number),
            "timeCreated": now,
            "timeUpdated": now,
            "isDropped": False,
        }
        self._shelves.put("comment", row)
        about = self._shelves.get(path, number) or {}
        self._shelves.put(path, about | {"lastCommentTimeCreated": now})
        return card(row)

    def _act(self, number: int, said: Shape) -> Response:
        row = self._shelves.get("task", number)
        if row is None:
            return problem(404, "Объект не найден")
        if said.get("action") != "act_done":
            raise Unprocessable(f"action: {said.get('action')} is not possible")
        if row.get("status") in _OVER:
            raise Unprocessable("Действие недоступно для задачи в этом статусе")
        if self._switches.finishes == "who has it" and not self._is_mine(row):
            raise Unprocessable("Действие доступно только ответственному")
        now = now_at(self._clock())
        self._shelves.put("task", row | {"status": "done", "activity": now, "actualFinish": now})
        return card(row)

    def _is_mine(self, task: Shape) -> bool:
        return (task.get("responsible") or {}).get("id") in {None, str(self._me)}
