"""A CRM that refuses us as too many is seen wherever people and programs look."""

import pytest

from kam_sync.intake.store import SharedTurns, SourceStore
from tests.web.world import World


@pytest.fixture
def held(world: World) -> World:
    """A source whose CRM asked for five minutes of silence."""
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        key = SourceStore(session).by_id(source_id).turn_key
    turns = SharedTurns(world.services.database, key, per_second=6)
    turns.hold(300, "/api/v4/leads: too many requests (429)")
    return world


def test_the_page_says_until_when_and_why(client, held: World) -> None:
    english = client.get("/sources/sales?lang=en").text
    russian = client.get("/sources/sales?lang=ru").text
    assert "The CRM asked us to slow down: nothing is asked until" in english
    assert "/api/v4/leads: too many requests (429)" in english
    assert "too many: 1 today, 1 in the last hour." in english
    assert "CRM просит помедленнее" in russian


def test_the_api_says_it_in_numbers(client, held: World) -> None:
    standing = client.get("/api/v1/sources/sales").json()["standing"]
    assert standing["held_until"] > standing["last_refusal_at"]
    assert (standing["refusals_last_hour"], standing["refusals_today"]) == (1, 1)


def test_the_metrics_count_them_by_source(client, held: World) -> None:
    text = client.get("/metrics").text
    assert 'kam_sync_crm_refusals_last_hour{source="sales"} 1.0' in text
    silence = text.split('kam_sync_crm_silence_seconds{source="sales"} ')[1].split("\n")[0]
    assert 290 < float(silence) <= 300


def test_a_source_without_refusals_says_nothing_of_them(client, world: World) -> None:
    world.add_source()
    assert "too many" not in client.get("/sources/sales?lang=en").text
    assert client.get("/api/v1/sources/sales").json()["standing"]["held_until"] is None
