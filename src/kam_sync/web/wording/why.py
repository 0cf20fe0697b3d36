"""Why a KPI has moved, in words and numbers with their sign."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from kam_sync.drift.moved import Against, Driver, Member, Moved, Part, Unsaid
from kam_sync.kpi.definition import Measure
from kam_sync.kpi.registry import KPIS
from kam_sync.kpi.splits import Dimension
from kam_sync.web.wording.language import Language
from kam_sync.web.wording.sentences import full_value, value


def cause(language: Language, part: Part) -> str:
    """What a part of a change comes from."""
    return {
        Part.CLIENT: language.gettext("the client"),
        Part.FACTS: language.gettext("late or corrected data"),
        Part.DEFINITION: language.gettext("computed in another way"),
        Part.ZONE: language.gettext("another time zone"),
        Part.ACCOUNT: language.gettext("other companies in the account"),
        Part.RATE: language.gettext("exchange rates"),
        Part.SEVERAL: language.gettext("several of these at once"),
        Part.UNKNOWN: language.gettext("a reason that was not kept"),
    }[part]


def dimension(language: Language, by: Dimension) -> str:
    """What rows are told apart by."""
    return {
        Dimension.PIPELINE: language.gettext("pipeline"),
        Dimension.COMPANY: language.gettext("company"),
        Dimension.PRODUCT: language.gettext("product"),
        Dimension.CONTACT: language.gettext("contact"),
        Dimension.OWNER: language.gettext("responsible"),
        Dimension.ARTICLE: language.gettext("article"),
    }[by]


def member(language: Language, by: Dimension, one: Member) -> str:
    """Which one it is."""
    if by is Dimension.ARTICLE:
        return _article(language, one.name)
    if by is Dimension.OWNER and one.key and not one.name:
        return language.gettext("somebody whose name the CRM does not tell")
    return one.name or one.key.partition(":")[2] or language.gettext("not named")


def told_apart(by: Driver, sources: Mapping[int, str]) -> dict[str, str]:
    """By key the source of each member whose name another one has, too."""
    names = Counter(one.name for one in by.members)
    ids = {one.key: one.key.partition(":")[0] for one in by.members if names[one.name] > 1}
    return {key: sources[int(id_)] for key, id_ in ids.items() if id_.isdigit()}


def terms(language: Language, kpi: str) -> tuple[str, str]:
    """What stands above and below the line of a ratio."""
    known = {
        "win_rate": (language.gettext("won deals"), language.gettext("closed deals")),
        "average_won_deal": (
            language.gettext("amount of won deals"),
            language.gettext("number of won deals"),
        ),
        "gross_margin_percent": (language.gettext("margin"), language.gettext("shipments")),
        "fill_rate": (language.gettext("shipped"), language.gettext("ordered")),
        "otif": (language.gettext("lines in full and in time"), language.gettext("all lines")),
        "account_profit_rate": (language.gettext("profit"), language.gettext("net sales")),
        "dso": (language.gettext("what is owed"), language.gettext("what was invoiced")),
    }
    return known.get(kpi, (language.gettext("above the line"), language.gettext("below the line")))


def unsaid(language: Language, why: Unsaid) -> str:
    """Why something is not split."""
    return {
        Unsaid.KIND: language.gettext(
            "There is nothing to split: such an alert compares no time before with one after."
        ),
        Unsaid.NO_VALUES: language.gettext("There are no values of these months."),
        Unsaid.NO_BASE: language.gettext("There are no values of the months to compare with."),
        Unsaid.NOT_MADE_OF_ROWS: language.gettext(
            "It is not known whose part is what of this key figure: it is no sum of rows."
        ),
        Unsaid.NO_ROWS: language.gettext("There are no rows in these months."),
    }[why]


def others(language: Language, count: int) -> str:
    """Those who are not named one by one."""
    return language.gettext("others: %(count)s") % {"count": language.number(count)}


def unexplained(language: Language) -> str:
    """What of a change the rows do not tell."""
    return language.gettext("not explained by rows")


def compared(language: Language, against: Against) -> str:
    """What the months are compared with."""
    if against is Against.BEFORE:
        return language.gettext("as many months before")
    return language.gettext("the same months a year before")


def months(language: Language, span: Sequence[date]) -> str:
    """A span of months, from the first to the last."""
    first, last = language.month(span[0]), language.month(span[-1])
    return first if len(span) == 1 else f"{first} \N{EN DASH} {last}"


def short(language: Language, moved: Moved, number: Decimal) -> str:
    """A change with its sign, in a short form."""
    return _signed(number, _points(language, moved, number) or value(
        language, moved.kpi, abs(number), moved.unit
    ))  # fmt: skip


def full(language: Language, moved: Moved, number: Decimal) -> str:
    """A change with its sign, in full."""
    return _signed(number, _points(language, moved, number) or full_value(
        language, moved.kpi, abs(number), moved.unit
    ))  # fmt: skip


def sentence(language: Language, moved: Moved) -> str:
    """All in one line: the change, its causes, and who makes most of it."""
    causes = ", ".join(
        f"{cause(language, part)} {short(language, moved, number)}"
        for part, number in moved.parts.items()
    )
    said = f"{short(language, moved, moved.change)}: {causes}"
    first = _most(moved)
    if first is None:
        return said
    by, one = first
    most = language.gettext("%(dimension)s “%(name)s” %(change)s") % {
        "dimension": dimension(language, by),
        "name": member(language, by, one),
        "change": short(language, moved, one.change),
    }
    return language.gettext("%(said)s; most of all: %(most)s") % {"said": said, "most": most}


def _most(moved: Moved) -> tuple[Dimension, Member] | None:
    """Who makes most of the change, of the dimension that tells most."""
    if not moved.drivers or len(moved.drivers[0].members) < 2:
        return None
    found = moved.drivers[0]
    along = [one for one in found.members if one.change * moved.change > 0]
    return (found.dimension, along[0]) if along else None


def _article(language: Language, name: str) -> str:
    known = {
        "shipment": language.gettext("shipments"),
        "return": language.gettext("returns"),
        "discount": language.gettext("discounts"),
        "trade_spend": language.gettext("trade spend"),
    }
    return known.get(name, name)


def _points(language: Language, moved: Moved, number: Decimal) -> str | None:
    """A change of a percentage is told in points, for it is no part of it."""
    if KPIS[moved.kpi].measure is not Measure.PERCENT:
        return None
    return language.gettext("%(number)s pp") % {"number": language.number(abs(number), places=1)}


def _signed(number: Decimal, said: str) -> str:
    sign = "\N{MINUS SIGN}" if number < 0 else "+" if number > 0 else ""
    return sign + said
