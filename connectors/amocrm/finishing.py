"""Finishing tasks of amoCRM: only those that are there and open are changed.

What a PATCH of a deleted task is answered is not documented, and one of a finished task writes over
what a person gave as its result. So we look first.
"""

from collections.abc import Generator, Mapping, Sequence
from typing import Any

from connectors.amocrm.lists import LISTS
from connectors.amocrm.reading import Reader
from connectors.kit import pick
from connectors.kit.errors import NoRights
from connectors.kit.finishing import finished, gone, was_done
from connectors.kit.records import Noun
from connectors.kit.writes import DoneTask, NotWritten, Write, Written

_TASKS = LISTS[Noun.TASK][0]
_Rows = Mapping[str, Mapping[str, Any]]


class Finishing:
    """Looks at tasks that are to be finished."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def open_ones(
        self, chunk: Sequence[Write]
    ) -> Generator[Written | NotWritten, None, Sequence[Write]]:
        """Tell of those that are done or gone, and return the others."""
        wanted = [one for one in chunk if isinstance(one, DoneTask) and _is_id(one.external_id)]
        if not wanted:
            return chunk
        try:
            rows = self._rows([one.external_id for one in wanted])
        except NoRights as error:
            yield from (NotWritten(one.key, str(error)) for one in wanted)
            return [one for one in chunk if one not in wanted]
        over = {one for one in wanted if _is_over(rows.get(one.external_id))}
        for one in wanted:
            if one in over:
                yield was_done(one) if one.external_id in rows else gone(one)
        return [one for one in chunk if one not in over]

    def found(self, write: DoneTask) -> Written | None:
        """How one stands that may have been finished by us; None where it is open."""
        if not _is_id(write.external_id):
            return None
        row = self._rows([write.external_id]).get(write.external_id)
        if not _is_over(row):
            return None
        if row is None:
            return gone(write)
        is_ours = pick.one(row, "result").get("text", "") == write.result
        return finished(write) if is_ours else was_done(write)

    def _rows(self, ids: Sequence[str]) -> _Rows:
        found = self._reader.some(_TASKS, list(dict.fromkeys(ids)))
        return {pick.external_id(row): row for row in found}


def _is_over(row: Mapping[str, Any] | None) -> bool:
    return row is None or pick.flag(row, "is_completed")


def _is_id(external_id: str) -> bool:
    return external_id.isdecimal()
