"""`kam-sync rates`: exchange rates by day, for money that is measured in one currency."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from kam_sync.base.errors import WrongUse
from kam_sync.cli.opened import opened

app = typer.Typer(
    no_args_is_help=True, help="Exchange rates in roubles by day; see KAM_SYNC_CURRENCY."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Day = Annotated[datetime, typer.Argument(formats=["%Y-%m-%d"], help="The day: 2026-11-28.")]


@app.command("import")
def import_(
    file: Annotated[
        Path,
        typer.Argument(
            exists=True, dir_okay=False,
            help="CSV or XLSX (date, currency, nominal, rate), or XML_daily of the Bank of Russia.",
        ),
    ],
    *,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Their day, where the file does not say it."),
    ] = None,
) -> None:  # fmt: skip
    """Take in the rates of a file; it may come again.

    Example: kam-sync rates import XML_daily.xml
    """
    from connectors import behind, rates, sheets
    from kam_sync.importing.rates import import_rates

    wrong: list[rates.Wrong] = []
    with opened() as services:
        day = on.date() if on else None
        try:
            read, changed = import_rates(services, file, wrong.append, day)
        except sheets.BadSheet as error:
            raise WrongUse(behind(f"{file}: ", error)) from error
    for one in wrong:
        typer.echo(f"line {one.line}: {one.why}", err=True)
    typer.echo(f"{read} rates read, {changed} new or changed, {len(wrong)} lines rejected")
    if wrong:
        raise typer.Exit(1)


@app.command("list")
def list_rates(
    currency: Annotated[str | None, typer.Argument(help="One alone, such as USD.")] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=10000, help="How many.")] = 50,
    json: Json = False,
) -> None:
    """List the newest rates."""
    from kam_sync.cli import show
    from kam_sync.kpi.store import RateStore

    with opened() as services, services.database.transaction() as session:
        found = RateStore(session).page(limit, currency=currency and currency.upper())
        said = [one.model_dump(mode="json") for one in found]
        rows = [
            (
                one.currency, one.on, f"{one.rate.normalize():f}", one.source,
                show.moment(one.changed_at, services.zone),
            )
            for one in found
        ]  # fmt: skip
    if json:
        show.as_json(said)
        return
    show.table("Rates in RUB", ("currency", "on", "rate", "source", "changed at"), rows)


@app.command("set")
def set_(
    currency: Annotated[str, typer.Argument(help="Its ISO code, such as USD.")],
    day: Day,
    rate: Annotated[str, typer.Argument(help="How many roubles one unit is worth.")],
) -> None:
    """Say what a currency is worth from a day on.

    Example: kam-sync rates set USD 2026-11-28 81.25
    """
    from kam_sync.importing.rates import set_rate

    try:
        number = Decimal(rate.replace(",", "."))
    except InvalidOperation as error:
        raise WrongUse(f"rate {rate}: a number is needed") from error
    with opened() as services:
        is_new = set_rate(services, currency.upper(), day.date(), number, source=getuser())
    typer.echo("kept; KPIs follow with the next measuring" if is_new else "known already", err=True)
