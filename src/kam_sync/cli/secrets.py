"""`kam-sync secrets ...`: with which keys what opens CRMs and messengers is encrypted."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from kam_sync.base.command import command
from kam_sync.base.settings import read_settings

if TYPE_CHECKING:
    from kam_sync.resealing import Sealing

app = typer.Typer(
    no_args_is_help=True, help="Stored secrets: by which key they are encrypted, and another key."
)

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else.")]


@app.command()
def status(*, json: Json = False) -> None:
    """Say how many secrets are encrypted by the current key, a former one, or none that we have."""
    from kam_sync import resealing
    from kam_sync.base.secrets import SealedBy
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        found = resealing.standing(services)
        is_file = services.cipher.file is not None
    _show(found, json=json)
    typer.echo(advice(found, is_file=is_file), err=True)
    if found.count(SealedBy.NONE):
        raise typer.Exit(1)


@app.command()
def rotate(*, json: Json = False) -> None:
    """Encrypt all secrets anew with the current key.

    That is the first one of KAM_SYNC_SECRET_KEY; where it is not set, a new one is made in the data
    folder. The service may run meanwhile, and what was cut short goes on when it is called again.
    """
    from kam_sync import erasing, resealing
    from kam_sync.base.secrets import SealedBy
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        found = resealing.rotate(services)
        if not found.tables["erasure_key"][SealedBy.NONE]:
            erasing.copy_register(services)  # its key is sealed anew, too
        is_file = services.cipher.file is not None
    _show(found, json=json)
    typer.echo(f"{found.sealed_anew.total()} encrypted anew", err=True)
    typer.echo(advice(found, is_file=is_file), err=True)
    if found.count(SealedBy.NONE) or found.count(SealedBy.FORMER):
        raise typer.Exit(1)


@app.command()
def forget() -> None:
    """Forget former keys in the data folder once nothing is encrypted by them."""
    from kam_sync import resealing
    from kam_sync.base.errors import WrongUse
    from kam_sync.wiring import open_services

    with open_services(read_settings()) as services:
        if services.cipher.file is None:
            raise WrongUse("the keys stand in KAM_SYNC_SECRET_KEY: take the former one out of it")
        gone = resealing.forget_former(services)
    if gone is None:
        raise WrongUse(f"a former key is still needed; first: {command('secrets rotate')}")
    typer.echo(f"{gone} former keys forgotten", err=True)


def advice(found: "Sealing", *, is_file: bool) -> str:
    """What is to be done next, in a line."""
    from kam_sync.base.secrets import SealedBy

    if found.count(SealedBy.NONE):
        return (
            "what no key opens: add its key to the end of KAM_SYNC_SECRET_KEY after a comma, or "
            "give these secrets again"
        )
    if found.count(SealedBy.FORMER):
        return f"a former key is still needed; encrypt all anew: {command('secrets rotate')}"
    if found.can_drop_former:
        way = (
            f"run {command('secrets forget')}" if is_file else "take it out of KAM_SYNC_SECRET_KEY"
        )
        return f"nothing is encrypted by a former key: {way}; dumps of before still need it"
    if is_file:
        return "all are encrypted by the current key"
    return (
        "all are encrypted by the current key; for another one put it in front: "
        "KAM_SYNC_SECRET_KEY=new,old"
    )


def _show(found: "Sealing", *, json: bool) -> None:
    from kam_sync.cli import show

    if json:
        show.as_json(_document(found))
        return
    numbers = [show.Column(name, is_number=True) for name in _COUNTS]
    columns: list[str | show.Column] = ["secrets of", *numbers]
    rows = [(table.replace("_", " "), *counts) for table, counts in _counts(found).items()]
    show.table("Secrets", columns, rows)


_COUNTS = ("current key", "former key", "no key")


def _counts(found: "Sealing") -> dict[str, tuple[int, ...]]:
    from kam_sync.base.secrets import SealedBy

    return {table: tuple(by[key] for key in SealedBy) for table, by in found.tables.items()}


def _document(found: "Sealing") -> dict[str, Any]:
    from kam_sync.base.secrets import SealedBy

    return {
        "total": found.total,
        **{key.value: found.count(key) for key in SealedBy},
        "sealed_anew": found.sealed_anew.total(),
        "can_drop_former_key": found.can_drop_former,
        "tables": {
            table: {key.value: by[key] for key in SealedBy} for table, by in found.tables.items()
        },
    }
