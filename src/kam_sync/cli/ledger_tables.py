"""The ledger as commands print it: documents for programs, tables for people."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import typer

from kam_sync.cli import show
from kam_sync.flow import Reconciled
from kam_sync.intake.model import RunState
from kam_sync.ledger.model import Check
from kam_sync.ledger.store import NamedLine

_NOT_COMPARED = "not compared"
_SHOWN = 20


def print_results(name: str, results: Sequence[Reconciled], zone: ZoneInfo, *, json: bool) -> bool:
    """How each noun was compared; False when one could not be, or something is left."""
    told = [result for result in results if result.check or result.state is not RunState.DONE]
    documents = [_told(result) for result in told]
    if json:
        show.as_json({"ledger": documents})
    elif not documents:
        typer.echo(f"{name}: the CRM has no whole list of that to compare with", err=True)
    else:
        if compared := [one for one in documents if one["state"] != _NOT_COMPARED]:
            table("Ledger", compared, zone)
        for one in documents:
            if one["message"]:
                typer.echo(f"{name}: {one['noun']}: {one['message']}", err=True)
    return not any(one["state"] == _NOT_COMPARED or one["left"] for one in documents)


def _told(result: Reconciled) -> dict[str, Any]:
    if result.check is not None:
        return document(result.source, result.check)
    return {
        "source": result.source, "noun": result.noun.value, "state": _NOT_COMPARED, "left": 0,
        "message": result.message or result.state.value,
    }  # fmt: skip


def document(source: str, check: Check) -> dict[str, Any]:
    """A check as JSON."""
    plain = check.model_dump(exclude={"id", "source_id", "left_over", "seconds"}, mode="json")
    return {
        "source": source, **plain, "found": check.found, "left": check.left_over,
        "repaired": check.repaired, "seconds": float(check.seconds),
    }  # fmt: skip


def line(named: NamedLine) -> dict[str, Any]:
    """What it says of an account."""
    return {**named.line.model_dump(mode="json", exclude={"id", "check_id"}), "name": named.name}


def table(title: str, documents: Sequence[dict[str, Any]], zone: ZoneInfo) -> None:
    """Checks, a line each, and below them their sums, which need room of their own."""
    columns = (
        "source", "noun", _number("here"), _number("there"), "state", _number("left"),
        _number("found", rank=4), _number("held", rank=3), show.Column("parted since", rank=1),
        show.Column("checked", rank=2),
    )  # fmt: skip
    rows = [
        (d["source"], d["noun"], d["here"], d["there"], d["state"], d["left"], d["found"],
         d["held"] or "", d["parted_since"] or "", _moment(d, zone))
        for d in documents
    ]  # fmt: skip
    show.table(title, columns, rows)
    sums = [
        (d["source"], d["noun"], *(_amount(both[side], unit) for side in ("here", "there")))
        for d in documents
        for unit, both in d["sums"].items()
    ]
    if sums:
        show.table("Sums", ("source", "noun", _number("here"), _number("there")), sums)


def print_parts(document: dict[str, Any]) -> None:
    """The accounts in which something was found, and the first ids."""
    if lines := document["accounts"][:_SHOWN]:
        columns = (
            "account", show.Column("name", rank=1), _number("here"), _number("there"),
            _number("found"), _number("left"), show.Column("parted since", rank=2),
        )  # fmt: skip
        rows = [
            (_account(line), line["name"], line["here"], line["there"], line["found"],
             line["differing"], line["parted_since"])
            for line in lines
        ]  # fmt: skip
        show.table("Accounts", columns, rows)
        sums = [
            (_account(line), *(_amount(line[f"sum_{on}"], unit) for on in ("here", "there")))
            for line in lines
            if (unit := line["currency"])
        ]
        if sums:
            show.table("Sums by account", ("account", _number("here"), _number("there")), sums)
    if document["records"]:
        shown = document["records"][:_SHOWN]
        records = [(r["external_id"], r["kind"], _now(r)) for r in shown]
        show.table("Records", ("id in the CRM", "where", "now"), records)
    more = max(document["found"], len(document["records"])) - _SHOWN
    if more > 0 and document["records"]:
        typer.echo(f"and {more} more; see --json", err=True)


def _number(name: str, *, rank: int = 0) -> show.Column:
    return show.Column(name, is_number=True, rank=rank)


def _account(line: dict[str, Any]) -> str:
    return line["account_id"] or "of no account"


def _now(record: dict[str, Any]) -> str:
    if record["kind"] == "held":
        return "waits for a person"
    return "left" if record["is_left"] else "put right"


def _amount(amount: str, currency: str) -> str:
    return f"{Decimal(amount):,.2f} {currency}"


def _moment(document: dict[str, Any], zone: ZoneInfo) -> str:
    return show.moment(datetime.fromisoformat(document["checked_at"]), zone)
