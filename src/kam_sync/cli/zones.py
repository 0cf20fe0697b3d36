"""`kam-sync zone ...`: accounts that live in a time zone of their own."""

from getpass import getuser
from typing import Annotated

import typer

from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened

app = typer.Typer(
    no_args_is_help=True,
    help="Accounts in other time zones: the periods of their KPIs begin at their midnight.",
)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The id of an account.")]
Zone = Annotated[
    str, typer.Argument(metavar="ZONE", help="An IANA time zone, such as Asia/Yekaterinburg.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]

_LATER = "its KPIs follow with the next measuring"


@app.command("list")
def list_zones(*, json: Json = False) -> None:
    """List the accounts that have a time zone of their own."""
    from kam_sync.accounts.store import AccountStore, ZoneStore
    from kam_sync.cli import show

    with opened() as services, services.database.transaction() as session:
        found = ZoneStore(session).all()
        accounts = AccountStore(session).by_ids([one.account_id for one in found])
        rows = [
            {
                "account": str(one.account_id), "name": accounts[one.account_id].name,
                "zone": one.zone, "by": one.by, "at": one.at.isoformat(),
            }
            for one in found
        ]  # fmt: skip
        house = services.zone.key
    if json:
        show.as_json({"zone": house, "accounts": rows})
        return
    names = ("account", "name", "zone", show.Column("set by", rank=2), show.Column("at", rank=1))
    show.table("Own time zones", names, [tuple(row.values()) for row in rows])
    typer.echo(f"all others: {house} (KAM_SYNC_TIMEZONE)", err=True)


@app.command("set")
def set_(account: Account, zone: Zone) -> None:
    """Say in which time zone an account lives.

    Example: kam-sync zone set ACCOUNT Asia/Yekaterinburg
    """
    _place(account, zone)
    typer.echo(f"{account}: lives in {zone} now; {_LATER}", err=True)


@app.command()
def clear(account: Account) -> None:
    """Let an account live in the time zone of the installation again."""
    _place(account, None)
    typer.echo(f"{account}: has no time zone of its own now; {_LATER}", err=True)


def _place(account: str, zone: str | None) -> None:
    from kam_sync.jobs import joining

    account_id = uuid_of("account", account)
    with opened() as services:
        joining.live_in(services, account_id, zone, by=getuser())
