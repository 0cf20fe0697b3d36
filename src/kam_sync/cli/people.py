"""`kam-sync people ...`: which contacts are one person, and what somebody says of it."""

from typing import Annotated

import typer

from kam_sync.cli.deciding import decide, take_back, tell
from kam_sync.cli.ids import PersonDecisionId, uuid_of
from kam_sync.cli.opened import opened

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
    from kam_sync.cli import people_tables
    from kam_sync.cli.match_tables import Spoken
    from kam_sync.matching.people_showing import people
    from kam_sync.matching.store import PersonStore, WantedPeople

    wanted = WantedPeople(account_id=uuid_of("account", account))
    with opened() as services, services.database.transaction() as session:
        spoken = Spoken.of(services, session)
        found = PersonStore(session).find(wanted, limit=limit)
        documents = [people_tables.person(spoken, one) for one in people(session, found)]
    tell(
        "people", documents, people_tables.show_person, json=json,
        nothing="no CRM holds a contact of this account",
    )  # fmt: skip


@app.command()
def review(
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    json: Json = False,
) -> None:
    """Show who may be one person: the most money of their customers first."""
    from kam_sync.cli import people_tables
    from kam_sync.cli.match_tables import Spoken
    from kam_sync.matching.people_showing import asked
    from kam_sync.matching.store import PersonDecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken, store = Spoken.of(services, session), PersonDecisionStore(session)
        questions = asked(session, store.questions(limit=limit))
        documents = [people_tables.question(spoken, one) for one in questions]
        waiting = store.count(most=1_000_000)
    tell(
        "matches", documents, people_tables.show_question, json=json, waiting=waiting,
        nothing="nothing waits for you",
    )  # fmt: skip


@app.command()
def merge(one: Id, other: Id, *, note: Note = "") -> None:
    """Say that two people are one, with all their contacts."""
    left, right = uuid_of("person", one), uuid_of("person", other)
    decide("people", lambda deciding, _: deciding.merge(left, right, note))


@app.command()
def apart(one: Ref, other: Ref, *, note: Note = "") -> None:
    """Say that two contacts are different people; nobody is asked again.

    Example: kam-sync people apart sales:71 bitrix:5
    """
    decide(
        "people", lambda deciding, two: deciding.keep_apart((two[0], two[1]), note), [one, other]
    )


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
    decide("people", lambda deciding, leaving: deciding.split(whose, leaving, note), contact)


@app.command()
def decisions(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    json: Json = False,
) -> None:
    """Show what was decided of people, the latest first, also what was taken back."""
    from kam_sync.cli import match_tables, people_tables
    from kam_sync.matching.people_showing import told
    from kam_sync.matching.store import PersonDecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken = match_tables.Spoken.of(services, session)
        acts = PersonDecisionStore(session).acts(limit=limit)
        documents = [people_tables.decision(spoken, one) for one in told(session, acts)]
    tell(
        "decisions", documents, lambda one: match_tables.show_decision(one, spoken, "people undo"),
        json=json, nothing="nobody has decided anything yet",
    )  # fmt: skip


@app.command()
def undo(decision: PersonDecisionId) -> None:
    """Take a decision back: what it had taken back holds again."""
    take_back("people", decision)
