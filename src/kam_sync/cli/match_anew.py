"""`kam-sync match anew` and `match status`: the worker compares everything once more."""

from getpass import getuser
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import NotHere
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from kam_sync.matching.model import Rematch
    from kam_sync.wiring import Services

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def anew(*, json: Json = False) -> None:
    """Let the worker compare all companies and contacts once more.

    It waits in the queue and runs in the background; one at a time. `kam-sync match --anew` does
    the same at once and in the foreground.
    """
    from kam_sync.jobs import rematching
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        _show(services, rematching.ask(services, by=getuser()), json=json)
    typer.echo(f"to see how far it is: {command('match status')}", err=True)


def status(*, json: Json = False) -> None:
    """Show how far comparing all anew is, or what it came to."""
    from kam_sync.jobs import rematching
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        with services.database.transaction() as session:
            last = rematching.last(session)
        if last is None:
            raise NotHere(f"nobody has asked for it yet; see: {command('match anew --help')}")
        _show(services, last, json=json)


def _show(services: "Services", one: "Rematch", *, json: bool) -> None:
    from kam_sync.cli import show

    if json:
        show.as_json(one.model_dump())
        return
    said = [f"asked for: {show.moment(one.asked_at, services.zone)}, {one.by}"]
    if one.is_open and one.began_at:
        said += [
            f"since: {show.moment(one.began_at, services.zone)}",
            show.matching_at(one.phase, one.done, one.total),
        ]
    if one.ended_at:
        said += [
            f"ended: {show.moment(one.ended_at, services.zone)}",
            f"{one.companies:,} companies and {one.contacts:,} contacts, {one.compared:,} pairs",
            f"{one.changed:,} belong elsewhere now",
        ]
    show.block(f"All compared anew: {one.state.value}", said)
