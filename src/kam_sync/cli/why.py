"""`kam-sync why`: why a KPI of an account moved, by causes and by drivers."""

from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from kam_sync.base.errors import WrongUse
from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened
from kam_sync.drift.moved import Against

if TYPE_CHECKING:
    from kam_sync.drift.moved import Moved
    from kam_sync.web.wording.language import Language


def _month(text: str) -> date:
    try:
        return date.fromisoformat(text if len(text) > len("2026-08") else f"{text}-01")
    except ValueError as error:
        raise WrongUse(f"{text}: a month such as 2026-08 is needed") from error


def why(
    account: Annotated[str, typer.Argument(help="The id of an account.")],
    kpi: Annotated[str, typer.Argument(help="Its key, as `kpis list` shows it.")],
    *,
    first: Annotated[
        date | None,
        typer.Option("--from", metavar="MONTH", parser=_month, help="The first month asked about."),
    ] = None,
    last: Annotated[
        date | None,
        typer.Option(
            "--to", metavar="MONTH", parser=_month, help="The last; the newest whole one."
        ),
    ] = None,
    against: Annotated[
        Against, typer.Option(help="As many months before, or the same of the year before.")
    ] = Against.BEFORE,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:
    """Show why a KPI is not what it was: the client, late data, a merge, rates; and by whom.

    The latest three whole months are compared with the three before, if nothing else is said.

    Example: kam-sync why 6d0b7c1e-... won_revenue --from 2026-08 --against year_ago
    """
    from kam_sync.accounts.store import AccountStore
    from kam_sync.cli import show
    from kam_sync.drift.explaining import Asked, Explaining
    from kam_sync.drift.moved import Unsaid
    from kam_sync.kpi.registry import named
    from kam_sync.web.api.why import answer
    from kam_sync.web.wording import why as words
    from kam_sync.web.wording.language import Language

    with opened() as services, services.database.transaction() as session:
        language = Language(services.settings.locale, services.zone)
        known = AccountStore(session).account(uuid_of("account", account)).id
        explaining = Explaining(session, services.zone, services.settings.currency)
        asked = Asked(first, last, against)
        found = explaining.asked(known, named(kpi).key, services.as_of(), asked)
    if json:
        show.as_json(answer(language, kpi, against, found).model_dump(mode="json"))
    elif isinstance(found, Unsaid):
        typer.echo(words.unsaid(language, found), err=True)
    else:
        for one in found:
            _tell(language, one)


def _tell(language: "Language", one: "Moved") -> None:
    from kam_sync.cli import show
    from kam_sync.web.wording import why as words

    number = show.Column("change", is_number=True)
    spans = words.months(language, one.later), words.months(language, one.base)
    causes = [
        (words.cause(language, part), words.full(language, one, change))
        for part, change in one.parts.items()
    ]
    show.table(f"{spans[0]} / {spans[1]}", ("from", number), causes)
    for by in one.drivers:
        rows = [
            (show.harmless(words.member(language, by.dimension, member)), member.change)
            for member in by.members
        ]
        rest = (
            (words.others(language, by.other_count), by.others),
            (words.unexplained(language), by.unexplained),
        )
        rows += [(said, change) for said, change in rest if change]
        told = [(said, words.full(language, one, change)) for said, change in rows]
        show.table(words.dimension(language, by.dimension), ("who", number), told)
    if one.no_drivers is not None:
        typer.echo(words.unsaid(language, one.no_drivers), err=True)
    typer.echo(words.sentence(language, one))
