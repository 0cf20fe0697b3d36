"""Ids as people give them to commands."""

from collections.abc import Callable
from typing import Annotated
from uuid import UUID

import typer

from kam_sync.base.command import command
from kam_sync.base.errors import NotHere, WrongUse

_MOST = 2**63


def id_of(what: str, shown_by: str, *, most: int = _MOST) -> Callable[[str], int]:
    """Reads the id of a thing, or says which command shows the ids there are."""

    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and 0 < int(text) < most):
            raise WrongUse(
                f"{what} {text}: this is no id; an id is a number, and they are shown by: "
                f"{command(shown_by)}"
            )
        return int(text)

    return read


def uuid_of(what: str, text: str) -> UUID:
    """The id of an account or a person; NotHere for what is none."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotHere(f"{what} {text}: no such {what}") from error


JobId = Annotated[
    int,
    typer.Argument(metavar="ID", help="As `jobs list` shows it.", parser=id_of("job", "jobs list")),
]
DecisionId = Annotated[
    int,
    typer.Argument(
        metavar="ID",
        help="As `match decisions` shows it.",
        parser=id_of("decision", "match decisions", most=2**31),
    ),
]
PersonDecisionId = Annotated[
    int,
    typer.Argument(
        metavar="ID",
        help="As `people decisions` shows it.",
        parser=id_of("decision", "people decisions", most=2**31),
    ),
]
_read_hook = id_of("webhook", "hooks list")
HookId = Annotated[
    int, typer.Argument(metavar="ID", help="As `hooks list` shows it.", parser=_read_hook)
]
HookIds = Annotated[
    list[int] | None,
    typer.Argument(metavar="[ID]...", help="As `hooks list` shows them.", parser=_read_hook),
]
WriteIds = Annotated[
    list[int] | None,
    typer.Argument(
        metavar="[ID]...",
        help="Ids of failed writes; all.",
        parser=id_of("write", "write list NAME"),
    ),
]
