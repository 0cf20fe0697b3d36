"""The event log of what happened in a world lately."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from connectors.sandbox.amocrm.events import Happening, row
from connectors.sandbox.amocrm.notes import CALLS
from connectors.sandbox.entities import LOST, WON, Deal, Note, Purchase, Task
from connectors.sandbox.rows import Row


class Past:
    """Numbers the events of a world and leaves out those before `since`."""

    def __init__(self, numbers: Iterator[int], since: datetime) -> None:
        self._numbers = numbers
        self._since = since

    def of_deal(self, deal: Deal) -> Iterator[Row]:
        """Its beginning and its end."""
        yield from self._row("lead_added", "lead", deal.number, deal.owner, deal.created_at)
        if deal.closed_at is not None and deal.stage in {WON, LOST}:
            stage = {"lead_status": {"id": deal.stage, "pipeline_id": deal.pipeline}}
            yield from self._row(
                "lead_status_changed", "lead", deal.number, deal.owner, deal.closed_at, stage
            )

    def of_task(self, task: Task) -> Iterator[Row]:
        """Its beginning and its end."""
        text = {"task": {"text": task.text}}
        yield from self._row("task_added", "task", task.number, task.owner, task.created_at, text)
        if task.done_at is not None:
            yield from self._row(
                "task_completed", "task", task.number, task.owner, task.done_at, text
            )

    def of_note(self, note: Note) -> Iterator[Row]:
        """That it was written, or that somebody called."""
        type_ = CALLS.get(note.kind, "common_note_added")
        noun = {"leads": "lead", "contacts": "contact", "companies": "company"}[note.noun]
        after = {"note": {"id": note.number}}
        yield from self._row(type_, noun, note.about, note.owner, note.created_at, after)

    def of_purchase(self, purchase: Purchase) -> Iterator[Row]:
        """That it was made."""
        after = {"transaction": {"id": purchase.number}}
        number = purchase.customer
        yield from self._row("transaction_added", "customer", number, 0, purchase.bought_at, after)

    def _row(
        self,
        type_: str,
        entity: str,
        id_: int,
        by: int,
        at: datetime,
        after: Mapping[str, object] | None = None,
    ) -> Iterator[Row]:
        if at >= self._since:
            values = [] if after is None else [after]
            happened = Happening(type_, entity, id_, [], values)
            yield row(next(self._numbers), happened, by, int(at.timestamp()))
