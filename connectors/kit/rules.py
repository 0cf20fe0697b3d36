"""Mapping as data: rules that say how a row of a file or a foreign list reads in our words.

A rule names the column and how it is read; all rules of a noun are made into one function once,
so that a million rows are no trouble. The names of fields, and what may stand in each, come from
the record classes themselves: a new record needs nothing here.
"""

from collections.abc import Callable, Iterator
from functools import cached_property

from pydantic import BaseModel, ConfigDict, model_validator

from connectors.kit.mapping import keyed, mapped
from connectors.kit.options import ZoneName
from connectors.kit.readers import Common, Faults, Row
from connectors.kit.records import Noun, Outcome, Pipeline, RawRecord, Record, Stage
from connectors.kit.rule import Currency, DecimalSign, Rule
from connectors.kit.wrongs import several

MAIN_PIPELINE = "main"
"""Where deals are when no rule says."""


class EntityRules(BaseModel):
    """How the rows of one noun are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    noun: Noun
    key: str | list[str] | None = None
    """The column of the id; several together are one. None: whoever brings the row names it."""
    fields: dict[str, Rule] = {}
    """By the names in `shapes`: those of the record, but `company` for `company_external_id`."""
    zone: ZoneName = "Europe/Moscow"
    currency: Currency | None = None
    decimal: DecimalSign | None = None
    """What holds for every rule that does not say otherwise."""

    @model_validator(mode="after")
    def _can_be_followed(self) -> "EntityRules":
        """All is made once here, so that what cannot be followed shows when it is written."""
        try:
            _ = self.mapped
        except Faults as faults:
            each = [
                (("fields", one.field) if one.field else (), one.args[0]) for one in faults.each
            ]
            raise several(each) from faults
        return self

    @cached_property
    def mapped(self) -> Callable[[RawRecord], Record]:
        """The rules as one function."""
        common = Common(self.zone, self.currency, self.decimal)
        return mapped(self.noun, self.key, self.fields, common, MAIN_PIPELINE)

    @cached_property
    def keyed(self) -> Callable[[Row], str | None]:
        """The key as a function."""
        return keyed(self.key)


def record(rules: EntityRules, raw: RawRecord) -> Record:
    """A raw record in our words. Pure; raises BadRecord, which names the field and the column."""
    return rules.mapped(raw)


def key_of(rules: EntityRules, row: Row) -> str | None:
    """The id of a row; None when it has none. Raises BadRecord for one that makes no sense."""
    return rules.keyed(row)


def pipelines(rules: EntityRules, name: str) -> Iterator[Pipeline]:
    """The pipelines and stages that the rules for deals know of.

    Args:
        name: of the one pipeline, where no rule tells of several.
    """
    stage = rules.fields.get("stage") or rules.fields.get("stage_external_id")
    line = rules.fields.get("pipeline") or rules.fields.get("pipeline_external_id")
    known = [one for one in stage.codes.items() if one[0] != "*"] if stage else []
    names = stage.names if stage else {}
    stages = tuple(
        Stage(code, names.get(code, code), place, Outcome(outcome))
        for place, (code, outcome) in enumerate(known)
    )
    several = dict(line.names) if line else {}
    for code, called in (several or {MAIN_PIPELINE: name}).items():
        yield Pipeline(external_id=code, name=called, stages=stages)
