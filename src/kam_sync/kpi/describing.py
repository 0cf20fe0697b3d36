"""Says in Markdown what a KPI is: for the documents, for the command line."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from kam_sync.kpi.definition import Kpi, Measure, Weighted

MARK = "<!-- what follows is written by `kam-sync kpis document` -->\n"
"""Above it in the document stands what people write."""

_PAGE = "predicted-ltv.md"
_UNITS = {
    Measure.MONEY: "the currency",
    Measure.DAYS: "days",
    Measure.PERCENT: "percent",
    Measure.COUNT: "a number",
    Measure.POINTS: "points",
}


def document(head: str, kpis: Iterable[Kpi]) -> str:
    """The whole page: its head as far as the mark, and a section for each KPI."""
    return head.partition(MARK)[0] + MARK + "".join(f"\n{section(kpi)}" for kpi in kpis)


def section(kpi: Kpi) -> str:
    """What a KPI is, how it is computed, and its example."""
    return "\n".join(_paragraphs(kpi)) + "\n"


def _paragraphs(kpi: Kpi) -> Iterator[str]:
    periods = ", ".join(grain.value for grain in kpi.grains)
    yield f"## {kpi.key}\n"
    yield (
        f"**{kpi.title['en']}** ({kpi.title['ru']}). Unit: {_UNITS[kpi.measure]}. "
        f"Good: {kpi.good.value}. By {periods}. "
        f"At stake: [{kpi.at_stake.value}](alerts.md#money-at-risk).\n"
    )
    yield f"{kpi.explanation['en'].strip()}\n"
    for word, said in (("Variant", kpi.variant), ("Needs", kpi.minimum)):
        if said:
            yield f"{word}: {said['en'].strip()}\n"
    yield from _weights(kpi.weighted)
    yield f"```sql\n{kpi.sql.strip()}\n```\n"
    if kpi.function:
        yield f"Its rows are orders; `{kpi.function}` makes of them what [is predicted]({_PAGE}).\n"
    yield f"*Example*, at the beginning of {kpi.example.today}:\n"
    if kpi.example.learned:
        yield "learned from all accounts:\n"
        yield _table([kpi.example.learned.model_dump()])
    yield from _weights(kpi.example.weighted)
    for table, rows in kpi.example.given.items():
        yield f"{table}:\n"
        yield _table(rows)
    yield _table([{"period": day, kpi.key: value} for day, value in kpi.example.values.items()])
    yield f"{kpi.example.why['en'].strip()}\n"
    if kpi.traps:
        yield f"Traps: {kpi.traps['en'].strip()}\n"
    if kpi.source:
        yield f"Source: {kpi.source}\n"


def _weights(measures: Sequence[Weighted]) -> Iterator[str]:
    if measures:
        yield "weighted:\n"
        yield _table([one.model_dump() for one in measures])


def _table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows with all the columns that any of them has."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    lines = [names, ["---"] * len(names), *([_cell(row.get(n)) for n in names] for row in rows)]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    return "" if value is None else f"{value}"
