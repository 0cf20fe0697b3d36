"""`kam-sync ledger ...`: what we have beside what the CRM has."""

from datetime import date
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import NotHere, WrongUse
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from connectors import Noun
    from kam_sync.base.db import Session
    from kam_sync.intake.model import Source

app = typer.Typer(
    no_args_is_help=True, help="What we have beside what the CRM has, and since when they differ."
)

_HISTORY = 14

Name = Annotated[str, typer.Argument(help="The source's name.")]
OneNoun = Annotated[str | None, typer.Option("--noun", help="deal, company ...; all if left out.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(
    name: Annotated[str | None, typer.Argument(help="A source's name; all if left out.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show how both sides stood when each kind of record was last compared."""
    from kam_sync.cli import ledger_tables, show
    from kam_sync.intake.store import SourceStore
    from kam_sync.ledger.store import LedgerBook
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        sources = SourceStore(session)
        names = {one.id: one.name for one in sources.all()}
        chosen = None if name is None else sources.by_name(name).id
        checks = LedgerBook(session).newest(chosen)
        documents = [ledger_tables.document(names[check.source_id], check) for check in checks]
    if json:
        show.as_json({"ledger": documents})
        return
    if not documents:
        typer.echo(f"nothing was compared yet; now: {command('ledger check NAME')}", err=True)
        return
    ledger_tables.table("Ledger", documents, services.zone)


@app.command("show")
def show_(
    name: Name,
    noun: Annotated[str, typer.Argument(help="deal, company ..., as `ledger list` shows it.")],
    *,
    day: Annotated[
        str | None, typer.Option(help="Of that day in KAM_SYNC_TIMEZONE, such as 2026-11-30.")
    ] = None,
    account: Annotated[str | None, typer.Option(help="Only of the account with this id.")] = None,
    json: Json = False,
) -> None:
    """Show one check: sums, accounts, and the ids on each side."""
    from kam_sync.cli import ledger_tables, show
    from kam_sync.intake.store import SourceStore
    from kam_sync.ledger.store import MOST_IDS, LedgerBook
    from kam_sync.wiring import open_services

    account_id = None if account is None else _account_id(account)
    with open_services(read_settings()) as services, services.database.transaction() as session:
        source, book = SourceStore(session).by_name(name), LedgerBook(session)
        check = book.one(source, noun, None if day is None else _day(day))
        records = book.records(check.id, account_id=account_id, limit=MOST_IDS)
        lines = book.accounts(
            check.id, account_id=account_id, is_parted=account is None, limit=MOST_IDS
        )
        history = book.history(source.id, noun, limit=_HISTORY)
        document = {
            **ledger_tables.document(name, check),
            "accounts": [ledger_tables.line(one) for one in lines],
            "records": [record.model_dump(mode="json") for record in records],
            "history": [ledger_tables.document(name, one) for one in history],
        }
    if json:
        show.as_json(document)
        return
    ledger_tables.table("Check", [document], services.zone)
    if document["message"]:
        typer.echo(document["message"], err=True)
    ledger_tables.print_parts(document)


@app.command()
def check(
    name: Name,
    *,
    noun: OneNoun = None,
    repair: Annotated[
        bool | None,
        typer.Option(help="Put differences right, or leave them; as the source has it by default."),
    ] = None,
    json: Json = False,
) -> None:
    """Compare all that the CRM has with what is here, now; it takes a request for 250 records."""
    from connectors import Noun
    from kam_sync.jobs.comparing import noun_of

    nouns = list(Noun) if noun is None else [noun_of(noun)]
    _compare(name, lambda _session, _source: nouns, repairs=repair, json=json)


@app.command()
def repair(name: Name, *, noun: OneNoun = None, json: Json = False) -> None:
    """Compare once more what the last check left different, and put it right."""
    from kam_sync.jobs.comparing import to_repair

    _compare(
        name, lambda session, source: to_repair(session, source, noun), repairs=True, json=json
    )


def _compare(
    name: str,
    choose: "Callable[[Session, Source], list[Noun]]",
    *,
    repairs: bool | None,
    json: bool,
) -> None:
    """Compare nouns one after the other; 1 when one could not be, or something is left."""
    from kam_sync import flow
    from kam_sync.cli import ledger_tables, show
    from kam_sync.intake.store import SourceStore
    from kam_sync.jobs.comparing import NOTHING_LEFT, require_comparable
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            source = SourceStore(session).by_name(name)
            require_comparable(session, source)
            source_id, nouns = source.id, choose(session, source)
        if not nouns:
            typer.echo(f"{name}: {NOTHING_LEFT}", err=True)
            if json:
                show.as_json({"ledger": []})
            return
        with show.ledger_progress(len(nouns)) as watch:
            results = [
                flow.reconcile(services, source_id, noun, watch=watch, repairs=repairs)
                for noun in nouns
            ]
    if not ledger_tables.print_results(name, results, services.zone, json=json):
        raise typer.Exit(1)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise WrongUse(f"--day {text}: a date such as 2026-11-30 is needed") from error


def _account_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotHere(f"account {text}: no such account") from error
