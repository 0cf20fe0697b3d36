"""The forms of a rule: what stands in their fields, and the rule that they say."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from connectors import Spoken, wrongs
from kam_sync.base.errors import WrongUse
from kam_sync.drift.registry import BadRule
from kam_sync.drift.rule import Rule
from kam_sync.web.wording import rules as words
from kam_sync.web.wording.language import Language

_CHOSEN = ("sensitivity", "direction", "severity")
_NUMBERS = ("above", "below", "at_least", "at_least_percent")


def typed(rule: Rule, sent: Mapping[str, str] | None) -> dict[str, str]:
    """What stands in the fields: what was sent, else the rule as it is."""
    if sent is not None:
        return {**typed(rule, None), "is_on": "", "before": "", **sent}
    numbers = {name: getattr(rule, name) for name in _NUMBERS}
    return {
        **{name: getattr(rule, name).value for name in _CHOSEN},
        **{name: "" if value is None else str(value) for name, value in numbers.items()},
        "owners": ", ".join(rule.owners), "is_on": "1" if rule.is_on else "", "before": "1",
    }  # fmt: skip


def changed(rule: Rule, sent: Mapping[str, str], language: Language) -> Rule:
    """A rule as the form says it; what the form does not have stays. Raises WrongUse."""
    said = rule.model_dump()
    for name in _CHOSEN:
        said[name] = sent.get(name) or said[name]
    for name in _NUMBERS:
        if name in sent:
            said[name] = _number(sent, name, language)
    if said["at_least_percent"] is None:
        said["at_least_percent"] = Decimal(0)
    if "owners" in sent:
        said["owners"] = [one.strip() for one in sent["owners"].split(",") if one.strip()]
    said["is_on"] = "is_on" in sent
    return _checked(said, language)


def added(sent: Mapping[str, str], language: Language) -> Rule:
    """A new rule, switched off. Raises WrongUse."""
    title = sent.get("title", "")
    said: dict[str, Any] = {
        "key": sent.get("key", ""), "title": {"ru": title, "en": title}, "kind": sent.get("kind"),
        "kpi": sent.get("kpi", ""), "grain": sent.get("grain") or "month", "is_on": False,
        "above": _number(sent, "above", language), "below": _number(sent, "below", language),
    }  # fmt: skip
    return _checked(said, language)


def _checked(said: dict[str, Any], language: Language) -> Rule:
    try:
        return Rule.model_validate(said)
    except ValidationError as error:
        path, why = wrongs.sentences(error, Rule)[0]
        where = "".join(f"{words.field(language, str(part))}: " for part in path)
        raise BadRule(Spoken(f"{where}{why}", f"{where}{why.ru}")) from error


def _number(sent: Mapping[str, str], name: str, language: Language) -> Decimal | None:
    text = sent.get(name, "").replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation as error:
        field = words.field(language, name)
        said = Spoken(f"{field}: a number is needed", f"{field}: нужно число")
        raise WrongUse(said) from error
