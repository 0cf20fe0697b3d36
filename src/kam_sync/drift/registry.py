"""The rules that come with us: one for each watched KPI, and those that have a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

import yaml

from kam_sync.base.errors import WrongUse
from kam_sync.drift.model import Kind
from kam_sync.drift.rule import SILENT, Rule
from kam_sync.kpi.registry import KPIS, BadDefinition, parsed_text

_FILES = Path(__file__).parent / "rules"
_NUMBERS = {"above", "below", "at_least", "at_least_percent"}
_ADVICE = {
    Kind.LEVEL: {"ru": "Узнайте у клиента, что изменилось.", "en": "Ask the client what is new."},
    Kind.SILENCE: {"ru": "Свяжитесь с клиентом.", "en": "Get in touch with the client."},
}


class BadRule(WrongUse):
    """A text that is no rule; the message names the line and what is wrong there."""


@dataclass(frozen=True, slots=True)
class Known:
    """A rule with where it is from."""

    key: str
    rule: Rule | None
    """None where its text cannot be read any more; `wrong` says why."""
    ours: Rule | None = None
    """As it comes with us, where somebody has changed it."""
    text: str | None = None
    """What somebody wrote; None where nobody has changed it."""
    by: str = ""
    at: datetime | None = None
    wrong: str = ""


def shipped() -> list[Rule]:
    """Those that come with us, and one for each own KPI that is watched."""
    watched = [_of_kpi(key) for key, kpi in KPIS.items() if kpi.is_watched]
    return [*watched, *_of_files()]


def parsed(text: str, name: str) -> Rule:
    """The rule that a text says. Raises BadRule."""
    try:
        rule = parsed_text(text, name, Rule)[0]
    except BadDefinition as error:
        raise BadRule(str(error)) from error
    for key in rule.reads:
        if key not in KPIS:
            raise BadRule(f"{name}: there is no KPI {key}")
    if rule.grain not in KPIS[rule.kpi].grains:
        raise BadRule(f"{name}: {rule.kpi} has no value by {rule.grain.value}")
    return rule


def text_of(rule: Rule) -> str:
    """A rule as people read and write it; what its kind does not need is left out."""
    said = rule.model_dump(mode="json", exclude_none=True)
    for name in _NUMBERS & said.keys():
        number = Decimal(said[name])
        said[name] = int(number) if number == int(number) else float(number)
    said = {name: value for name, value in said.items() if value != []}
    return str(yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100))


def in_order(known: Iterable[Known]) -> list[Known]:
    """As people see them: by the order of KPIs."""
    order = list(KPIS)

    def place(one: Known) -> tuple[int, str]:
        is_here = one.rule is not None and one.rule.kpi in KPIS
        return (order.index(one.rule.kpi) if one.rule and is_here else len(order), one.key)

    return sorted(known, key=place)


def _of_kpi(key: str) -> Rule:
    kind = Kind.SILENCE if key == SILENT else Kind.LEVEL
    return Rule(key=key, title=KPIS[key].title, advice=_ADVICE[kind], kind=kind, kpi=key)


@cache
def _of_files() -> tuple[Rule, ...]:
    return tuple(
        parsed(path.read_text(encoding="utf-8"), path.name)
        for path in sorted(_FILES.glob("*.yaml"))
    )
