"""What a soak must show, and how it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table as Shown

from benchmarks.soak_samples import Sample, Table, drift

_MOST = 5.0
_OWN_MESSAGE = {
    *(f"alert {what}" for what in ("opened", "worsened", "reminded", "resolved", "escalated")),
    "whoever is at this machine is an admin",
}
"""What the product is there to say, and that the soak has no members."""
_BY_AGE = {
    "announced": "2 days", "asked": "1 day", "channel_send": "90 days", "consent": "14 days",
    "delivery": "30 days, with its event", "event": "30 days", "given_call": "7 days",
    "hook": "7 days read, 30 days else", "job_origin": "8 days",
    "ledger_account": "400 days, with its check",
    "ledger_check": "400 days", "ledger_record": "30 days", "polled": "7 days",
    "privacy_event": "3 years", "procrastinate_events": "7 days, with their job",
    "procrastinate_jobs": "7 days",
    "refusal": "90 days", "run": "90 days", "tick": "14 days",
}  # fmt: skip
"""Emptied by housekeeping (`kam_sync.jobs.upkeep`)."""
_FACTS = {
    "activity", "alert", "alert_change", "company", "contact", "crm_write", "deal", "fact_history",
    "finding", "invoice", "notification", "payment", "raw_record", "restatement", "series",
    "set_aside", "shipment", "standing", "standing_kept", "standing_move", "stage", "task",
    "translation",
}  # fmt: skip
"""What CRMs and people have said, and what was made of it: kept as long as its account."""
_WORK = {
    "account_due", "hint", "kpi_due", "match_due", "person_due",
}  # fmt: skip
"""What is to be done; a row is gone when it is done, so there are few again and again."""
GROWS: Mapping[str, str] = {
    **_BY_AGE, **dict.fromkeys(_FACTS, "new facts"), **dict.fromkeys(_WORK, "until it is done")
}  # fmt: skip
"""Tables that may have more rows at the end, and until when a row is kept."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, what was seen, and what of it is wrong."""

    what: str
    seen: str
    wrong: bool


def judge(
    samples: Sequence[Sample],
    tables: Sequence[tuple[float, Mapping[str, Table]]],
    log: Mapping[tuple[str, str], int],
    wrong: Mapping[str, int],
) -> list[Bar]:
    """Every bar."""
    bars = []
    for what in ("serve", "postgres", "total"):
        more = drift(samples, what)
        bars.append(Bar(f"memory of {what}, last over middle third", f"{more:+.1f} %",
                        more > _MOST))  # fmt: skip
    for what in ("threads", "files", "connections"):
        more = drift(samples, what)
        bars.append(Bar(f"{what}, last over middle third", f"{more:+.1f} %", more > 4 * _MOST))
    grown = [one for one in _grown(tables) if one not in GROWS] + _piled(tables)
    bars.append(Bar("tables that grow without an end", ", ".join(grown) or "none", bool(grown)))
    said = {f"{level}: {event}": n for (level, event), n in log.items()
            if event not in _OWN_MESSAGE}  # fmt: skip
    bars.append(Bar("warnings and errors in the log", _counted(said), bool(said)))
    bars.append(Bar("requests without a good answer", _counted(wrong), bool(wrong)))
    return bars


def _grown(tables: Sequence[tuple[float, Mapping[str, Table]]]) -> list[str]:
    """Tables with more rows at the end than after the first third."""
    first, last = tables[len(tables) // 3][1], tables[-1][1]
    return sorted(
        name for name, now in last.items() if now.rows > first.get(name, Table(0, 0)).rows
    )


def _piled(tables: Sequence[tuple[float, Mapping[str, Table]]]) -> list[str]:
    """Work that was never as little in the last third as it had been at most in the middle one."""
    third = len(tables) // 3
    middle, last = tables[third : 2 * third], tables[2 * third :]
    return [
        name
        for name in sorted(_WORK)
        if min(rows_of(one, name) for _, one in last) > max(rows_of(one, name) for _, one in middle)
    ]


def rows_of(tables: Mapping[str, Table], name: str) -> int:
    """How many rows a table had."""
    return tables[name].rows if name in tables else 0


def _counted(found: Mapping[str, int]) -> str:
    return ", ".join(f"{what} ({n})" for what, n in sorted(found.items())) or "none"


def show(
    samples: Sequence[Sample],
    tables: Sequence[tuple[float, Mapping[str, Table]]],
    counts: Mapping[str, int],
    bars: Sequence[Bar],
) -> None:
    """The report for people."""
    out = Console()
    out.print(", ".join(f"{n:,} {what}" for what, n in counts.items()))
    memory = Shown("minute", "serve MB", "postgres MB", "shared MB", "threads", "files", "conn.")
    for one in samples[:: max(len(samples) // 12, 1)]:
        memory.add_row(
            f"{one.at / 60:.1f}", f"{one.serve:.0f}", f"{one.postgres:.0f}", f"{one.shared:.0f}",
            str(one.threads), str(one.files), str(one.connections),
        )  # fmt: skip
    out.print(memory)
    last, first = tables[-1][1], tables[len(tables) // 3][1]
    grown = Shown("table", "rows after a third", "rows at the end", "MB", "kept")
    for name in _grown(tables):
        grown.add_row(name, f"{first.get(name, Table(0, 0)).rows:,}", f"{last[name].rows:,}",
                      f"{last[name].megabytes:.1f}", GROWS.get(name, "?"))  # fmt: skip
    out.print(grown)
    judged = Shown("bar", "seen", "")
    for bar in bars:
        judged.add_row(bar.what, bar.seen, "MISSED" if bar.wrong else "ok")
    out.print(judged)
