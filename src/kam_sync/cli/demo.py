"""The demo: sandbox CRMs, pulled, measured, watched and shown."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from shlex import quote
from typing import Any

from pydantic import HttpUrl

from kam_sync import flow
from kam_sync.accounts.store import AccountStore
from kam_sync.alerts.store import KNOWN, AlertStore
from kam_sync.base.clock import Clock, start_of_day, stopped_at, utc_now
from kam_sync.base.command import command
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.base.settings import Settings
from kam_sync.cli import show
from kam_sync.cli.demo_crms import CRMS, Box, World, connect, sandboxes
from kam_sync.cli.synced import tell
from kam_sync.intake.store import SourceStore
from kam_sync.wiring import Services, open_services


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for on the command line."""

    port: int
    once: bool
    seed: int
    size: int
    data: Path | None
    as_json: bool


def run_demo(settings: Settings, wish: Wish) -> None:
    """One whole pass; then, unless `once`, serve the pages and keep syncing."""
    with sandboxes(World(wish.seed, wish.size, spelt=True, data=wish.data)) as boxes:
        clock: Clock = utc_now
        first = boxes[0]
        if wish.data is not None:  # old data is judged as of its own last day
            clock = stopped_at(start_of_day(date.fromisoformat(first["today"]), settings.zone))
        name = f"demo{len(boxes)}_" + re.sub(r"[^a-z0-9]+", "_", first["world"].lower())
        # the sandboxes are at home on this machine
        here = settings.model_copy(update={"crm_hosts": "127.0.0.1"})
        with open_services(here, database_name=name, as_of=clock) as services:
            _refuse_real_store(services)
            try:
                with services.database.alone("demo"):
                    _walk(services, wish, boxes)
            except Busy as error:
                raise Busy(
                    "a demo of this made-up company is running already: end it, open its pages, "
                    "or take another company with --seed"
                ) from error


def _walk(services: Services, wish: Wish, boxes: list[Box]) -> None:
    sources = [connect(services, box) for box in boxes]
    with show.sync_progress() as watch, ThreadPoolExecutor(len(sources)) as threads:
        synced = list(threads.map(partial(flow.sync, services, watch=watch), sources))
    reports = flow.measure(services)
    document = _document(services, synced, reports)
    if wish.as_json:
        show.as_json(document)
    else:
        _show(document, synced)
    if not wish.once:
        _serve(services, wish.port)


def _refuse_real_store(services: Services) -> None:
    if services.settings.database_url is None:  # its own, whatever somebody has tried in it
        return
    with services.database.transaction() as session:
        others = [source.name for source in SourceStore(session).all() if source.name not in CRMS]
    if others:
        raise WrongUse(
            f"KAM_SYNC_DATABASE_URL: this database holds your sources ({', '.join(others)}); "
            "the demo needs an empty one, or unset the variable"
        )


def _document(
    services: Services, synced: list[flow.SyncResult], reports: "list[Any]"
) -> dict[str, Any]:
    with services.database.transaction() as session:
        accounts = AccountStore(session)
        alerts = AlertStore(session).alerts(states=KNOWN, limit=200)
        ids = [alert.account_id for alert in alerts]
        names, origins = accounts.by_ids(ids), accounts.sources(ids)
        called = SourceStore(session).names()
        return {
            **show.sync_document(synced),
            "steps": {report.step: report.as_dict() for report in reports},
            "stored": accounts.counts(),
            "as_of": services.as_of().date().isoformat(),
            "alerts": [
                {
                    "account": names[alert.account_id].name,
                    "sources": sorted(called[one] for one in origins.get(alert.account_id, [])),
                    "kpi": alert.kpi,
                    "rule": alert.rule,
                    "unit": alert.unit,
                    "observed": round(alert.observed, 2),
                    "expected": round(alert.expected, 2),
                    "since": alert.since.isoformat(),
                }
                for alert in alerts
            ],
        }


def _show(document: dict[str, Any], synced: list[flow.SyncResult]) -> None:
    tell(synced)
    names = (
        "account", "comes from", "rule", show.Column("observed", is_number=True),
        show.Column("expected", is_number=True), "unit", show.Column("since", rank=1),
    )  # fmt: skip
    rows = [
        (a["account"], ", ".join(a["sources"]), a["rule"],
         f"{a['observed']:,.0f}", f"{a['expected']:,.0f}", a["unit"], a["since"][:7])
        for a in document["alerts"]
    ]  # fmt: skip
    show.table(f"Open alerts as of {document['as_of']}", names, rows)
    stored, crms = document["stored"], len(synced)
    show.out.print(
        f"{crms} CRM{'s' if crms > 1 else ''}, {stored['account']} accounts,"
        f" {stored['deal']} deals, {stored['contact']} contacts, {len(rows)} open alerts"
    )


def _serve(services: Services, port: int) -> None:
    from kam_sync.cli.serving import Wish as Served
    from kam_sync.cli.serving import is_free, serve_all

    free = next((p for p in range(port, port + 20) if is_free("127.0.0.1", p)), port)
    here = services.settings.model_copy(update={"public_url": HttpUrl(f"http://127.0.0.1:{free}")})
    services = replace(services, settings=here)  # so that the sandbox can call us
    show.err.print(f"\nOpen http://127.0.0.1:{free} in a browser; Ctrl+C ends the demo.\n")
    if services.settings.database_url is None:
        setting = f"KAM_SYNC_DATABASE_URL={quote(services.database.conninfo)}"
        show.err.print(
            f"Commands on its data, in another shell:\n{setting} {command('match review')}\n",
            soft_wrap=True,
        )
    serve_all(services, Served(("127.0.0.1", free), every=timedelta(minutes=1)))
