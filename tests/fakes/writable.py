"""A sandbox amoCRM that remembers what it was sent, and short ways to write to it and look."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import orjson

from connectors.amocrm import AmoCrm
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import NewTask, NotWritten, Ref, Write, Written
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.http import Request, Response

Opened = Callable[..., tuple["Box", AmoCrm]]
FIELDS = {"company.segment": "company/9013", "company.contract_ends_on": "company/9014"}


class Box(AmoSandbox):
    """A sandbox that remembers what it was sent."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.sent: list[tuple[str, str, list[dict[str, Any]]]] = []

    def answer(self, request: Request) -> Response:
        """Note the body and answer as ever."""
        if request.body:
            path = request.path.removeprefix("/api/v4/")
            self.sent.append((request.method, path, orjson.loads(request.body)))
        return super().answer(request)


def company(box: AmoSandbox, place: int = 0) -> Ref:
    return Ref(Noun.COMPANY, str(box.ids("companies")[place]))


def task(key: str, about: Ref, **more: Any) -> NewTask:
    return NewTask(key, about, f"Позвонить по поводу {key}", due_on=date(2026, 12, 1), **more)


def sent(crm: AmoCrm, writes: Sequence[Write]) -> dict[str, Written | NotWritten]:
    return {outcome.key: outcome for outcome in crm.write(writes)}


def written(crm: AmoCrm, *writes: Write) -> list[Written]:
    """What was written, in the order in which it was asked for; nothing may fail."""
    outcomes = sent(crm, writes)
    found = [outcomes[write.key] for write in writes]
    assert [outcome for outcome in found if not isinstance(outcome, Written)] == []
    return [outcome for outcome in found if isinstance(outcome, Written)]


def finished(crm: AmoCrm, writes: Sequence[Write]) -> dict[str, Written | NotWritten]:
    """Send all; of what nothing was told look for it, and send it by itself if it is not there."""
    outcomes = sent(crm, writes)
    for write in writes:
        if write.key not in outcomes:
            outcomes[write.key] = crm.find_written(write) or sent(crm, [write])[write.key]
    return outcomes


def values(box: AmoSandbox, noun: str, ref: Ref, field_id: int) -> list[Any]:
    row = box.row(noun, int(ref.external_id))
    fields = {field["field_id"]: field["values"] for field in row["custom_fields_values"] or ()}
    return [value["value"] for value in fields.get(field_id, [])]


def tasks_marked(box: AmoSandbox, key: str) -> int:
    rows = [box.row("tasks", number) for number in box.ids("tasks")]
    return sum(mark(key) in row["text"] for row in rows)
