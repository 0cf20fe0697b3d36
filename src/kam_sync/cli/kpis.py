"""`kam-sync kpis`: what is measured and how, and the KPIs that people define themselves."""

from pathlib import Path
from typing import Annotated

import typer

from kam_sync.cli.opened import opened
from kam_sync.cli.restated import restated

app = typer.Typer(
    no_args_is_help=True, help="What is measured, how it is computed, and KPIs of your own."
)
app.command()(restated)

Key = Annotated[str, typer.Argument(metavar="KPI", help="Its key, as `kpis list` shows it.")]
File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A KPI in YAML: see docs/own-kpis.md.")
]
Page = Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="Most often docs/kpi.md.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_kpis(*, json: Json = False) -> None:
    """List all KPIs: those that come with us, and your own."""
    from kam_sync.cli import show
    from kam_sync.kpi.registry import KPIS

    with opened():
        kpis = list(KPIS.values())
    if json:
        show.as_json([kpi.model_dump(mode="json") for kpi in kpis])
        return
    rows = [
        (k.key, k.title["ru"], k.title["en"], k.measure.value, ", ".join(k.grains), k.good.value)
        for k in kpis
    ]
    names = ("kpi", "name", show.Column("in English", rank=2), "unit", "by", "good")
    show.table("KPIs", names, rows)


@app.command("show")
def show_kpi(key: Key) -> None:
    """Show what a KPI is: its formula, what it needs, its worked example, its traps."""
    from kam_sync.kpi.describing import section
    from kam_sync.kpi.registry import named

    with opened():
        typer.echo(section(named(key)))


@app.command()
def check(file: File) -> None:
    """Check a KPI of your own: what is written in the file, its SQL, and its example.

    Example: kam-sync kpis check kpis/orders_over_a_million.yaml
    """
    from kam_sync.kpi.proving import prove
    from kam_sync.kpi.registry import KPIS, read, refuse_unknown

    kpi = read(file)
    with opened() as services, services.database.transaction() as session:
        refuse_unknown({**KPIS, kpi.key: kpi})
        prove(session, kpi, file.name, services.zone)
        session.rollback()
    typer.echo(f"{kpi.key}: its example comes out")


@app.command()
def document(page: Page) -> None:
    """Write the sections of all our KPIs into a page, below its mark."""
    from kam_sync.kpi.describing import document as described
    from kam_sync.kpi.registry import OURS

    page.write_text(described(page.read_text(encoding="utf-8"), OURS.values()), encoding="utf-8")
