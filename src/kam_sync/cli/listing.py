"""`kam-sync source list`: the connected CRM accounts, and what a person should know of each."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from kam_sync.intake.grant import SealedGrant
    from kam_sync.intake.model import Source

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def list_(*, json: Json = False) -> None:
    """Show the connected CRM accounts."""
    from kam_sync import deciding
    from kam_sync.cli import show
    from kam_sync.intake.store import GrantStore, SourceStore, TurnStore
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services, services.database.transaction() as session:
        turns, now = TurnStore(session), services.now()
        grants = GrantStore(session)
        documents = [
            _document(source, grants.of(source.id))
            | {
                "standing": turns.standing(source.turn_key, now, services.zone).model_dump(),
                "held": deciding.count(session, source.id),
            }
            for source in SourceStore(session).all()
        ]
    if json:
        show.as_json({"sources": documents})
        return
    if not documents:
        typer.echo(f"no source yet; connect one: {command('source add --help')}", err=True)
        return
    names = (
        "name", show.Column("kind", rank=2), "state", "address", show.Column("account", rank=1),
        show.Column("token ends", rank=3),
    )  # fmt: skip
    rows = [
        (*(d[key] for key in ("name", "kind", "state", "base_url", "remote_name")), _ends(d))
        for d in documents
    ]
    show.table("Sources", names, rows)
    for document in documents:
        for line in _remarks(document, services.zone):
            typer.echo(show.harmless(f"{document['name']}: {line}"))


def _remarks(document: dict[str, Any], zone: "ZoneInfo") -> Iterator[str]:
    """What a person should know of a source beside its line."""
    if document["next_step"]:
        why = document["state_reason"] or document["state"]
        yield f"{why}; then: {document['next_step']}"
    if document["held"]:
        way = command(f"source held {document['name']}")
        yield f"{document['held']} deletions are held; look and decide: {way}"
    if again := document["renewal_next_try_at"]:
        yield (
            f"its access was not renewed, {document['renewal_failures']} times in a row; tried "
            f"again from {again.astimezone(zone):%H:%M} on"
        )
    standing = document["standing"]
    if standing["held_until"] is not None:
        until = standing["held_until"].astimezone(zone)
        yield f"slow down until {until:%H:%M}: {standing['reason']}"
    elif today := standing["refusals_today"]:
        lately = standing["refusals_last_hour"]
        yield f"{today} requests refused as too many today, {lately} in the last hour"


def _document(source: "Source", grant: "SealedGrant | None") -> dict[str, Any]:
    from kam_sync.connecting import way_back

    keys = {
        "id", "name", "kind", "base_url", "state", "state_reason", "error_kind", "remote_account",
        "remote_name", "token_ends_at",
    }  # fmt: skip
    return {
        **source.model_dump(include=keys),
        "id": str(source.id),
        "opened_by": "oauth" if grant else "token",
        "renewal_failures": grant.failures if grant else 0,
        "renewal_next_try_at": grant.next_try_at if grant else None,
        "next_step": way_back(source, is_granted=grant is not None),
    }


def _ends(document: dict[str, Any]) -> str:
    if document["opened_by"] == "oauth":
        return "renewed by itself"
    return f"{document['token_ends_at']:%Y-%m-%d}" if document["token_ends_at"] else ""
