"""`kam-sync rules`: what opens alerts, how strictly, and what it would have opened."""

import sys
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from kam_sync.drift.backtest import Fired

app = typer.Typer(no_args_is_help=True, help="What opens alerts: see docs/rules.md.")

Key = Annotated[str, typer.Argument(metavar="RULE", help="Its key, as `rules list` shows it.")]
File = Annotated[str, typer.Argument(metavar="FILE", help="A rule in YAML; - for what is piped.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
_LATER = "it counts from the next measuring on"


@app.command("list")
def list_rules(*, json: Json = False) -> None:
    """List all rules, and how those of the last year did."""
    from kam_sync.cli import show
    from kam_sync.jobs import ruling

    with opened() as services:
        known, scores = ruling.known(services)
    rows = list[dict[str, Any]]()
    for one in known:
        said = one.rule.model_dump(mode="json") if one.rule else {"wrong": one.wrong}
        score = scores.get(one.key)
        rows.append({
            **said, "key": one.key, "changed_by": one.by or None,
            "opened": score.opened if score else 0, "precision": score and score.precision,
        })  # fmt: skip
    if json:
        show.as_json(rows)
        return
    names = ("rule", show.Column("kind", rank=1), "kpi", "sensitivity", "on", "opened", "true")
    show.table("Rules", names, [_row(row) for row in rows])


def _row(row: dict[str, Any]) -> tuple[Any, ...]:
    share = "–" if row["precision"] is None else f"{100 * row['precision']:.0f} %"
    state = "broken" if "wrong" in row else "yes" if row["is_on"] else "no"
    said = tuple(row.get(name, "–") for name in ("kind", "kpi", "sensitivity"))
    return (row["key"], *said, state, row["opened"], share)


@app.command("show")
def show_rule(key: Key) -> None:
    """Print a rule as YAML, to change and `save`.

    Example: kam-sync rules show won_revenue > rule.yaml
    """
    from kam_sync.drift.registry import text_of
    from kam_sync.drift.store import RuleStore

    with opened() as services, services.database.transaction() as session:
        one = RuleStore(session).one(key)
    typer.echo(one.text or (text_of(one.rule) if one.rule else ""), nl=False)


@app.command()
def save(file: File) -> None:
    """Add a rule, or change one: that of the same key.

    Try it first: kam-sync rules backtest --file rule.yaml
    """
    from kam_sync.jobs import ruling

    with opened() as services:
        rule = ruling.save(services, _text(file), by=getuser())
    typer.echo(f"{rule.key}: saved; {_LATER}", err=True)


@app.command()
def on(key: Key) -> None:
    """Switch a rule on."""
    _switch(key, is_on=True)


@app.command()
def off(key: Key) -> None:
    """Switch a rule off: its alerts end."""
    _switch(key, is_on=False)


@app.command()
def reset(key: Key) -> None:
    """Take back all changes: a rule of ours is as it came, one of your own is no more."""
    from kam_sync.jobs import ruling

    with opened() as services:
        ruling.reset(services, key)
    typer.echo(f"{key}: taken back; {_LATER}", err=True)


@app.command()
def backtest(
    key: Annotated[str, typer.Argument(metavar="RULE", help="Its key; none with --file.")] = "",
    *,
    file: Annotated[str, typer.Option(help="A rule in YAML that is not saved; - for a pipe.")] = "",
    json: Json = False,
) -> None:
    """Say what a rule would have opened in the last year (by days: in 90), and when.

    Values are taken as they were first reported, so this is what people would have been told.
    """
    from kam_sync.cli import show
    from kam_sync.drift.registry import parsed
    from kam_sync.drift.store import RuleStore
    from kam_sync.jobs import ruling

    if bool(key) == bool(file):
        raise typer.BadParameter("name a rule, or give --file")
    with opened() as services:
        if file:
            rule = parsed(_text(file), file)
        else:
            with services.database.transaction() as session:
                rule = RuleStore(session).readable(key)
        tried = ruling.tried(services, rule)
    rows = [_fired(one, tried.names) for one in tried.fired]
    if json:
        show.as_json({"rule": rule.key, "count": len(rows), "fired": rows})
        return
    names = (
        "told on", "account", show.Column("observed", is_number=True),
        show.Column("expected", is_number=True), "unit", "since", "ended",
    )  # fmt: skip
    table = [
        (r["on"], r["account_name"], f"{r['observed']:,.0f}", f"{r['expected']:,.0f}", r["unit"],
         r["since"], r["until"] or "")
        for r in rows
    ]  # fmt: skip
    span = "90 days" if rule.grain.value == "day" else "12 months"
    count = f"{len(rows)} alerts about {len(tried.names)} accounts in {span}"
    show.table(f"{rule.key}: {count}", names, table)


def _fired(one: "Fired", names: "Mapping[UUID, str]") -> dict[str, Any]:
    said = one.said
    plain = said.model_dump(
        mode="json", include={"account_id", "kpi", "unit", "observed", "expected", "since", "gap"}
    )
    until = one.until and one.until.isoformat()
    return {
        "on": one.on.isoformat(),
        "account_name": names[said.account_id],
        **plain,
        "until": until,
    }


def _switch(key: str, *, is_on: bool) -> None:
    from kam_sync.jobs import ruling

    with opened() as services:
        ruling.switch(services, key, is_on=is_on, by=getuser())
    typer.echo(f"{key}: {'on' if is_on else 'off'}; {_LATER}", err=True)


def _text(file: str) -> str:
    if file == "-":
        return sys.stdin.read()
    try:
        return Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file}: {error}") from error
