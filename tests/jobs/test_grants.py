"""Grants are renewed on schedule, whether anybody syncs or not."""

from dataclasses import replace
from datetime import date, timedelta

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting
from kam_sync.jobs.queue import RENEW
from kam_sync.jobs.timetable import Scheduler
from kam_sync.wiring import Services
from tests.fakes.connecting import connect_by_oauth
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import Corridor, jobs, working


def test_every_hour_a_worker_renews_what_ends_soon_of_paused_sources_too(
    services: Services, corridor: Corridor
) -> None:
    world = MadeUpWorld(size=1, deals=1, contacts=1, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as box:
        connect_by_oauth(services, box)
        connecting.set_paused(services, "shop", paused=True)
        Scheduler(services).refresh()
        box.requests.clear()
        late = replace(services, now=lambda: services.now() + timedelta(hours=23))
        Scheduler(late).refresh()
        with working(late, corridor.work):
            wait_until(lambda: jobs(services, RENEW) == ["succeeded"])
        assert [seen.path for seen in box.requests] == ["/oauth2/access_token"]
        Scheduler(late).refresh()
        assert jobs(services, RENEW) == ["succeeded"]
