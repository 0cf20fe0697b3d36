"""`kam-sync match moves`: which companies went from one account to another, when and why."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened

if TYPE_CHECKING:
    from kam_sync.accounts.moves import Move
    from kam_sync.web.wording.language import Language


def moves(
    account: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="The id of an account; all.")
    ] = None,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:
    """Show what companies came to an account and left it, the latest first, by whom and why.

    Example: kam-sync match moves 6d0b7c1e-... --limit 100
    """
    from kam_sync.accounts.store import AccountStore, MoveStore
    from kam_sync.cli import show
    from kam_sync.web.wording.language import Language

    with opened() as services, services.database.transaction() as session:
        language, store = Language(services.settings.locale, services.zone), MoveStore(session)
        if account is None:
            found = store.latest(limit=limit + 1)
        else:
            known = AccountStore(session).account(uuid_of("account", account))
            found = store.of_account(known.id, limit=limit + 1)
        documents = [_document(language, move) for move in found[:limit]]
    if json:
        show.as_json({"moves": documents})
        return
    if not documents:
        typer.echo("no company has gone from one account to another", err=True)
        return
    for document in documents:
        to = document["to_account"] or "nowhere: its source was removed"
        company = f"{document['source']}:{document['company_external_id']} {document['name']}"
        said = [
            f"{document['from_account']} -> {to}",
            f"{show.moment(document['at'], language.zone)}, {document['who']}",
            document["evidence"],
        ]
        show.block(show.harmless(company), map(show.harmless, said))
    if len(found) > limit:
        typer.echo(f"the latest {limit}; more with --limit", err=True)


def _document(language: "Language", move: "Move") -> dict[str, Any]:
    from kam_sync.web.wording import moves as words

    plain = move.model_dump(include={"source", "company_external_id", "at", "cause", "by"})
    return {
        "id": str(move.id),
        **plain,
        "name": move.company,
        "from_account": str(move.from_account),
        "to_account": move.to_account and str(move.to_account),
        "who": words.who(language, move),
        "evidence": words.why(language, move),
        "because": move.because,
    }
