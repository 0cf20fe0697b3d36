"""`kam-sync write ...`: tasks, notes, fields and tags into the CRMs, and what came of them."""

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID, uuid4

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import KamSyncError, WrongUse
from kam_sync.base.settings import read_settings
from kam_sync.cli.ids import WriteIds
from kam_sync.cli.opened import opened
from kam_sync.cli.written import document, what_of

if TYPE_CHECKING:
    from connectors import Ref, Write
    from kam_sync.wiring import Services

_ID = re.compile(r"[A-Za-z0-9_-]+")
app = typer.Typer(no_args_is_help=True, help="Write tasks, notes, fields and tags into the CRMs.")

Source = Annotated[str, typer.Option(help="The source's name.")]
About = Annotated[
    str,
    typer.Option(metavar="NOUN:ID", help="The record: company:6001, contact:..., deal:..."),
]
Key = Annotated[
    str | None, typer.Option(help="The same key again is the same write, and done once.")
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def task(  # noqa: PLR0913 - each is an option
    *,
    source: Annotated[str | None, typer.Option(help="The source's name.")] = None,
    about: Annotated[
        str | None, typer.Option(metavar="NOUN:ID", help="The record: company:6001, deal:...")
    ] = None,
    text: Annotated[str | None, typer.Option(help="What is to be done.")] = None,
    due: Annotated[
        str | None, typer.Option(metavar="DATE", help="2026-12-01, or 2026-12-01T15:00+03:00.")
    ] = None,
    owner: Annotated[str | None, typer.Option(help="Id of the responsible CRM user.")] = None,
    type_: Annotated[str | None, typer.Option("--type", help="Id of the type of task.")] = None,
    link: Annotated[str | None, typer.Option(help="An address that the text ends with.")] = None,
    alert: Annotated[
        str | None, typer.Option(help="Id of an open alert: says all of the above itself.")
    ] = None,
    key: Key = None,
    json: Json = False,
) -> None:
    """Create a task in the CRM.

    Example: kam-sync write task --source sales --about company:6001 --text Call --due 2026-12-01
    """
    if alert is not None:
        _write_about_alert(alert, json=json)
        return
    if source is None or about is None or text is None or due is None:
        raise WrongUse("give --source, --about, --text and --due, or --alert alone")
    from connectors import NewTask

    due_at, due_on = _due(due)
    _write(
        source,
        NewTask(_key(key), _ref(about), text, due_at, due_on, owner, type_, link),
        json=json,
    )


@app.command()
def done(
    *,
    source: Source,
    task: Annotated[str, typer.Option(help="Id of the task in the CRM.")],
    result: Annotated[str, typer.Option(help="What came of it.")] = "",
    key: Key = None,
    json: Json = False,
) -> None:
    """Close a task in the CRM."""
    from connectors import DoneTask

    _write(source, DoneTask(_key(key), task, result), json=json)


@app.command()
def note(
    *,
    source: Source,
    about: About,
    text: Annotated[str, typer.Option(help="What the note says.")],
    key: Key = None,
    json: Json = False,
) -> None:
    """Put a note on a record of the CRM."""
    from connectors import NewNote

    _write(source, NewNote(_key(key), _ref(about), text), json=json)


@app.command("field")
def set_field(
    *,
    source: Source,
    about: About,
    field: Annotated[
        str, typer.Option(help="A target of the field map, a field's id, or a code such as PHONE.")
    ],
    value: Annotated[
        list[str], typer.Option(help="The value, empty to clear; repeat it for several choices.")
    ],
    key: Key = None,
    json: Json = False,
) -> None:
    """Set a custom field; of phones and e-mails one more is added."""
    from connectors import SetField

    values = [text for text in value if text]
    one = values[0] if values else None
    what = values if len(values) > 1 else one
    _write(source, SetField(_key(key), _ref(about), field, what), json=json)


@app.command()
def tag(
    *,
    source: Source,
    about: About,
    tag: Annotated[str, typer.Option(help="The tag's name.")],
    key: Key = None,
    json: Json = False,
) -> None:
    """Add a tag to a record of the CRM."""
    from connectors import AddTag

    _write(source, AddTag(_key(key), _ref(about), tag), json=json)


@app.command("list")
def list_(
    source: Annotated[str, typer.Argument(help="The source's name.")],
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """List what was asked to be written, newest first, and what came of it."""
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore, WriteStore

    with opened() as services, services.database.transaction() as session:
        found = SourceStore(session).by_name(source)
        rows = [document(row) for row in WriteStore(session, found.id).latest(limit=limit)]
    if json:
        show.as_json({"source": source, "writes": rows})
        return
    names = (
        "id", "kind", "about", "state", "ending", show.Column("CRM id", rank=1),
        show.Column("asked by", rank=3), show.Column("asked at", rank=2), "reason",
    )  # fmt: skip
    shown = [
        (
            *(row[name] for name in ("id", "kind", "about", "state", "ending")),
            row["external_id"], row["asked_by"],
            show.moment(row["asked_at"], read_settings().zone), row["reason"],
        )
        for row in rows
    ]  # fmt: skip
    show.table(f"Written into {source}", names, shown)


@app.command()
def retry(
    source: Annotated[str, typer.Argument(help="The source's name.")],
    ids: WriteIds = None,
) -> None:
    """Try failed writes again; what is in the CRM already is found and not written twice."""
    from kam_sync import writing
    from kam_sync.intake.store import SourceStore, WriteStore

    with opened() as services:
        with services.database.transaction() as session:
            source_id = SourceStore(session).by_name(source).id
            WriteStore(session, source_id).retry(ids or ())
        result = writing.write(services, source_id, wait=True)
    said = f": {result.message}" if result.message else ""
    typer.echo(f"{source}: {result.written} written, {result.failed} refused{said}", err=True)
    if result.failed or result.state.value != "done":
        raise typer.Exit(1)


def _write(source: str, write: "Write", *, json: bool) -> None:
    """Ask for it, do it here, and say what came of it."""
    from kam_sync import writing
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore, WriteStore, asks_for
    from kam_sync.intake.writes import WriteState

    with opened() as services:
        with services.database.transaction() as session:
            source_id = SourceStore(session).by_name(source).id
            known = WriteStore(session, source_id).by_keys([write.key]).get(write.key)
            session.expunge_all()
        if known is None:
            writing.refuse_unknown(services, source_id, write.about)
        elif not asks_for(known, write):
            about = f"{known.about_noun}:{known.about_external_id}"
            raise KamSyncError(
                f"--key {write.key}: it stands for another write already, a {known.kind} about "
                f"{about}; nothing was written; take another key"
            )
        elif known.state is WriteState.DONE and not json:
            at = show.moment(known.done_at, services.zone)
            typer.echo(f"{known.kind} {known.external_id} is in the CRM already, since {at}")
            return
        with services.database.transaction() as session:
            store = WriteStore(session, source_id)
            (row,) = store.ask([write], by="command", now=services.now())
            write_id = row.id
        _finish(services, source_id, write_id, json=json)


def _write_about_alert(alert: str, *, json: bool) -> None:
    from kam_sync.tasking import ask_about

    try:
        alert_id = UUID(alert)
    except ValueError as error:
        raise WrongUse(f"--alert {alert}: no such alert") from error
    with opened() as services:
        with services.database.transaction() as session:
            row = ask_about(session, services, alert_id, by="command")
            source_id, write_id = row.source_id, row.id
        _finish(services, source_id, write_id, json=json)


def _finish(services: "Services", source_id: int, write_id: int, *, json: bool) -> None:
    from kam_sync import writing
    from kam_sync.cli import show
    from kam_sync.intake.store import WriteStore

    result = writing.write(services, source_id, wait=True)
    with services.database.transaction() as session:
        found = document(WriteStore(session, source_id).one(write_id))
    if json:
        show.as_json(found)
    elif found["state"] == "done":
        remark = f" ({found['reason']})" if found["reason"] else ""
        typer.echo(show.harmless(f"{what_of(found)}{remark}"))
    elif found["state"] in {"failed", "called_off"}:
        typer.echo(show.harmless(f"not written: {found['reason']}"), err=True)
    else:
        again = f"a worker goes on, or: {command(f'write retry {result.source}')}"
        said = f"not known yet what became of it: {result.message}; {again}"
        typer.echo(show.harmless(said), err=True)
    if found["state"] != "done":
        raise typer.Exit(1)


def _key(given: str | None) -> str:
    return given or f"command:{uuid4()}"


def _ref(about: str) -> "Ref":
    from connectors import Noun, Ref

    noun, colon, external_id = about.partition(":")
    known = [Noun.COMPANY, Noun.CONTACT, Noun.DEAL, Noun.CUSTOMER]
    if noun not in known or not colon or not _ID.fullmatch(external_id):
        raise WrongUse(f"--about {about}: write it as company:6001, one of {', '.join(known)}")
    return Ref(Noun(noun), external_id)


def _due(given: str) -> tuple[datetime | None, date | None]:
    """The moment, or the day, that something is due."""
    try:
        if len(given) == len("2026-12-01"):
            return None, date.fromisoformat(given)
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise WrongUse(
            f"--due {given}: write it as 2026-12-01 or 2026-12-01T15:00+03:00"
        ) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=read_settings().zone)), None
