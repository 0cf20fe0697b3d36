"""What polling finds is noted where a webhook should have told it, cheaply, and not for ever."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow, subscribing
from kam_sync.intake.model import Source
from kam_sync.jobs.upkeep import keep_house
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.passing import change, pass_time, polled
from tests.fakes.subscribed import incidents, shown

HOUR = timedelta(hours=1)


@pytest.mark.heavy
def test_a_first_load_a_whole_reading_and_what_nobody_subscribed_to_note_nothing(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    other = box.ids("catalogs/1001/elements")[0]
    box.change("catalogs/1001/elements", other, name="Another product")
    change(box, 0, 3)
    flow.sync(services, source.id, full=True)
    assert polled(services) == []
    flow.look_after_hooks(services, subscribing.want(services, source.name, wanted=False))
    change(box, 0, 3)
    flow.sync(services, source.id)
    assert polled(services) == []


@pytest.mark.heavy
def test_a_first_load_after_subscribing_notes_nothing(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    run = "DELETE FROM cursor; DELETE FROM raw_record"
    with services.database.transaction() as session:
        session.execute(sa.text(run))
    flow.sync(services, source.id)
    assert polled(services) == []


def test_nouns_whose_changes_are_not_told_are_not_missed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    lead = box.ids("leads")[0]
    box.add("leads/notes", {"entity_id": lead, "note_type": "common", "params": {"text": "x"}})
    box.add("tasks", {"entity_id": lead, "entity_type": "leads", "text": "Call"})
    flow.sync(services, source.id)
    assert polled(services) == [("task", 1)]


@pytest.mark.heavy
def test_what_we_wrote_ourselves_is_no_change(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    first, second, third = box.ids("companies")[:3]
    query = (
        "INSERT INTO crm_write (source_id, key, kind, about_noun, about_external_id, external_id,"
        " payload, state, attempts, asked_by, asked_at, sent_at, reason) VALUES (:source, :key,"
        " 'set_field', :noun, :about, :made, '{}', 'done', 1, 'a test', now(), now(), '')"
    )
    with services.database.transaction() as session:
        for noun, about, made in (("company", first, None), ("deal", 1, second), ("deal", 2, None)):
            values = {"noun": noun, "about": str(about), "made": made and str(made)}
            session.execute(sa.text(query), {"source": source.id, "key": str(about), **values})
    for id_ in (first, second, third):
        box.change("companies", id_, name=f"Company {id_}")
    flow.sync(services, source.id)
    assert ask(services, "SELECT external_id FROM polled") == [(str(third),)]


@pytest.mark.heavy
def test_noting_costs_one_statement_a_batch_and_none_when_nothing_has_changed(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    said: list[str] = []

    def note(*given: object) -> None:
        said.append(str(given[2]))

    engine = services.database.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        change(box, 0, 30)
        flow.sync(services, source.id)
        noting = [one for one in said if "polled" in one]
        said.clear()
        flow.sync(services, source.id)
        idle = [one for one in said if "polled" in one]
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)
    assert (len(noting), idle) == (1, [])
    assert polled(services) == [("deal", 30)]


def test_a_replay_is_no_sign_of_life(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    change(box, 0, 1)
    hear()
    with services.database.transaction() as session:
        session.execute(sa.text("DELETE FROM announced"))
        session.execute(sa.text("UPDATE hook SET state = 'new', replayed_at = now()"))
    flow.hear(services, source.id, go_on=lambda: None)
    assert ask(services, "SELECT count(*) FROM announced") == [(0,)]


@pytest.mark.heavy
def test_who_switches_webhooks_off_hears_no_more_of_their_silence(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.webhooks.lost = True
    for first in (0, 12):
        change(box, first, first + 12)
        flow.sync(services, source.id)
        pass_time(services, 3 * HOUR)
        flow.look_after_hooks(services, source.id)
        pass_time(services, 2 * HOUR)
    assert incidents(services) == [("quiet_hooks", "")]
    flow.look_after_hooks(services, subscribing.want(services, source.name, wanted=False))
    assert incidents(services) == []
    assert shown(services, source).quiet is None


@pytest.mark.heavy
def test_what_is_old_is_forgotten(
    services: Services, box: AmoSandbox, source: Source, hear: Callable[[], int]
) -> None:
    box.webhooks.lost = True
    change(box, 0, 2)
    flow.sync(services, source.id)
    box.webhooks.lost = False
    change(box, 2, 3)
    hear()
    for span, left in ((HOUR, (2, 1)), (timedelta(days=3), (2, 0)), (timedelta(days=5), (0, 0))):
        pass_time(services, span)
        keep_house(services)
        counts = "SELECT (SELECT count(*) FROM polled), (SELECT count(*) FROM announced)"
        assert ask(services, counts) == [left]
