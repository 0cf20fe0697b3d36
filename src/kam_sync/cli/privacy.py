"""`kam-sync privacy ...`: personal data: what is kept, how long; telling, erasing a person."""

import os
from getpass import getuser
from pathlib import Path
from typing import Annotated

import typer

from kam_sync.base.errors import WrongUse
from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened

app = typer.Typer(
    no_args_is_help=True,
    help="Personal data: what is kept and why, for how long, who looked, and who was erased.",
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]
Who = Annotated[
    str,
    typer.Argument(
        metavar="PERSON", help="The id of a person, an e-mail, a phone, or SOURCE:ID of a contact."
    ),
]
Dry = Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")]
_TAKEN = "%s: it is there already, and others may read it; choose another name or remove it"
_NOBODY = "nobody is known by that"


@app.command()
def inventory(*, json: Json = False) -> None:
    """Show what personal data is kept, in which columns, why, from where, and who sees it."""
    from kam_sync.cli import privacy_tables

    with opened() as services, services.database.transaction() as session:
        document = privacy_tables.inventory(session)
    privacy_tables.show_inventory(document, json=json)


@app.command()
def find(person: Who, *, json: Json = False) -> None:
    """Show who is meant by an id, an e-mail, a phone or a contact, and whether they were erased."""
    from kam_sync import erasing
    from kam_sync.cli import privacy_tables

    with opened() as services, services.database.transaction() as session:
        found = erasing.find(session, person)
        erased = erasing.erased_like(services, session, person)
        document = privacy_tables.people(session, found, erased)
    privacy_tables.show_people(document, json=json, nothing=_NOBODY)


@app.command()
def export(
    person: Who,
    *,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; standard output if none.")
    ] = None,
) -> None:
    """Tell all that is kept of one person, from every CRM, as JSON.

    Example: kam-sync privacy export anna@example.org --out anna.json
    """
    from kam_sync import disclosing
    from kam_sync.cli import privacy_tables
    from kam_sync.privacy.model import About, Did, Entry, How
    from kam_sync.privacy.store import EventStore

    if out is not None and out.exists():
        raise WrongUse(_TAKEN % out)
    with opened() as services, services.database.transaction() as session:
        found = privacy_tables.one(session, person)
        document = disclosing.disclose(session, found)
        entry = Entry(getuser(), Did.EXPORTED, How.COMMAND, About.PERSON, str(found.id))
        EventStore(session).note(entry, services.now())
    said = disclosing.written(document)
    if out is None:
        typer.echo(said.decode())
        return
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(said)
    except FileExistsError as error:
        raise WrongUse(_TAKEN % out) from error
    except OSError as error:
        raise WrongUse(f"{out}: {error.strerror}") from error
    typer.echo(f"written to {out}; it is personal data: give it to the person alone", err=True)


