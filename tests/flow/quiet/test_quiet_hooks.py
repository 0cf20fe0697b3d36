"""Webhooks that stop coming are noticed by what polling finds, and what is late is no alarm."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow
from kam_sync.alerts.model import IncidentKind
from kam_sync.alerts.store import IncidentStore
from kam_sync.base.command import command
from kam_sync.intake.model import Source
from kam_sync.intake.quiet import Why
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.passing import change, first_polled, made, pass_time, polled
from tests.fakes.posting import post
from tests.fakes.subscribed import incidents, shown

HOUR = timedelta(hours=1)


@pytest.mark.heavy
def test_dead_webhooks_are_asked_for_anew_then_told_with_since_when_and_resolved_when_they_come(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    change(box, 30, 35)
    assert hear() == 5
    pass_time(services, HOUR)
    box.webhooks.lost = True
    change(box, 0, 12)
    flow.sync(services, source.id)
    assert polled(services) == [("deal", 12)]

    flow.look_after_hooks(services, source.id)
    assert shown(services, source).quiet is None  # they may be late

    pass_time(services, 3 * HOUR)
    flow.look_after_hooks(services, source.id)
    found = shown(services, source)
    assert (found.quiet, found.quiet_since) == (Why.SILENT, first_polled(services))
    assert (found.unannounced, found.changes) == (12, 17)
    assert incidents(services) == []
    assert made(box) == [2]  # made anew

    pass_time(services, 2 * HOUR)
    change(box, 12, 24)
    flow.sync(services, source.id)
    pass_time(services, 3 * HOUR)
    flow.look_after_hooks(services, source.id)
    with services.database.transaction() as session:
        [incident] = IncidentStore(session).incidents(is_open=True, limit=10)
        kind, facts = incident.kind, dict(incident.facts)
    assert kind is IncidentKind.QUIET_HOOKS
    assert facts == {
        "source": "shop", "quiet": "silent", "since": first_polled(services).isoformat(),
        "lost": 24, "of": 24, "command": command("hooks status shop"),
    }  # fmt: skip
    assert made(box) == [2]  # once is enough

    box.webhooks.lost = False
    change(box, 24, 25)
    assert hear() == 1
    flow.look_after_hooks(services, source.id)
    assert incidents(services) == []
    assert shown(services, source).quiet is None


@pytest.mark.heavy
def test_dead_webhooks_that_come_again_when_asked_for_anew_are_told_to_nobody(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    box.webhooks.lost = True
    change(box, 0, 12)
    flow.sync(services, source.id)
    pass_time(services, 3 * HOUR)
    flow.look_after_hooks(services, source.id)
    assert shown(services, source).quiet is Why.SILENT
    box.webhooks.lost = False
    change(box, 12, 13)
    hear()
    flow.look_after_hooks(services, source.id)
    assert shown(services, source).quiet is None
    assert ask(services, "SELECT count(*) FROM incident") == [(0,)]


@pytest.mark.heavy
def test_webhooks_that_are_late_are_no_alarm(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    change(box, 0, 20)
    flow.sync(services, source.id)
    assert polled(services) == [("deal", 20)]
    pass_time(services, timedelta(minutes=95))
    flow.look_after_hooks(services, source.id)
    assert hear() == 20
    pass_time(services, HOUR)
    flow.look_after_hooks(services, source.id)
    found = shown(services, source)
    assert (found.quiet, found.unannounced, found.changes) == (None, 0, 20)
    assert polled(services) == []


def test_webhooks_that_came_and_are_not_read_yet_are_no_alarm(
    services: Services, box: AmoSandbox, source: Source, ear: Listener
) -> None:
    change(box, 0, 20)
    flow.sync(services, source.id)
    box.webhooks.deliver()
    post(services, source, *(one.body for one in ear.posts))
    pass_time(services, 5 * HOUR)
    flow.look_after_hooks(services, source.id)
    assert shown(services, source).quiet is None


def test_what_is_polled_soon_after_subscribing_may_be_older_and_is_no_alarm(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    change(box, 0, 12)
    flow.sync(services, source.id)
    begin = (
        "UPDATE subscription SET counted_from = (SELECT min(seen_at) FROM polled)"
        " - interval '{} minutes' RETURNING 1"
    )
    for minutes, quiet in ((50, None), (70, Why.SILENT)):
        assert ask(services, begin.format(minutes)) == [(1,)]
        pass_time(services, 3 * HOUR)
        flow.look_after_hooks(services, source.id)
        assert shown(services, source).quiet is quiet


def test_of_webhooks_of_which_some_come_the_share_counts(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    box.webhooks.lost = True
    change(box, 0, 20)
    flow.sync(services, source.id)
    box.webhooks.lost = False
    change(box, 20, 39)
    assert hear() == 19
    pass_time(services, 3 * HOUR)
    flow.look_after_hooks(services, source.id)
    found = shown(services, source)
    assert (found.quiet, found.unannounced, found.changes) == (Why.LOSSY, 20, 39)


@pytest.mark.heavy
def test_webhooks_about_notes_do_not_hide_that_those_about_deals_are_lost(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    box.webhooks.lost = True
    change(box, 0, 12)
    flow.sync(services, source.id)
    box.webhooks.lost = False
    for number in range(20):
        about = {"entity_id": box.ids("leads")[0], "note_type": "common"}
        box.add("leads/notes", about | {"params": {"text": f"{number}"}})
    assert hear() == 20
    pass_time(services, 3 * HOUR)
    flow.look_after_hooks(services, source.id)
    found = shown(services, source)
    assert (found.quiet, found.unannounced, found.changes) == (Why.LOSSY, 12, 12)
