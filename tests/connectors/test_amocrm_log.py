"""amoCRM's log of events: each of them once, in whatever order, and hints of what it tells."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Hint, HintKind, Page
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened

ORDERS = pytest.mark.parametrize("order", ["oldest", "newest", "shuffled"])


def events(crm: AmoCrm, cursor: str | None = None) -> list[str]:
    return [raw.external_id for raw in records(crm.pull(Noun.EVENT, cursor))]


def hinted(pages: list[Page]) -> set[Hint]:
    return {hint for page in pages for hint in page.hints}


def busy(box: AmoSandbox, count: int) -> None:
    """As many new events."""
    leads = box.ids("leads")
    for place in range(count):
        box.change("leads", leads[place % len(leads)], price=100_000 + place)


@ORDERS
def test_every_event_comes_once_in_whatever_order(opened: Opened, order: str) -> None:
    box, crm = opened(event_order=order)
    busy(box, 250)
    found = events(crm)
    assert len(found) == len(set(found)) == box.count("events") > 300


@ORDERS
def test_new_events_come_with_the_next_pull_also_many(opened: Opened, order: str) -> None:
    box, crm = opened(event_order=order)
    cursor = last_cursor(crm.pull(Noun.EVENT, None))
    before = box.count("events")
    busy(box, 250)
    found = events(crm, cursor)
    assert len(set(found)) == box.count("events") - before == 250


def test_a_stopped_load_of_events_goes_on_where_it_was(opened: Opened) -> None:
    box, crm = opened()
    busy(box, 250)
    pages = list(crm.pull(Noun.EVENT, None))
    kept = [number for number, page in enumerate(pages) if page.cursor]
    assert len(kept) > 6
    for number in kept:
        rest = events(crm, pages[number].cursor)
        first = [raw.external_id for raw in records(pages[: number + 1])]
        assert len({*first, *rest}) == box.count("events")


def test_the_first_load_reaches_so_many_days_back_and_dates_its_hints(opened: Opened) -> None:
    box, crm = opened({"event_days": "1"})
    removed = box.ids("leads")[0]
    box.remove("leads", removed)
    pages = list(crm.pull(Noun.EVENT, None))
    assert [raw.body["type"] for raw in records(pages)] == ["lead_deleted"]
    (hint,) = hinted(pages)
    assert (hint.external_id, hint.kind) == (str(removed), HintKind.CHECK)
    assert hint.happened_at is not None
    assert int(hint.happened_at.timestamp()) == records(pages)[0].body["created_at"]


def test_later_loads_hint_at_what_was_deleted_restored_merged_and_linked(opened: Opened) -> None:
    box, crm = opened()
    cursor = last_cursor(crm.pull(Noun.EVENT, None))
    lead, other, linked = box.ids("leads")[:3]
    survivor, loser = box.ids("contacts")[:2]
    note = box.ids("contacts/notes")[0]
    task = box.ids("tasks")[0]
    whose = box.row("contacts/notes", note)["entity_id"]
    box.remove("leads", lead)
    box.remove("leads", other)
    box.restore("leads", other)
    box.remove("tasks", task)
    box.remove("contacts/notes", note)
    box.change("leads", linked, _embedded={"contacts": [{"id": box.ids("contacts")[4]}]})
    box.merge("contacts", loser, survivor)
    found = hinted(list(crm.pull(Noun.EVENT, cursor)))
    assert whose > 0
    assert found >= {
        Hint(Noun.DEAL, str(lead)),
        Hint(Noun.DEAL, str(other)),
        Hint(Noun.DEAL, str(linked)),
        Hint(Noun.TASK, str(task)),
        Hint(Noun.NOTE, f"contacts/{note}"),
        Hint(Noun.CONTACT, str(survivor), HintKind.MERGED),
    }
    assert not any(hint.external_id == str(loser) for hint in found)


def test_an_event_that_shows_late_is_not_missed(opened: Opened) -> None:
    now = [1_790_000_000.0]
    box, crm = opened(clock=lambda: now[0])
    pages = list(crm.pull(Noun.EVENT, None))
    seen = {raw.external_id for raw in records(pages)}
    now[0] -= 300  # written into the log five minutes ago, and shown only now
    box.change("leads", box.ids("leads")[0], price=777)
    now[0] += 300
    new = {raw.external_id for raw in records(crm.pull(Noun.EVENT, last_cursor(pages)))}
    assert len(new - seen) == 1


def test_a_gateway_that_gives_up_on_the_log_is_asked_for_parts(opened: Opened) -> None:
    box, crm = opened(slow_above=30)
    busy(box, 150)
    assert len(set(events(crm))) == box.count("events")


def test_an_event_announces_a_note_that_comes_itself(opened: Opened) -> None:
    box, crm = opened()
    cursors = {noun: last_cursor(crm.pull(noun, None)) for noun in (Noun.NOTE, Noun.EVENT)}
    lead = box.ids("leads")[0]
    values: dict[str, Any] = {"entity_id": lead, "note_type": "common", "params": {"text": "а"}}
    box.add("leads/notes", values)
    notes = [crm.translate(raw) for raw in records(crm.pull(Noun.NOTE, cursors[Noun.NOTE]))]
    log: list[Any] = [
        crm.translate(raw) for raw in records(crm.pull(Noun.EVENT, cursors[Noun.EVENT]))
    ]
    assert [entry.mirrors for entry in log] == [note.external_id for note in notes]


def test_the_window_ends_at_the_servers_time_and_begins_half_an_hour_earlier(
    opened: Opened,
) -> None:
    now = [1_790_000_000.0]
    box, crm = opened(clock=lambda: now[0])
    cursor = last_cursor(crm.pull(Noun.EVENT, None))
    list(crm.pull(Noun.EVENT, cursor))
    asked = [seen for seen in box.requests if seen.path == "/api/v4/events"][-1]
    spans = dict(parse_qsl(asked.query))
    begin = int(spans["filter[created_at][from]"])
    end = int(spans["filter[created_at][to]"])
    assert abs(end - now[0]) <= 2
    assert timedelta(seconds=end - begin) >= timedelta(minutes=30)
