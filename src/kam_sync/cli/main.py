"""The commands. Heavy modules are imported inside them, so that `--help` answers at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync import __version__
from kam_sync.base.clock import Clock, start_of_day, stopped_at, utc_now
from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.base.log import set_up_log
from kam_sync.base.settings import LogFormat, read_settings
from kam_sync.cli import (
    backups,
    channels,
    connectors,
    exporting,
    groups,
    hooks,
    importing,
    jobs,
    keys,
    kpis,
    ledger,
    match_anew,
    match_moves,
    match_splink,
    matching,
    open_data,
    people,
    portfolio,
    privacy,
    rates,
    rules,
    schedules,
    secrets,
    sources,
    targets,
    users,
    why,
    winners,
    writes,
    zones,
)

if TYPE_CHECKING:
    from kam_sync.base.report import Report
    from kam_sync.wiring import Services

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=f"""Key accounts out of your CRMs in one store: measured, watched, told about.

    Start with `{command("demo")}`. For your own CRM: `{command("source add")}`,
    `{command("sync")}`, then `{command("serve")}`. Settings are read from KAM_SYNC_* variables
    and a .env file;
    `{command("doctor")}` says what is wrong with them.
    """,
)
app.add_typer(sources.app, name="source")
app.add_typer(connectors.app, name="connector")
app.add_typer(groups.app, name="group")
app.add_typer(zones.app, name="zone")
app.add_typer(rates.app, name="rates")
app.add_typer(rules.app, name="rules")
app.add_typer(kpis.app, name="kpis")
app.add_typer(writes.app, name="write")
app.add_typer(schedules.app, name="schedule")
app.add_typer(hooks.app, name="hooks")
app.add_typer(jobs.app, name="jobs")
app.add_typer(ledger.app, name="ledger")
matching.app.command("anew")(match_anew.anew)
matching.app.command("status")(match_anew.status)
matching.app.command("moves")(match_moves.moves)
matching.app.command("export")(match_splink.export)
matching.app.command("import")(match_splink.import_)
app.add_typer(matching.app, name="match")
app.add_typer(people.app, name="people")
app.add_typer(privacy.app, name="privacy")
app.add_typer(targets.app, name="target")
app.add_typer(channels.app, name="channel")
app.add_typer(winners.app, name="winners")
app.add_typer(users.app, name="user")
app.add_typer(keys.app, name="key")
app.add_typer(open_data.app, name="open")
app.add_typer(secrets.app, name="secrets")
app.command("import")(importing.import_)
app.command("export")(exporting.export)
app.command("backup")(backups.backup)
app.command("restore")(backups.restore)
app.command("portfolio")(portfolio.portfolio)
app.command("why")(why.why)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
AsOf = Annotated[
    str | None,
    typer.Option("--as-of", metavar="DATE", help="Measure as of the start of this day, not now."),
]


@contextmanager
def _services(as_of: str | None = None) -> "Iterator[Services]":
    from kam_sync.wiring import open_services

    settings = read_settings()
    with open_services(settings, as_of=_clock(as_of)) as services:
        yield services


def _clock(as_of: str | None) -> Clock:
    if as_of is None:
        return utc_now
    try:
        day = date.fromisoformat(as_of)
    except ValueError as error:
        raise WrongUse(f"--as-of {as_of}: a date such as 2026-11-30 is needed") from error
    return stopped_at(start_of_day(day, read_settings().zone))


@app.callback(invoke_without_command=True)
def _start(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version and end.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log what goes on.")] = False,
) -> None:
    import logging

    if version:
        typer.echo(f"kam-sync {__version__}")
        raise typer.Exit
    set_up_log(LogFormat.AUTO, level=logging.INFO if verbose else logging.WARNING)


@app.command()
def demo(
    *,
    port: Annotated[int, typer.Option(min=1, max=65535, help="Where the pages are served.")] = 8000,
    once: Annotated[
        bool, typer.Option("--once", help="One whole pass, a summary, the end.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Another number, another made-up company.")] = 7,
    size: Annotated[int, typer.Option(min=1, help="How many accounts it has.")] = 40,
    data: Annotated[
        Path | None, typer.Option(help="Serve the CSV data of this folder instead.")
    ] = None,
    json: Json = False,
) -> None:
    """Try it: a sandbox CRM on this machine, pulled, measured and watched; pages on loopback.

    The made-up data goes to a database of its own and never mixes with yours.
    """
    from kam_sync.cli.demo import Wish, run_demo

    wish = Wish(port=port, once=once, seed=seed, size=size, data=data, as_json=json)
    run_demo(read_settings(), wish)


@app.command()
def sync(
    names: Annotated[
        list[str] | None, typer.Argument(help="Sources; all active ones if none.")
    ] = None,
    *,
    full: Annotated[
        bool, typer.Option("--full", help="Read everything, not only changes.")
    ] = False,
    paused: Annotated[
        bool, typer.Option("--paused", help="Pull a source that is named even if it is paused.")
    ] = False,
    json: Json = False,
) -> None:
    """Pull what has changed in the CRMs into the account store, now and here.

    Ends with 1 when a source or one of its kinds of records was not read, or not to its end.
    What a CRM does not offer (not published, switched off) is named and is no failure.
    """
    from kam_sync.cli import show, synced
    from kam_sync.cli.syncing import sync_sources, ways_on

    with _services() as services, show.sync_progress() as watch:
        results = sync_sources(services, names or [], full=full, paused=paused, watch=watch)
        ways = ways_on(services, results)
    show.as_json(show.sync_document(results)) if json else synced.tell(results, ways)
    if not all(result.is_fine for result in results):
        raise typer.Exit(1)


@app.command()
def kpi(*, as_of: AsOf = None, json: Json = False) -> None:
    """Measure the KPIs of all accounts of which something has changed, and of all on a new day."""
    import kam_sync.flow

    with _services(as_of) as services:
        _report([kam_sync.flow.kpi(services)], json=json)


@app.command()
def detect(*, as_of: AsOf = None, json: Json = False) -> None:
    """Judge which KPIs have drifted; open, refresh and resolve alerts."""
    import kam_sync.flow

    with _services(as_of) as services:
        _report(kam_sync.flow.detect(services), json=json)


@app.command()
def notify(*, json: Json = False) -> None:
    """Tell about alerts that opened or were resolved."""
    import kam_sync.flow

    with _services() as services:
        _report([kam_sync.flow.notify(services)], json=json)


@app.command()
def migrate() -> None:
    """Bring the database schema up to date, and end."""
    with _services():
        typer.echo("the database is up to date", err=True)


@app.command()
def doctor(*, json: Json = False) -> None:
    """Check settings, database, sources, clock and queue; say what to do."""
    from kam_sync.cli.doctor import examine

    if not examine(as_json=json):
        raise typer.Exit(1)


Host = Annotated[str, typer.Option(help="The address to listen on.")]
Port = Annotated[int, typer.Option(min=1, max=65535, help="The port to listen on.")]
Every = Annotated[
    int | None,
    typer.Option(min=1, help="Minutes between syncs of a source whose timetable nobody changed."),
]


@app.command()
def serve(*, host: Host = "127.0.0.1", port: Port = 8000, every: Every = None) -> None:
    """Run everything in one process: migrate, pages and API, worker, scheduler."""
    _serve((host, port), every=every)


@app.command()
def web(*, host: Host = "127.0.0.1", port: Port = 8000) -> None:
    """Run the pages and the API alone."""
    _serve((host, port), work=False)


@app.command()
def worker(
    *,
    host: Host = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="Answer /healthz, /readyz and /metrics at this port."),
    ] = None,
    every: Every = None,
) -> None:
    """Run the worker and the scheduler alone."""
    _serve(None if port is None else (host, port), pages=False, every=every)


def _serve(
    at: tuple[str, int] | None, *, pages: bool = True, work: bool = True, every: int | None = None
) -> None:
    import logging

    from kam_sync.cli.serving import Wish, serve_all, warn_of_variables

    settings = read_settings()
    set_up_log(settings.log_format, level=logging.INFO)
    warn_of_variables()  # before what they were to say is missed
    between = None if every is None else timedelta(minutes=every)
    with _services() as services:
        serve_all(services, Wish(at, pages=pages, work=work, every=between))


def _report(reports: "list[Report]", *, json: bool) -> None:
    from kam_sync.cli import show

    document = {report.step: report.as_dict() for report in reports}
    if json:
        show.as_json(document)
        return
    rows = [
        (step, name, count) for step, counts in document.items() for name, count in counts.items()
    ]
    show.table("Done", ("step", "what", show.Column("count", is_number=True)), rows)
