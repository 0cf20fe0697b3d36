"""`kam-sync schedule ...`: when the work is done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from getpass import getuser
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.errors import WrongUse
from kam_sync.base.settings import Locale, read_settings

if TYPE_CHECKING:
    from kam_sync.base.db import Session
    from kam_sync.intake.model import Source
    from kam_sync.jobs.planning import Entry, Timetable
    from kam_sync.wiring import Services

app = typer.Typer(no_args_is_help=True, help="When each step of each source is done.")

Of = Annotated[
    str, typer.Argument(metavar="SOURCE", help='The source\'s name; "house" for what is of none.')
]
Step = Annotated[str, typer.Argument(help="The step, as `schedule list` shows it.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(
    source: Annotated[
        str | None, typer.Argument(help='A source\'s name, or "house"; all if left out.')
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Show when each step is due, and how it went."""
    from kam_sync.cli import show

    with _open() as opened:
        wanted = opened.all() if source is None else [opened.named(source)]
        documents = [opened.document(entry) for entry in opened.timetable.entries(wanted)]
    if json:
        show.as_json({"schedules": documents})
        return
    names = ("source", "step", "when", "zone", "next_at", "last_due_at", "last_success_at",
             "last_result", "due_by", "state")  # fmt: skip
    rows = [[opened.cell(document[name]) for name in names] for document in documents]
    show.table("Timetable", [name.removesuffix("_at").replace("_", " ") for name in names], rows)


@app.command("set")
def set_(  # noqa: PLR0913 - each is an option of the command
    source: Of,
    step: Step,
    *,
    every: Annotated[str | None, typer.Option(help="An interval: 10m, 2h, 1d.")] = None,
    cron: Annotated[
        str | None, typer.Option(help='Minute, hour, day, month, weekday: "30 2 * * 1-5".')
    ] = None,
    zone: Annotated[
        str | None, typer.Option(help="The time zone of the cron; KAM_SYNC_TIMEZONE by default.")
    ] = None,
    jitter: Annotated[str | None, typer.Option(help="Put each instant off by up to this.")] = None,
    deadline: Annotated[
        str | None, typer.Option(help="Alarm after so long without success; auto: by the rule.")
    ] = None,
) -> None:
    """Change when a step is done, and switch it on.

    Example: kam-sync schedule set sales sync --every 10m
    """
    from kam_sync.jobs.wish import Wish

    if all(given is None for given in (every, cron, zone, jitter, deadline)):
        raise WrongUse('say when: --every 10m, or --cron "30 2 * * 1-5"')
    wish = Wish(every, cron, zone, jitter, "" if deadline == "auto" else deadline)
    _change(source, lambda timetable, of: timetable.change(of, step, wish, getuser()))


@app.command()
def on(source: Of, step: Step) -> None:
    """Switch a step on."""
    _change(source, lambda timetable, of: timetable.switch(of, step, getuser(), is_on=True))


@app.command()
def off(source: Of, step: Step) -> None:
    """Switch a step off; its plan is kept."""
    _change(source, lambda timetable, of: timetable.switch(of, step, getuser(), is_on=False))


@app.command()
def reset(
    source: Of, step: Annotated[str | None, typer.Argument(help="All steps if left out.")] = None
) -> None:
    """Go back to the default of a step, or of all steps."""
    if step is not None:
        _change(source, lambda timetable, of: timetable.reset(of, step, getuser()))
        return
    with _open() as opened:
        for entry in opened.timetable.entries([opened.named(source)]):
            if not entry.is_default:
                opened.tell(opened.timetable.reset(entry.source, entry.step, getuser()))


@app.command()
def run(source: Of, step: Step) -> None:
    """Do a step now, in a running service."""
    with _open() as opened:
        is_new = opened.timetable.run(opened.named(source), step)
    typer.echo(f"{source} {step}: {'queued' if is_new else 'waiting already'}", err=True)


def _change(source: str, change: "Callable[[Timetable, Source | None], Entry]") -> None:
    with _open() as opened:
        opened.tell(change(opened.timetable, opened.named(source)))


@contextmanager
def _open() -> "Iterator[_Open]":
    from kam_sync.jobs.planning import Timetable
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        timetable = Timetable(session, services.settings.timezone, services.now())
        yield _Open(services, session, timetable)


@dataclass(frozen=True)
class _Open:
    """The timetable of an open database, and how it is spoken of."""

    services: "Services"
    session: "Session"
    timetable: "Timetable"

    def all(self) -> "list[Source | None]":
        """Every source, and the house."""
        from kam_sync.intake.store import SourceStore

        return [*SourceStore(self.session).all(), None]

    def named(self, name: str) -> "Source | None":
        """The source of a name; None for the house, which is always called - too."""
        from kam_sync.intake.store import SourceStore
        from kam_sync.jobs.planning import HOUSE

        names = [] if name == "-" else [source.name for source in self.all() if source]
        is_house = name == "-" or (name == HOUSE and HOUSE not in names)
        return None if is_house else SourceStore(self.session).by_name(name)

    def tell(self, entry: "Entry") -> None:
        """Say how a line of the timetable reads now."""
        document = self.document(entry)
        said = f"{document['when']}, next {self.cell(document['next_at']) or 'never'}"
        is_off = "" if document["is_on"] else ", switched off"
        typer.echo(f"{entry.of} {entry.step}: {said}{is_off}", err=True)

    def cell(self, value: Any) -> str:
        """A value of a line as a person reads it."""
        from kam_sync.cli import show

        if isinstance(value, datetime):
            return show.moment(value, self.services.zone)
        return "" if value is None else str(value)

    def document(self, entry: "Entry") -> dict[str, Any]:
        """A line of the timetable as JSON; times in UTC."""
        from kam_sync.jobs.spans import write_span
        from kam_sync.web.wording import steps
        from kam_sync.web.wording.language import Language

        plan, kept = entry.plan, entry.schedule
        english = Language(Locale.EN, self.services.zone)
        return {
            "source": entry.of,
            "step": entry.step.value,
            "when": steps.when(english, plan),
            "every": plan.every and write_span(plan.every),
            "cron": plan.cron,
            "zone": plan.zone if plan.cron else None,
            "jitter": write_span(plan.jitter),
            "deadline": plan.deadline and write_span(plan.deadline),
            "is_on": plan.is_on,
            "is_default": entry.is_default,
            "changed_by": kept.changed_by if kept else "",
            "next_at": entry.next_at,
            "last_due_at": entry.last_due_at,
            "running_since": kept and kept.began_at,
            "last_success_at": kept and kept.last_success_at,
            "last_result": kept and kept.last_result,
            "last_message": kept.last_message if kept else "",
            "due_by": entry.due_by,
            "overdue_since": entry.overdue_since,
            "state": _state(entry),
        }


def _state(entry: "Entry") -> str:
    if not entry.plan.is_on:
        return "off"
    if not entry.is_kept and entry.source is not None:
        return f"source {entry.source.state.value}"
    if entry.overdue_since is not None:
        return "OVERDUE"
    return "running" if entry.schedule is not None and entry.schedule.began_at else "on"
