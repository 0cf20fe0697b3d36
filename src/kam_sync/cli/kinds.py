"""`kam-sync source kinds`: what can be connected, and what is needed for it."""

from typing import Annotated

import typer

from kam_sync.base.settings import read_settings


def kinds(
    *, json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False
) -> None:
    """List the kinds of CRM that can be connected, an example address of each, and its token."""
    from kam_sync.cli import show
    from kam_sync.wiring import can_grant, doors

    language = read_settings().locale.value
    documents = [
        {
            "kind": kind,
            "title": door.title[language],
            "address": door.address,
            "token": door.token[language],
            "oauth": can_grant(kind),
            "options": [one.name for one in door.asks],
        }
        for kind, door in doors().items()
    ]
    if json:
        show.as_json({"kinds": documents})
        return
    for one in documents:
        show.block(f"{one['kind']}: {one['title']}", (str(one["address"]), str(one["token"])))
