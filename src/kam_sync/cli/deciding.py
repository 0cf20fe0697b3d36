"""What `match` and `people` have in common: deciding, taking back, and showing what waits."""

from collections.abc import Callable, Sequence
from getpass import getuser
from typing import TYPE_CHECKING, Any, Literal

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import WrongUse
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from kam_sync.matching.deciding import Deciding
    from kam_sync.matching.grouping import Company
    from kam_sync.wiring import Services

Group = Literal["match", "people"]
_RECORDS = {"match": "company", "people": "contact"}
_AFTER = {
    "match": "; the pages and `match review` show it; KPIs follow with the next measuring",
    "people": "",
}


def decide(
    group: Group, act: "Callable[[Deciding, list[Company]], int]", given: Sequence[str] = ()
) -> None:
    """Take a decision about records that are named as people name them, and say the way back."""
    with opened() as services:
        named = _records(services, given, _RECORDS[group])
        with _deciding(group, services) as deciding:
            decision = act(deciding, named)
    typer.echo(f"done{_AFTER[group]}", err=True)
    typer.echo(f"to take it back: {command(f'{group} undo {decision}')}", err=True)


def take_back(group: Group, decision: int) -> None:
    """Take a decision back."""
    with opened() as services, _deciding(group, services) as deciding:
        deciding.undo(decision)
    typer.echo(f"decision {decision} is taken back{_AFTER[group]}", err=True)


def tell(
    name: str,
    documents: Sequence[dict[str, Any]],
    show_one: Callable[[dict[str, Any]], None],
    *,
    json: bool,
    nothing: str,
    waiting: int | None = None,
) -> None:
    """Print what was found, one after the other or as JSON.

    Args:
        nothing: said to people where there is none.
        waiting: how many there are in all, where these may be the first of them.
    """
    from kam_sync.cli import show

    if json:
        show.as_json({name: documents} | ({} if waiting is None else {"waiting": waiting}))
        return
    if not documents:
        typer.echo(nothing, err=True)
    for document in documents:
        show_one(document)
    if (waiting or 0) > len(documents):
        typer.echo(f"{len(documents)} of {waiting}; more with --limit", err=True)


def _deciding(group: Group, services: "Services") -> "AbstractContextManager[Deciding]":
    from kam_sync.jobs import joining

    by = getuser()
    if group == "match":
        return joining.accounts(services, by=by)
    return joining.people(services, by=by)


def _records(services: "Services", given: Sequence[str], what: str) -> "list[Company]":
    """Companies or contacts as people name them: `sales:6001`."""
    from kam_sync.intake.store import SourceStore

    parts = [text.partition(":") for text in given]
    for text, (source, colon, external_id) in zip(given, parts, strict=True):
        if not (source and colon and external_id):
            raise WrongUse(f"{what} {text}: SOURCE:ID is needed, such as sales:6001")
    with services.database.transaction() as session:
        store = SourceStore(session)
        return [(store.by_name(source).id, external_id) for source, _, external_id in parts]
