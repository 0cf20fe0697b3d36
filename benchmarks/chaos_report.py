"""What must hold after chaos, asked of the database and of what the CRM noted."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise, takewhile
from pathlib import Path

import sqlalchemy as sa

from kam_sync.base.db import Database
from kam_sync.jobs.model import Plan
from kam_sync.jobs.when import newest, upcoming

_JOBS = "SELECT status::text AS status, count(*) AS jobs FROM procrastinate_jobs GROUP BY 1"
_DONE = """
    SELECT source_id, started_at FROM run
    WHERE step = 'sync' AND noun = '' AND state = 'done' ORDER BY started_at
"""
_EFFECTS = """
    SELECT count(*) FILTER (WHERE rows <> told OR highest <> told OR created <> told) AS wrong,
        sum(told) AS told
    FROM (
        SELECT c.cursor::int AS told,
            (SELECT count(*) FROM raw_record AS r WHERE r.source_id = c.source_id) AS rows,
            (SELECT max(r.external_id::int) FROM raw_record AS r WHERE r.source_id = c.source_id)
                AS highest,
            (SELECT sum((run.counts ->> 'created')::int) FROM run
                WHERE run.source_id = c.source_id AND run.noun = 'user') AS created
        FROM cursor AS c WHERE c.noun = 'user' AND c.cursor <> '0'
    ) AS source
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """What was played: the plans by the name of their schedule, from when until when, the kills."""

    plans: Mapping[str, Plan]
    began: datetime
    ended: datetime
    kills: Mapping[int, float]
    """Process -> when it was killed."""


@dataclass(frozen=True, slots=True)
class Line:
    """One bar: how much was looked at, and how much of it was wrong."""

    what: str
    seen: int
    wrong: int


def missed(database: Database, stage: Stage) -> int:
    """How many due ticks were not fired."""
    ticks = _ticks(database)
    return sum(len(_due(stage, name) - ticks.get(name, set())) for name in stage.plans)


def judge(database: Database, stage: Stage, log: Path) -> list[Line]:
    """Every bar with what was found."""
    ticks = _ticks(database)
    due = sum(len(_due(stage, name)) for name in stage.plans)
    foreign = sum(
        newest(stage.plans[name], name, at) != at
        for name, instants in ticks.items() if name in stage.plans for at in instants
    )  # fmt: skip
    syncs = sum(map(len, _spans(log, stage.kills).values()))
    with database.transaction() as session:
        counts = session.execute(sa.text(_JOBS))
        statuses = {row.status: row.jobs for row in counts}
        effects = session.execute(sa.text(_EFFECTS)).one()
    return [
        Line("due ticks, each fired", due, missed(database, stage)),
        Line("ticks fired, each a due instant", sum(map(len, ticks.values())), foreign),
        Line("ticks, each followed by a sync that was done", *_followed(database, ticks, stage)),
        Line("jobs, none left waiting or running", sum(statuses.values()),
             statuses.get("todo", 0) + statuses.get("doing", 0)),
        Line("changes in the CRM, each stored exactly once", effects.told or 0, effects.wrong),
        Line("syncs, none beside another of its source", syncs, overlaps(log, stage.kills)),
    ]  # fmt: skip


def _ticks(database: Database) -> dict[str, set[datetime]]:
    found: dict[str, set[datetime]] = {}
    with database.transaction() as session:
        for name, due_at in session.execute(sa.text("SELECT schedule, due_at FROM tick")):
            found.setdefault(name, set()).add(due_at)
    return found


def _due(stage: Stage, name: str) -> set[datetime]:
    instants = upcoming(stage.plans[name], name, stage.began)
    return set(takewhile(lambda at: at <= stage.ended, instants))


def _followed(
    database: Database, ticks: Mapping[str, set[datetime]], stage: Stage
) -> tuple[int, int]:
    """How many ticks there were, and how many no sync came after."""
    last: dict[str, datetime] = {}
    with database.transaction() as session:
        for source_id, started_at in session.execute(sa.text(_DONE)):
            last[f"sync:{source_id}"] = started_at
    ours = [(name, at) for name in stage.plans for at in ticks.get(name, ())]
    return len(ours), sum(name not in last or last[name] < at for name, at in ours)


def overlaps(log: Path, kills: Mapping[int, float]) -> int:
    """How many syncs began beside another of their source."""
    return sum(
        after[0] < before[1]
        for spans in _spans(log, kills).values()
        for before, after in pairwise(sorted(spans))
    )


def _spans(log: Path, kills: Mapping[int, float]) -> dict[str, list[tuple[float, float]]]:
    """When each source was being synced; a sync of a killed process ended with it."""
    found: dict[str, list[tuple[float, float]]] = {}
    for path in log.glob("*.log"):
        began: dict[str, float] = {}
        for line in path.read_text().splitlines():
            at, what, _, source = line.split()
            if what == "begin":
                began[source] = float(at)
            else:
                found.setdefault(source, []).append((began.pop(source), float(at)))
        for source, start in began.items():
            found.setdefault(source, []).append((start, kills.get(int(path.stem), start)))
    return found
