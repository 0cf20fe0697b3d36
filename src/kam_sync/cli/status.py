"""`kam-sync source status`: how far each kind of record of a source has come."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from kam_sync.intake.progress import NounProgress

Name = Annotated[str, typer.Argument(help="The source's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


def status(name: Name, *, json: Json = False) -> None:
    """Show how far each kind of record of a source has come, and how its last sync went."""
    from kam_sync.accounts.store import records_of
    from kam_sync.cli import show
    from kam_sync.intake.store import SourceStore, progress_of
    from kam_sync.wiring import open_services, takes_rows

    with open_services(read_settings()) as services, services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        records, now, zone = records_of(session, source.id), services.now(), services.zone
        found, given = progress_of(session, source.id), takes_rows(source.kind)
        nouns = [_document(one, records.get(one.noun, 0), now) for one in found]
    if json:
        show.as_json({"source": name, "nouns": nouns})
        return
    if given:
        nouns = [one for one in nouns if one["records"]]
    if not nouns:
        way = command("import --help" if given else f"sync {name}")
        typer.echo(
            f"{name}: {'no rows were given' if given else 'never synced'} yet; {way}", err=True
        )
        return
    _show(name, nouns, zone)


def _show(name: str, nouns: list[dict[str, Any]], zone: "ZoneInfo") -> None:
    from kam_sync.cli import show

    columns: list[str | show.Column] = [
        "records", show.Column("in the store", is_number=True), "as of", "last sync",
        show.Column("read", is_number=True, rank=1), show.Column("new", is_number=True, rank=2),
        show.Column("changed", is_number=True, rank=3),
        *([] if all(one["loaded_at"] for one in nouns) else [show.Column("first load", rank=4)]),
    ]  # fmt: skip
    rows = [
        (
            one["noun"], f"{one['records']:,}", show.moment(one["last_good_at"], zone),
            _word(one), *(f"{one['counts'].get(key, 0):,}" for key in _COUNTED),
            "done" if one["loaded_at"] else "not done",
        )
        for one in nouns
    ]  # fmt: skip
    show.table(name, columns, rows)
    for one in nouns:
        if one["message"]:
            typer.echo(f"{one['noun']}: {one['message']}")


def _word(one: "dict[str, Any]") -> str:
    from connectors import ErrorKind
    from kam_sync.intake.model import NounEnd, RunState

    end = NounEnd(RunState(one["state"]), one["message"], ErrorKind(one["error_kind"]))
    return "not offered" if end.is_not_offered else end.state.value


_COUNTED = ("read", "created", "updated")


def _document(one: "NounProgress", records: int, now: "datetime") -> dict[str, Any]:
    lag = one.lag(now)
    return {
        **asdict(one),
        "state": one.state.value,
        "error_kind": one.error_kind.value,
        "lag_seconds": None if lag is None else int(lag.total_seconds()),
        "records": records,
    }
