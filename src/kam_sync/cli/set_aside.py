"""`kam-sync source set-aside`: records that could not be understood."""

from typing import Annotated, Any

import typer

from kam_sync.base.settings import read_settings

Name = Annotated[str, typer.Argument(help="The source's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def set_aside(
    name: Name,
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    json: Json = False,
) -> None:
    """List the records that could not be understood, and why. They are kept as they came."""
    from kam_sync.accounts.store import AccountStore
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        found = AccountStore(session).set_aside(source.id, limit=limit)
        documents: list[dict[str, Any]] = [
            {"noun": r.noun, "external_id": r.external_id, "reason": r.reason, "at": r.at}
            for r in found
        ]
    if json:
        show.as_json({"source": name, "set_aside": documents})
        return
    rows = [(d["noun"], d["external_id"], d["reason"], show.moment(d["at"], services.zone))
            for d in documents]  # fmt: skip
    show.table(f"Set aside from {name}", ("noun", "id", "reason", "since"), rows)
