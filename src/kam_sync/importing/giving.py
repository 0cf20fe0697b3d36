"""Rows that a program gives, and takes back."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from hashlib import blake2b
from typing import Any

import orjson

from connectors import BadRecord, columns
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.importing.given_source import find_source, given_source, open_given
from kam_sync.importing.keeping import Keeping
from kam_sync.importing.planned import refuse_unknown_kpi
from kam_sync.importing.seen import Seen
from kam_sync.intake.model import Gone, NounCounts
from kam_sync.intake.store import GivenStore, GoneStore, SourceStore
from kam_sync.wiring import Services

_PATIENCE = timedelta(seconds=10)
"""How long a caller waits while another one writes for the same source."""
_TAKEN_BACK = "taken back by who gave it"


class OtherBody(WrongUse):
    """The idempotency key was used with another body."""


@dataclass(slots=True)
class Answer:
    """What became of the rows of a call."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[dict[str, Any]] = field(default_factory=list)
    """Of each row that was not taken its place in the list, from 0 on, and why."""


def give(
    services: Services,
    table: columns.Table,
    source: str,
    rows: Sequence[Mapping[str, Any]],
    key: str | None = None,
) -> Answer:
    """Keep rows that name themselves; a bad one does not cost the good ones.

    Args:
        key: of two calls with the same key the second gets the answer of the first.
    """
    digest = _digest(table, source, rows)
    source_id = given_source(services, source)
    with services.database.alone(f"source {source_id}", wait=_PATIENCE):
        before = _answered(services, source_id, key, digest)
        if before is not None:
            return before
        good, answer = _sorted_out(table, rows)
        with closing(open_given(services, source_id)) as connector:
            keeping = Keeping(services, source_id, connector, table.noun)
            with services.database.transaction() as session:
                merged = keeping.keep(session, good)
                answer.created, answer.updated = merged.created, merged.updated
                answer.unchanged = len(good) - merged.created - merged.updated
                if key is not None:
                    now = services.now()
                    GivenStore(session, source_id).keep(key, digest, asdict(answer), now)
            keeping.translate(NounCounts())
    return answer


def take_back(services: Services, table: columns.Table, source: str, external_id: str) -> None:
    """Let go of one row, or NotHere when there is no such."""
    with services.database.transaction() as session:
        found = find_source(session, source)
        if found is None:
            raise NotHere(f"source {source}: no such source")
        source_id = found.id
    with (
        services.database.alone(f"source {source_id}", wait=_PATIENCE),
        closing(open_given(services, source_id)) as connector,
    ):
        with services.database.transaction() as session:
            _mark(session, source_id, table, external_id, services)
        Keeping(services, source_id, connector, table.noun).translate(NounCounts())


def _mark(
    session: Session, source_id: int, table: columns.Table, external_id: str, services: Services
) -> None:
    SourceStore(session).write_alone(source_id)
    gone = {external_id: Gone(_TAKEN_BACK)}
    if not GoneStore(session, source_id).mark(table.noun, gone, services.now()):
        raise NotHere(f"{table.name} {external_id[:100]}: this source has no such row")


def _answered(services: Services, source_id: int, key: str | None, digest: bytes) -> Answer | None:
    if key is None:
        return None
    with services.database.transaction() as session:
        before = GivenStore(session, source_id).answer(key)
    if before is None:
        return None
    if before[0] != digest:
        raise OtherBody("Idempotency-Key: it was used with another body; take another key")
    return Answer(**before[1])


def _sorted_out(
    table: columns.Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[columns.Taken], Answer]:
    """The rows that can be kept; of the others the answer says why not."""
    good: list[columns.Taken] = []
    answer, seen = Answer(), Seen()
    for index, row in enumerate(rows):
        try:
            taken = columns.given(table, row)
            refuse_unknown_kpi(taken.record)
        except BadRecord as error:
            answer.rejected.append({"index": index, "reason": str(error)})
            continue
        first = seen.first(taken.raw.external_id, index)
        if first is None:
            good.append(taken)
        else:
            same = f"external_id: row {first[0]} has the same"
            answer.rejected.append({"index": index, "reason": same})
    return good, answer


def _digest(table: columns.Table, source: str, rows: Sequence[Mapping[str, Any]]) -> bytes:
    said = orjson.dumps([table.name, source, rows], option=orjson.OPT_SORT_KEYS)
    return blake2b(said, digest_size=16).digest()
