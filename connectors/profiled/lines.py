"""Pipelines as raw records: no CRM tells of them, the profile does."""

from connectors.kit import pick
from connectors.kit.errors import BadRecord
from connectors.kit.records import Noun, Outcome, Pipeline, RawRecord, Stage


def raw_line(line: Pipeline) -> RawRecord:
    """A pipeline of the profile as a CRM would send it."""
    stages = [{"id": s.external_id, "name": s.name, "outcome": s.outcome} for s in line.stages]
    body = {"id": line.external_id, "name": line.name, "stages": stages}
    return RawRecord(Noun.PIPELINE, line.external_id, body)


def line_of(raw: RawRecord) -> Pipeline:
    """The same back in our words."""
    return Pipeline(
        external_id=pick.external_id(raw.body),
        name=pick.text(raw.body, "name") or "",
        stages=tuple(
            _stage(place, stage) for place, stage in enumerate(pick.many(raw.body, "stages"))
        ),
    )


def _stage(place: int, stage: pick.Body) -> Stage:
    said = pick.text(stage, "outcome")
    if said not in set(Outcome):
        raise BadRecord(f"outcome: open, won or lost is needed, got {pick.shown(said)}")
    return Stage(
        pick.external_id(stage), pick.text(stage, "name") or "", place, Outcome(said or "")
    )
