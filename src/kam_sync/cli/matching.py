"""`kam-sync match ...`: which companies are one customer, and what a person says of it."""

from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.command import command
from kam_sync.cli.deciding import decide, take_back, tell
from kam_sync.cli.ids import DecisionId, uuid_of
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.base.db import Session

app = typer.Typer(invoke_without_command=True)

Account = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The id of an account.")]
Ref = Annotated[
    str, typer.Argument(metavar="SOURCE:ID", help="A company: its source, a colon, its id there.")
]
Note = Annotated[str, typer.Option(help="Why, for the record.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.callback()
def match(
    context: typer.Context,
    *,
    anew: Annotated[
        bool, typer.Option("--anew", help="Compare all companies, not only what has changed.")
    ] = False,
    json: Json = False,
) -> None:
    """Make one account of the companies of all CRMs that are one customer.

    Without a further word it does one pass: what is new or has changed is compared, what surely is
    one is joined. A sync does the same at its end. What only may be one waits for you:

        kam-sync match review                      what waits, with what speaks for it

        kam-sync match merge ACCOUNT ACCOUNT       they are one customer

        kam-sync match apart SOURCE:ID SOURCE:ID   they are two; never asked again

        kam-sync match split ACCOUNT --company SOURCE:ID   one of them is another customer

        kam-sync match decisions                   what was decided, by whom

        kam-sync match undo ID                     take a decision back

        kam-sync match moves [ACCOUNT]             what came to an account and left it, and why

        kam-sync match anew                        let the worker compare all once more

        kam-sync match status                      how far that is
    """
    if context.invoked_subcommand is not None:
        return
    from kam_sync import flow
    from kam_sync.cli import show

    with opened() as services, show.match_progress() as watch:
        if anew:
            reports = flow.rematch(services, getuser(), watch=watch).reports
        else:
            reports = flow.match(services, watch=watch)
        found = {one.step: one.as_dict() for one in reports}
        with services.database.transaction() as session:
            waiting, people = _waiting(session), _people_waiting(session)
    if json:
        show.as_json({**found, "waiting": waiting, "people_waiting": people})
        return
    rows = [
        (name, *(counts.get(name, 0) for counts in found.values()))
        for name in ("read", "compared", "pairs", "changed")
    ]
    columns = [show.Column(name, is_number=True) for name in ("companies", "contacts")]
    show.table("Matched", ("what", *columns), rows)
    for number, what, way in (
        (waiting, "customers", "match review"),
        (people, "people", "people review"),
    ):
        if number:
            typer.echo(f"{number} {what} wait for you; see: {command(way)}", err=True)


@app.command()
def review(
    *,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many at most.")] = 10,
    json: Json = False,
) -> None:
    """Show what may be one customer: the most money first, and what speaks for and against it."""
    from kam_sync.cli import match_tables
    from kam_sync.matching.showing import asked
    from kam_sync.matching.store import DecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken = match_tables.Spoken.of(services, session)
        questions = DecisionStore(session).questions(limit=limit)
        documents = [spoken.question(one) for one in asked(session, questions)]
        waiting = _waiting(session)
    tell(
        "matches", documents, match_tables.show_question, json=json, waiting=waiting,
        nothing="nothing waits for you",
    )  # fmt: skip


@app.command()
def merge(one: Account, other: Account, *, note: Note = "") -> None:
    """Say that two accounts are one customer, whatever the evidence says.

    Example: kam-sync match merge 6d0b7c1e-... 0f1e2d3c-... --note "the same owner"
    """
    left, right = uuid_of("account", one), uuid_of("account", other)
    decide("match", lambda deciding, _: deciding.merge(left, right, note))


@app.command()
def apart(one: Ref, other: Ref, *, note: Note = "") -> None:
    """Say that two companies are different customers; nobody is asked again.

    Example: kam-sync match apart sales:6001 bitrix:17
    """
    decide("match", lambda deciding, two: deciding.keep_apart((two[0], two[1]), note), [one, other])


@app.command()
def split(
    account: Account,
    *,
    company: Annotated[
        list[str], typer.Option(metavar="SOURCE:ID", help="Who leaves; may be given again.")
    ],
    note: Note = "",
) -> None:
    """Take companies out of an account: all that are named become one customer of their own.

    Example: kam-sync match split 6d0b7c1e-... --company bitrix:17 --company megaplan:4
    """
    whose = uuid_of("account", account)
    decide("match", lambda deciding, leaving: deciding.split(whose, leaving, note), company)


@app.command()
def decisions(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    json: Json = False,
) -> None:
    """Show what people decided, the latest first, also what was taken back."""
    from kam_sync.cli import match_tables
    from kam_sync.matching.showing import told
    from kam_sync.matching.store import DecisionStore

    with opened() as services, services.database.transaction() as session:
        spoken = match_tables.Spoken.of(services, session)
        documents = [
            spoken.decision(one) for one in told(session, DecisionStore(session).acts(limit=limit))
        ]
    tell(
        "decisions", documents, lambda one: match_tables.show_decision(one, spoken), json=json,
        nothing="nobody has decided anything yet",
    )  # fmt: skip


@app.command()
def undo(decision: DecisionId) -> None:
    """Take a decision back: what it had taken back holds again."""
    take_back("match", decision)


def _waiting(session: "Session") -> int:
    from kam_sync.matching.store import DecisionStore

    return DecisionStore(session).count(most=1_000_000)


def _people_waiting(session: "Session") -> int:
    from kam_sync.matching.store import PersonDecisionStore

    return PersonDecisionStore(session).count(most=1_000_000)
