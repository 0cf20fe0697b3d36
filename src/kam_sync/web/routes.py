"""Which router is about what: all paths there are, each behind the gate with its area."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends
from starlette.routing import BaseRoute

import kam_sync.web.api.accounts
import kam_sync.web.api.alerts
import kam_sync.web.api.channels
import kam_sync.web.api.connections
import kam_sync.web.api.corrections
import kam_sync.web.api.directory
import kam_sync.web.api.facts
import kam_sync.web.api.fields
import kam_sync.web.api.files
import kam_sync.web.api.groups
import kam_sync.web.api.held
import kam_sync.web.api.hooks
import kam_sync.web.api.incidents
import kam_sync.web.api.jobs
import kam_sync.web.api.keys
import kam_sync.web.api.kpis
import kam_sync.web.api.ledger
import kam_sync.web.api.lineage
import kam_sync.web.api.matches
import kam_sync.web.api.members
import kam_sync.web.api.moves
import kam_sync.web.api.people
import kam_sync.web.api.plans
import kam_sync.web.api.portfolio
import kam_sync.web.api.privacy
import kam_sync.web.api.rates
import kam_sync.web.api.records
import kam_sync.web.api.rematch
import kam_sync.web.api.restatements
import kam_sync.web.api.rules
import kam_sync.web.api.schedules
import kam_sync.web.api.sources
import kam_sync.web.api.survivorship
import kam_sync.web.api.targets
import kam_sync.web.api.webhooks
import kam_sync.web.api.why
import kam_sync.web.api.writes
import kam_sync.web.api.zones
import kam_sync.web.describing
import kam_sync.web.live
import kam_sync.web.ops
import kam_sync.web.pages.account
import kam_sync.web.pages.account_lists
import kam_sync.web.pages.accounts
import kam_sync.web.pages.alert
import kam_sync.web.pages.alert_acts
import kam_sync.web.pages.channels
import kam_sync.web.pages.connect
import kam_sync.web.pages.consents
import kam_sync.web.pages.controls
import kam_sync.web.pages.corrections
import kam_sync.web.pages.exporting.page
import kam_sync.web.pages.fields
import kam_sync.web.pages.files
import kam_sync.web.pages.group
import kam_sync.web.pages.held
import kam_sync.web.pages.keys
import kam_sync.web.pages.kpis
import kam_sync.web.pages.ledger
import kam_sync.web.pages.lineage
import kam_sync.web.pages.login
import kam_sync.web.pages.login_oidc
import kam_sync.web.pages.matches
import kam_sync.web.pages.me
import kam_sync.web.pages.members
import kam_sync.web.pages.merging
import kam_sync.web.pages.people
import kam_sync.web.pages.people_merging
import kam_sync.web.pages.person
import kam_sync.web.pages.portfolio
import kam_sync.web.pages.privacy
import kam_sync.web.pages.rematch
import kam_sync.web.pages.restatements
import kam_sync.web.pages.rules
import kam_sync.web.pages.set_aside
import kam_sync.web.pages.settings
import kam_sync.web.pages.sources
import kam_sync.web.pages.survivorship
import kam_sync.web.pages.targets
import kam_sync.web.pages.tasks
import kam_sync.web.pages.timetable
import kam_sync.web.pages.today
import kam_sync.web.pages.why
import kam_sync.web.pages.zones
from kam_sync.access.model import Area
from kam_sync.web.errors import PROBLEM
from kam_sync.web.gate import needs, open_to_all
from kam_sync.web.waiting import look_around

API = (
    (kam_sync.web.api.accounts.router, Area.ACCOUNTS),
    (kam_sync.web.api.moves.router, Area.ACCOUNTS),
    (kam_sync.web.api.matches.router, Area.MATCHES),
    (kam_sync.web.api.people.matches, Area.MATCHES),
    (kam_sync.web.api.people.router, Area.ACCOUNTS),
    (kam_sync.web.api.privacy.router, Area.PRIVACY),
    (kam_sync.web.api.rematch.router, Area.MATCHES),
    (kam_sync.web.api.groups.router, Area.ACCOUNTS),
    (kam_sync.web.api.groups.parents, Area.MATCHES),
    (kam_sync.web.api.zones.router, Area.ACCOUNTS),
    (kam_sync.web.api.rates.router, Area.FACTS),
    (kam_sync.web.api.records.router, Area.RECORDS),
    (kam_sync.web.api.directory.router, Area.RECORDS),
    (kam_sync.web.api.facts.router, Area.FACTS),
    (kam_sync.web.api.corrections.of_facts, Area.FACTS),
    (kam_sync.web.api.corrections.router, Area.ACCOUNTS),
    (kam_sync.web.api.sources.router, Area.SOURCES),
    (kam_sync.web.api.connections.router, Area.SOURCES),
    (kam_sync.web.api.rules.router, Area.RULES),
    (kam_sync.web.api.schedules.router, Area.JOBS),
    (kam_sync.web.api.fields.router, Area.SOURCES),
    (kam_sync.web.api.survivorship.router, Area.MATCHES),
    (kam_sync.web.api.survivorship.of_accounts, Area.ACCOUNTS),
    (kam_sync.web.api.files.router, Area.SOURCES),
    (kam_sync.web.api.held.router, Area.SOURCES),
    (kam_sync.web.api.hooks.router, Area.SOURCES),
    (kam_sync.web.api.webhooks.router, Area.SOURCES),
    (kam_sync.web.api.incidents.router, Area.SOURCES),
    (kam_sync.web.api.jobs.router, Area.JOBS),
    (kam_sync.web.api.ledger.router, Area.LEDGER),
    (kam_sync.web.api.kpis.router, Area.KPIS),
    (kam_sync.web.api.lineage.router, Area.KPIS),
    (kam_sync.web.api.plans.router, Area.ACCOUNTS),
    (kam_sync.web.api.restatements.router, Area.KPIS),
    (kam_sync.web.api.portfolio.router, Area.PORTFOLIO),
    (kam_sync.web.api.alerts.router, Area.ALERTS),
    (kam_sync.web.api.why.router, Area.KPIS),
    (kam_sync.web.api.why.of_alerts, Area.ALERTS),
    (kam_sync.web.api.writes.router, Area.SOURCES),
    (kam_sync.web.api.writes.of_alerts, Area.ALERTS),
    (kam_sync.web.api.targets.router, Area.TARGETS),
    (kam_sync.web.api.channels.router, Area.CHANNELS),
    (kam_sync.web.api.members.router, Area.MEMBERS),
    (kam_sync.web.api.keys.router, Area.KEYS),
)
PAGES = (
    (kam_sync.web.pages.today.router, Area.ALERTS),
    (kam_sync.web.pages.tasks.router, Area.ALERTS),
    (kam_sync.web.pages.alert.router, Area.ALERTS),
    (kam_sync.web.pages.alert_acts.router, Area.ALERTS),
    (kam_sync.web.pages.why.router, Area.KPIS),
    (kam_sync.web.pages.why.of_alerts, Area.ALERTS),
    (kam_sync.web.pages.accounts.router, Area.ACCOUNTS),
    (kam_sync.web.pages.matches.router, Area.MATCHES),
    (kam_sync.web.pages.people.router, Area.MATCHES),
    (kam_sync.web.pages.rematch.router, Area.MATCHES),
    (kam_sync.web.pages.account.router, Area.ACCOUNTS),
    (kam_sync.web.pages.corrections.router, Area.ACCOUNTS),
    (kam_sync.web.pages.restatements.router, Area.KPIS),
    (kam_sync.web.pages.group.router, Area.MATCHES),
    (kam_sync.web.pages.zones.router, Area.ACCOUNTS),
    (kam_sync.web.pages.merging.router, Area.MATCHES),
    (kam_sync.web.pages.people_merging.router, Area.MATCHES),
    (kam_sync.web.pages.person.router, Area.ACCOUNTS),
    (kam_sync.web.pages.privacy.router, Area.PRIVACY),
    (kam_sync.web.pages.account_lists.router, Area.ACCOUNTS),
    (kam_sync.web.pages.connect.router, Area.SOURCES),
    (kam_sync.web.pages.sources.router, Area.SOURCES),
    (kam_sync.web.pages.controls.router, Area.SOURCES),
    (kam_sync.web.pages.rules.router, Area.RULES),
    (kam_sync.web.pages.set_aside.router, Area.SOURCES),
    (kam_sync.web.pages.settings.router, Area.CHANNELS),
    (kam_sync.web.pages.settings.installation, Area.OPS),
    (kam_sync.web.pages.consents.router, Area.SOURCES),
    (kam_sync.web.pages.fields.router, Area.SOURCES),
    (kam_sync.web.pages.exporting.page.router, Area.EXPORTS),
    (kam_sync.web.pages.kpis.router, Area.KPIS),
    (kam_sync.web.pages.portfolio.router, Area.PORTFOLIO),
    (kam_sync.web.pages.survivorship.router, Area.MATCHES),
    (kam_sync.web.pages.files.router, Area.SOURCES),
    (kam_sync.web.pages.held.router, Area.SOURCES),
    (kam_sync.web.pages.ledger.router, Area.LEDGER),
    (kam_sync.web.pages.lineage.router, Area.KPIS),
    (kam_sync.web.pages.lineage.records, Area.RECORDS),
    (kam_sync.web.pages.timetable.router, Area.JOBS),
    (kam_sync.web.pages.targets.router, Area.TARGETS),
    (kam_sync.web.pages.channels.router, Area.CHANNELS),
    (kam_sync.web.pages.members.router, Area.MEMBERS),
    (kam_sync.web.pages.keys.router, Area.KEYS),
    (kam_sync.web.pages.me.router, Area.OWN),
)
OPEN = (
    kam_sync.web.ops.router,
    kam_sync.web.pages.login.router,
    kam_sync.web.pages.login_oidc.router,
    kam_sync.web.pages.consents.from_crms,
)
"""What anybody may ask: each proves by itself what it does, or tells nothing."""


@cache
def routes() -> Sequence[BaseRoute]:
    """All paths. They know no application; a process makes them once, which takes long."""
    api = APIRouter(prefix="/api/v1", responses=_problems())
    for router, area in API:
        api.include_router(router, dependencies=needs(area))
    paths = APIRouter()
    paths.include_router(api)
    for router in OPEN:
        is_page = router is not kam_sync.web.ops.router
        paths.include_router(
            router, include_in_schema=not is_page, dependencies=[Depends(open_to_all)]
        )
    paths.include_router(kam_sync.web.ops.guarded, dependencies=needs(Area.OPS))
    for router in (kam_sync.web.live.router, kam_sync.web.describing.router):
        paths.include_router(router, include_in_schema=False, dependencies=needs(Area.OWN))
    for router, area in PAGES:
        beside = [*needs(area), Depends(look_around)]
        paths.include_router(router, include_in_schema=False, dependencies=beside)
    return paths.routes


def _problems() -> dict[int | str, dict[str, Any]]:
    """How errors look in the OpenAPI page."""
    example = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "..."}
    content = {PROBLEM: {"example": example}}
    known = (
        (400, "Wrong use"),
        (401, "Nobody we know: no key, or one that is good no more"),
        (403, "The role may not do this"),
        (404, "Not here"),
        (409, "Busy, or done already"),
        (413, "More than is taken at once"),
        (422, "Wrong parameter"),
        (429, "Too often; see Retry-After"),
        (502, "The CRM does not do what it was asked"),
        (503, "The database is away; ask again"),
    )
    return {status: {"description": said, "content": content} for status, said in known}
