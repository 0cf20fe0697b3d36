"""Rules in plain words."""

from kam_sync.drift.model import Kind, Severity
from kam_sync.drift.rule import Direction, Rule, Sensitivity
from kam_sync.kpi.definition import Grain
from kam_sync.web.wording.language import Language


def kind(language: Language, what: Kind) -> str:
    """What it looks for."""
    return {
        Kind.LEVEL: language.gettext("a change of level"),
        Kind.SILENCE: language.gettext("a client's silence"),
        Kind.LIMIT: language.gettext("a limit"),
        Kind.STEP: language.gettext("a step that is near"),
        Kind.PLAN: language.gettext("the path to a plan"),
        Kind.SCISSORS: language.gettext("scissors of two key figures"),
        Kind.MISSING: language.gettext("data that come no more"),
    }[what]


def sensitivity(language: Language, how: Sensitivity) -> str:
    """How strictly levels are judged."""
    return {
        Sensitivity.CALM: language.gettext("calm: a third of the false alarms, more is missed"),
        Sensitivity.NORMAL: language.gettext("normal: of 100 steady months one is a false alarm"),
        Sensitivity.KEEN: language.gettext("keen: twice the false alarms, less is missed"),
    }[how]


def keen(language: Language, how: Sensitivity) -> str:
    """How strictly, in a word."""
    return {
        Sensitivity.CALM: language.gettext("calm"),
        Sensitivity.NORMAL: language.gettext("normal"),
        Sensitivity.KEEN: language.gettext("keen"),
    }[how]


def direction(language: Language, where: Direction) -> str:
    """To which side."""
    return {
        Direction.BAD: language.gettext("worse"),
        Direction.DOWN: language.gettext("down"),
        Direction.UP: language.gettext("up"),
        Direction.BOTH: language.gettext("either way"),
    }[where]


def severity(language: Language, how: Severity) -> str:
    """How grave."""
    return {
        Severity.LOW: language.gettext("low"),
        Severity.NORMAL: language.gettext("usual"),
        Severity.HIGH: language.gettext("high"),
    }[how]


def looks_at(language: Language, rule: Rule) -> str:
    """What it looks for, and by which periods."""
    said = kind(language, rule.kind)
    by = {
        Grain.DAY: language.gettext("by days"),
        Grain.WEEK: language.gettext("by weeks"),
        Grain.MONTH: language.gettext("by months"),
    }
    return f"{said}, {by[rule.grain]}" if rule.kind is Kind.LEVEL else said


def span(language: Language, rule: Rule) -> str:
    """How far back it is tried."""
    if rule.grain is Grain.DAY:
        return language.gettext("in the last 90 days")
    return language.gettext("in the last 12 months")


def field(language: Language, name: str) -> str:
    """A field of a rule as the form calls it; another word stays as it is."""
    known = {
        "key": language.gettext("Key"),
        "title": language.gettext("Name"),
        "kpi": language.gettext("Key figure"),
        "kind": language.gettext("Looks for"),
        "grain": language.gettext("Periods"),
        "above": language.gettext("More than"),
        "below": language.gettext("Less than"),
        "at_least": language.gettext("Smallest change"),
        "at_least_percent": language.gettext("Smallest change, in percent"),
        "owners": language.gettext("Whose accounts"),
        "sensitivity": language.gettext("How keen"),
        "direction": language.gettext("To which side"),
        "severity": language.gettext("Gravity"),
    }
    return known.get(name, name)
