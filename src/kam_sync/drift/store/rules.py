"""Rules as people have changed or added them; all others are as they come with us."""

from datetime import datetime

from sqlmodel import Field, SQLModel, col, select

from kam_sync.base import fields
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.drift.registry import BadRule, Known, in_order, parsed, shipped
from kam_sync.drift.rule import Rule


class RuleRow(SQLModel, table=True):
    """The text of a rule, as somebody wrote it."""

    __tablename__ = "rule"

    key: str = Field(primary_key=True)
    text: str
    by: str
    changed_at: datetime = fields.moment()


class RuleStore:
    """Reads and writes rules."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def known(self) -> list[Known]:
        """All rules, those that are off or cannot be read any more among them."""
        found = {rule.key: Known(rule.key, rule) for rule in shipped()}
        for row in self._session.scalars(select(RuleRow)):
            ours = found.get(row.key)
            found[row.key] = _known(row, None if ours is None else ours.rule)
        return in_order(found.values())

    def rules(self) -> list[Rule]:
        """Those that are on."""
        return [one.rule for one in self.known() if one.rule is not None and one.rule.is_on]

    def all(self) -> dict[str, Rule]:
        """All that can be read, by key."""
        return {one.key: one.rule for one in self.known() if one.rule is not None}

    def one(self, key: str) -> Known:
        """A rule by its key, or NotHere."""
        for known in self.known():
            if known.key == key:
                return known
        raise NotHere(f"rule {key}: there is no such rule; `rules list` has all")

    def readable(self, key: str) -> Rule:
        """A rule by its key; NotHere, or BadRule where its text cannot be read any more."""
        known = self.one(key)
        if known.rule is None:
            raise BadRule(known.wrong)
        return known.rule

    def save(self, text: str, by: str, now: datetime) -> Rule:
        """Keep a rule as somebody wrote it. Raises BadRule."""
        rule = parsed(text, "rule")
        self._session.merge(RuleRow(key=rule.key, text=text, by=by, changed_at=now))
        return rule

    def forget(self, key: str) -> None:
        """Take back what people wrote: one of ours is as it came again, another is no more."""
        row = self._session.scalar(select(RuleRow).where(col(RuleRow.key) == key))
        if row is None:
            raise NotHere(f"rule {key}: nobody has changed or added it")
        self._session.delete(row)
        self._session.flush()


def _known(row: RuleRow, ours: Rule | None) -> Known:
    try:
        rule, wrong = parsed(row.text, row.key), ""
    except BadRule as error:  # a KPI of its own was taken away since
        rule, wrong = None, str(error)
    return Known(row.key, rule, ours=ours, text=row.text, by=row.by, at=row.changed_at, wrong=wrong)
