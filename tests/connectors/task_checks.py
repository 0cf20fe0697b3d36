"""What every connector that creates to-dos must do when they are to be finished."""

from datetime import date
from typing import Any

import pytest

from connectors.kit.contract import Connector
from connectors.kit.writes import DoneTask, Ending, NewTask, Ref, Write, Writes, Written
from tests.connectors.played import Played

_BACK = "Вернулось к обычному"


class TaskChecks(Played):
    """The checks of to-dos; a connector that writes nothing has nothing to show."""

    def test_a_todo_is_finished_once_and_is_no_error_where_it_is_done_or_gone(
        self, box: Any, connector: Connector
    ) -> None:
        if not isinstance(connector, Writes):
            pytest.skip("it creates no tasks")
        about = Ref(self.noun, min(self.ids(box)))
        ours, theirs, lost = (self._made(connector, about, key) for key in "abc")
        self.close_task(box, theirs.external_id)
        self.delete_task(box, lost.external_id)

        assert connector.find_written(ours) is None
        assert _written(connector, ours).ending is Ending.FINISHED
        assert self.is_done(box, ours.external_id)
        found = connector.find_written(ours)
        assert isinstance(found, Written)
        assert (found.external_id, found.ending) == (ours.external_id, Ending.FINISHED)

        for one, ending in (
            (ours, Ending.WAS_DONE), (theirs, Ending.WAS_DONE), (lost, Ending.GONE)
        ):  # fmt: skip
            told = _written(connector, one)
            assert (told.external_id, told.ending) == (one.external_id, ending)
            assert told.remark
        found = connector.find_written(lost)
        assert isinstance(found, Written)
        assert found.ending is Ending.GONE

    def _made(self, connector: Writes, about: Ref, key: str) -> DoneTask:
        task = NewTask(key, about, f"Позвонить {key}", due_on=date(2026, 12, 1))
        made = _written(connector, task)
        return DoneTask(f"{key}/done", made.external_id, _BACK, about, task.text)


def _written(connector: Writes, write: Write) -> Written:
    (outcome,) = connector.write([write])
    assert isinstance(outcome, Written), outcome
    return outcome
