"""`kam-sync group ...`: whose child an account is, and the KPIs of all that is below it."""

from getpass import getuser
from typing import Annotated

import typer

from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened

app = typer.Typer(
    no_args_is_help=True, help="Whose child an account is: branches, subsidiaries, holdings."
)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The id of an account.")]
Child = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The child: the id of an account.")]
Parent = Annotated[
    str, typer.Argument(metavar="PARENT", help="The parent above it: the id of an account.")
]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

_MOST = 1_000
_LATER = "the KPIs of the group follow with the next measuring"


@app.command("show")
def show_group(account: Account, *, json: Json = False) -> None:
    """Show an account with all that is below it, and the newest KPIs of all that together."""
    from kam_sync.accounts.store import AccountStore
    from kam_sync.cli import show
    from kam_sync.kpi.store import KpiStore
    from kam_sync.matching.store import GroupStore

    with opened() as services, services.database.transaction() as session:
        found = AccountStore(session).account(uuid_of("account", account))
        groups = GroupStore(session)
        members = [one.model_dump(mode="json") for one in groups.members(found.id, limit=_MOST)]
        points = KpiStore(session).points(found.id, of_group=groups.has_children(found.id))
        newest = {(p.kpi, p.unit): f"{p.value.normalize() + 0:f}" for p in points}  # the last stays
        decisions = [one.model_dump(mode="json") for one in groups.decisions(found.id, limit=_MOST)]
    kpis = [{"kpi": kpi, "unit": unit, "value": value} for (kpi, unit), value in newest.items()]
    if json:
        show.as_json({"members": members, "kpis": kpis, "decisions": decisions})
        return
    rows = [
        (
            "  " * one["depth"] + one["name"], one["inn"], one["kpp"], one["parent_id"],
            one["by"] or ("INN" if one["parent_id"] else ""), one["id"],
        )
        for one in members
    ]  # fmt: skip
    names = (
        "name", show.Column("INN", rank=2), show.Column("KPP", rank=1),
        show.Column("parent", rank=3), "set by", "id",
    )  # fmt: skip
    show.table("Group", names, rows)
    show.table("Key figures", ("kpi", "unit", "value"), [tuple(one.values()) for one in kpis])


@app.command("set")
def set_(account: Child, parent: Parent, *, note: Note = "") -> None:
    """Say whose child an account is; that is stronger than its INN.

    Example: kam-sync group set BRANCH HEAD-OFFICE --note "a branch by another INN"
    """
    _place(account, parent, note)


@app.command()
def leave(account: Account, *, note: Note = "") -> None:
    """Say that an account is nobody's child, whatever its INN says."""
    _place(account, None, note)


@app.command()
def undo(account: Account) -> None:
    """Take back what was said of the parent of an account: its INN decides again."""
    from kam_sync.jobs import joining

    child = uuid_of("account", account)
    with opened() as services, joining.parents(services, by=getuser()) as parenting:
        parenting.take_back(child)
    typer.echo(f"{account}: taken back; {_LATER}", err=True)


def _place(account: str, parent: str | None, note: str) -> None:
    from kam_sync.jobs import joining

    child = uuid_of("account", account)
    above = None if parent is None else uuid_of("account", parent)
    with opened() as services, joining.parents(services, by=getuser()) as parenting:
        parenting.place(child, above, note)
    typer.echo(f"{account}: belongs to {parent or 'nobody'} now; {_LATER}", err=True)
