"""What happened to the portfolio, in words."""

from kam_sync.kpi.health import Band
from kam_sync.kpi.registry import KPIS
from kam_sync.overseeing import Event, Kind
from kam_sync.web.wording import scores
from kam_sync.web.wording.language import Language


def event(language: Language, what: Event, unit: str) -> str:
    """One thing that happened, as it stands after the name of the account."""
    money = "" if what.amount is None else language.money(what.amount, unit)
    sentences = {
        Kind.OPENED: language.gettext("alert: %(kpi)s, %(money)s at risk"),
        Kind.OVER: language.gettext("is over: %(kpi)s is as usual again"),
        Kind.WON: language.gettext("deal won for %(money)s"),
        Kind.LOST: language.gettext("deal lost for %(money)s"),
        Kind.CAME: language.gettext("buys, and had bought nothing for a year: %(money)s"),
        Kind.WENT: language.gettext("has bought nothing for twelve months, and %(money)s before"),
        Kind.PARETO: language.gettext("class %(was)s has become %(became)s"),
        Kind.HEALTH: language.gettext("health was %(was)s and is %(became)s"),
        Kind.ENDS: language.gettext("contract ends on %(day)s"),
    }
    said = sentences[what.kind]
    if what.kind is Kind.OPENED and not money:
        said = language.gettext("alert: %(kpi)s")
    return said % {
        "kpi": _title(language, what), "money": money, "was": _named(language, what, what.was),
        "became": _named(language, what, what.became),
        "day": language.day(what.ends_on) if what.ends_on else "",
    }  # fmt: skip


def in_a_year(language: Language, kpi: str | None) -> str:
    """What an account bought in twelve months, by what is counted."""
    if kpi in {None, "won_revenue"}:
        return language.gettext("Won in 12 months")
    return language.gettext("Shipped in 12 months")


def is_good(what: Event) -> bool | None:
    """Whether it is good news; None where it is neither good nor bad."""
    match what.kind:
        case Kind.WON | Kind.CAME | Kind.OVER:
            return True
        case Kind.LOST | Kind.WENT | Kind.OPENED:
            return False
        case Kind.ENDS:
            return None
        case Kind.PARETO:
            return what.became < what.was
        case Kind.HEALTH:
            bands = [band.value for band in Band]  # from poor to good
            return bands.index(what.became) > bands.index(what.was)


def _named(language: Language, what: Event, text: str) -> str:
    return scores.band(language, Band(text)) if what.kind is Kind.HEALTH else text


def _title(language: Language, what: Event) -> str:
    kpi = KPIS.get(what.alert.kpi) if what.alert else None
    return kpi.title[language.locale] if kpi else ""