@app.command()
def erase(
    person: Annotated[
        list[str], typer.Argument(metavar="PERSON", help="As for find; several are erased as one.")
    ],
    *,
    reason: Annotated[str, typer.Option(help="Why: goes into the protocol. No data here.")] = "",
    dry_run: Dry = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Erase a person everywhere, for good; the key figures of their customers stay as they are.

    What is in the CRM itself, and in backups, stays there: the command says what.
    """
    from kam_sync import erasing
    from kam_sync.cli import privacy_tables

    with opened() as services:
        with services.database.transaction() as session:
            found = [privacy_tables.one(session, one) for one in person]
            shown = privacy_tables.people(session, found, [])
        wish = erasing.Wish(tuple(one.id for one in found), getuser(), reason, is_dry=True)
        would = erasing.erase(services, wish)
        if not json:
            privacy_tables.show_people(shown, json=False, nothing=_NOBODY)
            privacy_tables.show_protocol(services, would, is_dry=True)
        if not dry_run:
            if not reason.strip():
                raise WrongUse("--reason: say why; it goes into the protocol")
            if not yes and not typer.confirm("Erase for good? Nobody can take it back", err=True):
                raise typer.Exit(1)
            from dataclasses import replace

            would = erasing.erase(services, replace(wish, is_dry=False))
        if json:
            privacy_tables.as_json(would)
        elif not dry_run:
            privacy_tables.show_protocol(services, would, is_dry=False)


@app.command()
def erasures(*, json: Json = False) -> None:
    """Show who was erased (by id alone), when, by whom and why, and who may be kept again."""
    from kam_sync.cli import show
    from kam_sync.privacy.store import RegisterStore

    with opened() as services, services.database.transaction() as session:
        all_ = RegisterStore(session, services.cipher).all()
        documents = [one.model_dump(mode="json") for one in all_]
        zone = services.zone
        rows = [
            (show.moment(one.at, zone), str(one.id), one.by, one.reason,
             show.moment(one.allowed_at, zone), one.allowed_why)
            for one in all_
        ]  # fmt: skip
    if json:
        show.as_json({"erasures": documents})
        return
    show.table("Erased", ("when", "id", "by", "why", "allowed again", "why again"), rows)


@app.command()
def allow(
    erasure: Annotated[str, typer.Argument(metavar="ID", help="The id of the erased person.")],
    *,
    reason: Annotated[str, typer.Option(help="Why: a new contract, a new consent.")],
) -> None:
    """Let an erased person be kept again: the next sync asks the CRM for them."""
    from kam_sync import erasing
    from kam_sync.privacy.model import How

    with opened() as services:
        id_ = uuid_of("erasure", erasure)
        erasing.allow(services, id_, by=getuser(), why=reason, how=How.COMMAND)
    typer.echo(
        f"{erasure}: may be kept again; what was told of them comes with `sync --full`", err=True
    )


@app.command()
def reapply(
    *,
    register: Annotated[
        Path | None,
        typer.Option("--from", help="A copy of the register; that in the data folder if none."),
    ] = None,
) -> None:
    """After a backup was restored: erase again who was erased since it was made."""
    from kam_sync import erasing

    with opened() as services:
        found = erasing.erase_again(services, register, by=getuser())
    typer.echo(
        f"{found.erasures} erasures were not known here; {len(found.people)} people erased again",
        err=True,
    )


@app.command()
def retention(
    kind: Annotated[
        str | None, typer.Argument(metavar="KIND", help="What to set; all are shown if none.")
    ] = None,
    days: Annotated[
        str | None, typer.Argument(metavar="DAYS", help="A number, `forever` or `default`.")
    ] = None,
    *,
    dry_run: Dry = False,
    json: Json = False,
) -> None:
    """Show or set how long personal data is kept.

    With `--dry-run` nothing is set: it shows how many records are older than that, or than DAYS,
    and would go with the next upkeep.

    Example: kam-sync privacy retention texts 365
    """
    from kam_sync.cli import privacy_tables

    wish = {} if kind is None else privacy_tables.wished(kind, days)
    with opened() as services:
        if kind is not None and not dry_run:
            privacy_tables.set_term(services, kind, days, by=getuser())
        privacy_tables.show_terms(services, wish, json=json, counted=dry_run)


@app.command()
def log(
    *,
    who: Annotated[str, typer.Option(help="A part of who it was.")] = "",
    about: Annotated[str, typer.Option(help="The id of a person or an account.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """Show who read, changed, exported and erased personal data, the latest first."""
    from kam_sync.cli import show
    from kam_sync.privacy.store import EventStore, WantedEvents

    with opened() as services, services.database.transaction() as session:
        found = EventStore(session).find(WantedEvents(who=who, subject=about), limit=limit)
        if json:
            show.as_json({"events": [one.model_dump(mode="json") for one in found]})
            return
        rows = [
            (show.moment(one.at, services.zone), one.who, one.did.value, one.how.value,
             one.about.value, one.subject, one.count)
            for one in found
        ]  # fmt: skip
    count = show.Column("records", is_number=True)
    show.table("Personal data", ("when", "who", "did", "by", "whose", "id", count), rows)
