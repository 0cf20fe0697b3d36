"""`kam-sync portfolio`: who makes most of it, who looks after it, and who has left."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.overseeing import Kam, Placed, Portfolio

_MOST = 50

Unit = Annotated[str, typer.Option(metavar="CURRENCY", help="That of most accounts if not given.")]
Whose = Annotated[str, typer.Option(metavar="KAM", help="Only those of a key account manager.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def portfolio(*, unit: Unit = "", kam: Whose = "", json: Json = False) -> None:
    """Show who makes most of the revenue of twelve whole months, and who looks after them."""
    from kam_sync import overseeing
    from kam_sync.cli import show

    with opened() as services, services.database.transaction() as session:
        overseer = overseeing.Overseer(session, unit)
        rows, _ = overseer.of(overseeing.Wanted(overseer.unit, kam))
        found = overseer.portfolio
        kams = [_kam(one) for one in overseer.kams if kam in {"", one.key}]
        accounts, head = [_row(one) for one in rows], _head(found)
        lost = [account.name for account in overseer.lost()]
    if json:
        show.as_json({**head, "kams": kams, "accounts": accounts, "lost": lost})
        return
    if not rows:
        typer.echo("nobody has bought in the last twelve whole months", err=True)
        return
    counted = ("share, %", "main", "smaller")
    names: list[str | show.Column] = [
        "KAM", *(show.Column(name, is_number=True) for name in counted),
        "over the load", "health", "poor", "alerts",
    ]  # fmt: skip
    show.table("By key account manager", names, [tuple(one.values())[1:] for one in kams])
    names = [
        show.Column("#", is_number=True), "name", "class",
        show.Column(f"amount, {found.unit}", is_number=True), show.Column("share, %", rank=1),
        show.Column("with larger, %", rank=2), show.Column("KAM", rank=3), "health", "alerts",
    ]  # fmt: skip
    show.table("Accounts", names, [tuple(one.values())[1:] for one in accounts[:_MOST]])
    if len(accounts) > _MOST:
        typer.echo(f"and {len(accounts) - _MOST} more: --json lists all", err=True)
    typer.echo(_sentence(found))


def _head(found: "Portfolio") -> dict[str, Any]:
    one, kept = found.concentration, found.kept
    return {
        "kpi": kept and kept.kpi, "unit": found.unit, "first": kept and kept.first.isoformat(),
        "total": f"{found.total:.2f}", "accounts_that_buy": one.accounts if one else 0,
        "makers": one.makers if one else 0, "top1": _short(one and one.top1),
        "top5": _short(one and one.top5), "hhi": one and round(float(one.hhi), 4),
        "at_start": found.at_start, "logo_churn": _short(found.churn),
    }  # fmt: skip


def _kam(kam: "Kam") -> dict[str, Any]:
    return {
        "key": kam.key, "name": kam.name or "nobody", "share": _short(kam.share),
        "main": kam.load.main, "smaller": kam.load.smaller, "is_overloaded": kam.load.is_over,
        "health": _short(kam.health), "poor": kam.poor, "alerts": kam.alerts,
    }  # fmt: skip


def _row(row: "Placed") -> dict[str, Any]:
    one = row.standing
    return {
        "account": str(one.account_id), "place": one.place, "name": row.name,
        "class": one.pareto.value, "amount": f"{one.amount:.2f}", "share": _short(one.share),
        "cumulative": _short(one.cumulative), "kam": row.kam, "health": _short(row.health),
        "alerts": row.alerts,
    }  # fmt: skip


def _sentence(found: "Portfolio") -> str:
    one, lost = found.concentration, found.lost
    made = f"{one.makers} of {one.accounts} accounts make 80 %; " if one else ""
    return f"{made}lost in twelve months: {lost} of {found.at_start}"


def _short(number: Any) -> float | None:
    return None if number is None else round(float(number), 1)
