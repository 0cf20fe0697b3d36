"""`kam-sync kpis restated`: what was changed after it had been measured, when and why."""

from datetime import datetime
from typing import Annotated

import typer

from kam_sync.cli.ids import uuid_of
from kam_sync.cli.opened import opened
from kam_sync.cli.since import read_since
from kam_sync.kpi.definition import Grain


def restated(
    account: Annotated[
        str | None, typer.Argument(metavar="[ACCOUNT]", help="The id of an account; all.")
    ] = None,
    *,
    kpi: Annotated[str | None, typer.Option(help="Its key, as `kpis list` shows it.")] = None,
    grain: Annotated[Grain | None, typer.Option(help="How long the periods are; all.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            metavar="TIME", parser=read_since, help="Only what was changed since a day or moment."
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=1_000, help="How many at most.")] = 20,
    json: Annotated[
        bool, typer.Option("--json", help="Print one JSON document and nothing else.")
    ] = False,
) -> None:
    """Show values of whole periods that were changed after they were measured, the latest first.

    Example: kam-sync kpis restated 6d0b7c1e-... --kpi won_revenue --grain month
    """
    from kam_sync.accounts.store import AccountStore
    from kam_sync.cli import show
    from kam_sync.kpi.registry import KPIS, named
    from kam_sync.kpi.store import KpiStore, Restated
    from kam_sync.web.wording import restated as words
    from kam_sync.web.wording.language import Language

    with opened() as services, services.database.transaction() as session:
        language = Language(services.settings.locale, services.zone)
        known = account and AccountStore(session).account(uuid_of("account", account)).id
        moment = since and since.replace(tzinfo=since.tzinfo or services.zone)
        wanted = Restated(known or None, grain=grain, since=moment)
        kpis = [named(kpi).key] if kpi else list(KPIS)
        found = KpiStore(session).restatements(wanted, kpis, limit=limit + 1)
        shown = found[:limit]
        if json:
            show.as_json({"restatements": [one.model_dump(mode="json") for one in shown]})
            return
        rows = [
            (
                str(one.account_id),
                one.kpi,
                words.period(language, Grain(one.grain), one.on),
                words.value(language, one, one.was),
                words.value(language, one, one.now),
                show.moment(one.at, language.zone),
                words.why(language, one.causes),
            )
            for one in shown
        ]
    if not rows:
        typer.echo("nothing was changed after it had been measured", err=True)
        return
    show.table("restated", ("account", "kpi", "period", "was", "now", "at", "why"), rows)
    if len(found) > limit:
        typer.echo(f"the latest {limit}; more with --limit", err=True)
