"""`kam-sync hooks status`, `on`, `off`, `rotate`: whether the CRM calls us, and where."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.settings import Locale, read_settings

if TYPE_CHECKING:
    from kam_sync.subscribing import Shown
    from kam_sync.web.wording.language import Language
    from kam_sync.wiring import Services

Name = Annotated[str, typer.Argument(help="The source's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def status(
    source: Annotated[str | None, typer.Argument(help="A source's name; all if left out.")] = None,
    *,
    json: Json = False,
) -> None:
    """Show whether each CRM calls us when something changes, and what to do when it does not."""
    from kam_sync.cli import show
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        documents = [_document(services, one) for one in _shown(services, source)]
    if json:
        show.as_json({"webhooks": documents})
        return
    columns = (
        "source", "webhooks", show.Column("since", rank=2), show.Column("last came", rank=1),
        show.Column("by polling alone", is_number=True),
    )  # fmt: skip
    rows = [
        (d["source"], d["said"], show.moment(d["since"], services.zone),
         show.moment(d["received_at"], services.zone),
         f"{d['unannounced']} of {d['changes']}" if d["changes"] else "")
        for d in documents
    ]  # fmt: skip
    show.table("Webhooks", columns, rows)
    for document in documents:
        if document["advice"]:
            typer.echo(show.harmless(f"{document['source']}: {document['advice']}"))


def on(source: Name) -> None:
    """Have the CRM call us when something changes."""
    _switch(source, wanted=True)


def off(source: Name) -> None:
    """Have no webhooks for a source: changes come by polling alone."""
    _switch(source, wanted=False)


def rotate(source: Name) -> None:
    """Change the secret in the address that the CRM posts to, when somebody else may know it."""
    from kam_sync import subscribing
    from kam_sync.base.command import command
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        source_id = subscribing.rotate(services, source)
        is_on = _looks_on(services, source, source_id)
    if not is_on:
        way = command(f"hooks url {source}")
        typer.echo(f"{source}: where you told the CRM the address, tell it the new one: {way}")
        typer.echo(f"{source}: the old one is good for a day more")


def _looks_on(services: "Services", name: str, source_id: int) -> bool:
    """Whether the CRM calls us at the new address; a person has to tell those we cannot ask."""
    from kam_sync.intake.store import SourceStore
    from kam_sync.intake.subscription import HooksState
    from kam_sync.wiring import can_subscribe

    with services.database.transaction() as session:
        kind = SourceStore(session).by_id(source_id).kind
    if not can_subscribe(kind):
        return False
    _look_after(services, name, source_id)
    return all(one.state is HooksState.ACTIVE for one in _shown(services, name))


def _switch(name: str, *, wanted: bool) -> None:
    from kam_sync import subscribing
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        source_id = subscribing.want(services, name, wanted=wanted)
        _look_after(services, name, source_id)


def _look_after(services: "Services", name: str, source_id: int) -> None:
    """Do it now; what the CRM does not let us do yet is done by a worker."""
    from connectors import ConnectorError
    from kam_sync import flow
    from kam_sync.base.errors import Busy, CrmTrouble
    from kam_sync.cli import show
    from kam_sync.intake.store import SubscriptionStore
    from kam_sync.intake.subscription import HooksState

    try:
        found = flow.look_after_hooks(services, source_id)
    except Busy:
        typer.echo(f"{name}: a worker is at it", err=True)
        return
    except ConnectorError as error:
        raise CrmTrouble(f"source {name}: {error}; a worker tries again") from error
    if found.state is HooksState.NO_ADDRESS:  # a worker may know one that this shell does not
        with services.database.transaction() as session:
            SubscriptionStore(session).ask_soon(source_id)
    for document in (_document(services, one) for one in _shown(services, name)):
        said = f"{name}: webhooks are {document['said']}"
        advice = f"{said}. {document['advice']}".removesuffix(". ")
        typer.echo(show.harmless(advice), err=True)


def _shown(services: "Services", name: str | None) -> "list[Shown]":
    from kam_sync import subscribing
    from kam_sync.intake.store import SourceStore

    with services.database.transaction() as session:
        sources = SourceStore(session)
        wanted = (
            sources.all() if name is None else [subscribing.subscribable(sources.by_name(name))]
        )
        found = [subscribing.look(services, session, one) for one in wanted]
    return [one for one in found if one is not None]


def _document(services: "Services", shown: "Shown") -> dict[str, Any]:
    from kam_sync.web.wording import webhooks

    english = _english(services)
    plain = {
        "said": webhooks.state(english, shown),
        "advice": webhooks.advice(english, shown),
    }
    return asdict(shown) | {"unannounced_share": shown.unannounced_share} | plain


def _english(services: "Services") -> "Language":
    from kam_sync.web.wording.language import Language

    return Language(Locale.EN, services.zone)
