"""`kam-sync people ...`: which contacts are one person, and what somebody says of it."""

from collections.abc import Callable
from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.command import command
from kam_sync.cli.ids import PersonDecisionId, uuid_of
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.matching.people_deciding import DecidingPeople

app = typer.Typer(
    no_args_is_help=True,
    help="""Which contacts of all CRMs are one person.

    Contacts are matched with companies, at the end of a sync and by `kam-sync match`.
    """,
)

Id = Annotated[str, typer.Argument(metavar="PERSON", help="The id of a person.")]
Ref = Annotated[
    str, typer.Argument(metavar="SOURCE:ID", help="A contact: its source, a colon, its id there.")
]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command("list")
def list_(
    account: Annotated[str, typer.Argument(metavar="ACCOUNT", help="The id of an account.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 50,
    json: Json = False,
) -> None:
    """Show the people at a customer: how to reach them, and which CRMs know them."""
    from kam_sync.cli import people_tables, show
    from kam_sync.cli.match_tables import Spoken
    from kam_sync.matching.people_showing import people
    from kam_sync.matching.store import PersonStore, WantedPeople

    wanted = WantedPeople(account_id=uuid_of("account", account))
    with opened() as services, services.database.transaction() as session:
        spoken = Spoken.of(services, session)
        found = PersonStore(session).find(wanted, limit=limit)
        documents = [people_tables.person(spoken, one) for one in people(session, found)]
    if json:
        show.as_json({"people": documents})
        return
    if not documents:
        typer.echo("no CRM holds a contact of this account", err=True)
    for document in documents:
        people_tables.show_person(document)


@app.command()
def review(
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    json: Json = False,
) -> None:
    """Show who may be one person: the most money of their customers first."""
    from kam_sync.cli import people_tables, show
    from kam_sync.cli.match_tables import Spoken
    from kam_sync.matching.people_showing import asked
    from kam_sync.matching.store import PersonDecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken, store = Spoken.of(services, session), PersonDecisionStore(session)
        questions = asked(session, store.questions(limit=limit))
        documents = [people_tables.question(spoken, one) for one in questions]
        waiting = store.count(most=1_000_000)
    if json:
        show.as_json({"matches": documents, "waiting": waiting})
        return
    if not documents:
        typer.echo("nothing waits for you", err=True)
    for document in documents:
        people_tables.show_question(document)
    if waiting > len(documents):
        typer.echo(f"{len(documents)} of {waiting}; more with --limit", err=True)


@app.command()
def merge(one: Id, other: Id, *, note: Note = "") -> None:
    """Say that two people are one, with all their contacts."""
    left, right = uuid_of("person", one), uuid_of("person", other)
    _decide(lambda _, deciding: deciding.merge(left, right, note))


@app.command()
def apart(one: Ref, other: Ref, *, note: Note = "") -> None:
    """Say that two contacts are different people; nobody is asked again.

    Example: kam-sync people apart sales:71 bitrix:5
    """
    _decide(lambda contacts, deciding: deciding.keep_apart(_two(contacts), note), one, other)


@app.command()
def split(
    person: Id,
    *,
    contact: Annotated[
        list[str], typer.Option(metavar="SOURCE:ID", help="Who leaves; may be given again.")
    ],
    note: Note = "",
) -> None:
    """Take contacts away from a person: all that are named are somebody else.

    Example: kam-sync people split 6d0b7c1e-... --contact bitrix:5
    """
    whose = uuid_of("person", person)
    _decide(lambda leaving, deciding: deciding.split(whose, leaving, note), *contact)


@app.command()
def decisions(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    json: Json = False,
) -> None:
    """Show what was decided of people, the latest first, also what was taken back."""
    from kam_sync.cli import match_tables, people_tables, show
    from kam_sync.matching.people_showing import told
    from kam_sync.matching.store import PersonDecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken = match_tables.Spoken.of(services, session)
        acts = PersonDecisionStore(session).acts(limit=limit)
        documents = [people_tables.decision(spoken, one) for one in told(session, acts)]
    if json:
        show.as_json({"decisions": documents})
        return
    if not documents:
        typer.echo("nobody has decided anything yet", err=True)
    for document in documents:
        match_tables.show_decision(document, spoken, "people undo")


@app.command()
def undo(decision: PersonDecisionId) -> None:
    """Take a decision back: what it had taken back holds again."""
    from kam_sync.jobs import joining

    with opened() as services, joining.people(services, by=getuser()) as deciding:
        deciding.undo(decision)
    typer.echo(f"decision {decision} is taken back", err=True)


def _decide(decide: "Callable[[list[tuple[int, str]], DecidingPeople], int]", *given: str) -> None:
    """Take a decision about contacts that are named as people name them."""
    from kam_sync.cli.matching import records
    from kam_sync.jobs import joining

    with opened() as services:
        contacts = records(services, list(given), "contact")
        with joining.people(services, by=getuser()) as deciding:
            decision = decide(contacts, deciding)
    typer.echo(f"done; to take it back: {command(f'people undo {decision}')}", err=True)


def _two(contacts: list[tuple[int, str]]) -> tuple[tuple[int, str], tuple[int, str]]:
    one, other = contacts
    return one, other
