"""Webhooks have so much room and no more: who knows one address cannot fill the disk."""

from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from kam_sync import subscribing
from kam_sync.base.settings import Locale
from kam_sync.intake.store import InboxStore
from kam_sync.web.health import look_inside
from kam_sync.web.hooks import door, gathering
from kam_sync.web.wording.language import Language
from tests.web.test_hooks import open_client, rows, with_settings
from tests.web.world import World

ENGLISH = Language(Locale.EN, ZoneInfo("UTC"))
LARGE = b"x" * 300_000


@pytest.fixture
def paths(world: World) -> list[str]:
    """The addresses of two sources."""
    for name in ("sales", "other"):
        world.add_source(name)
    return [f"/hooks/{subscribing.hook_key(world.services, name)}" for name in ("sales", "other")]


def test_unread_webhooks_beyond_their_room_are_refused_until_they_are_read(
    world: World, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    services = with_settings(world.services, hooks_kept_mib=1)
    with open_client(services) as client:
        answers = [client.post(paths[0], content=LARGE).status_code for _ in range(12)]
        assert answers[:4] == [200] * 4
        assert answers[-1] == 429
        assert client.post(paths[1], content=LARGE).status_code == 200  # each has its own
        kept = len(rows(services, "SELECT id FROM hook WHERE source_id = 1"))
        assert kept == answers.count(200)  # what was taken is there
        said = [one for one in look_inside(services, ENGLISH) if "more are refused" in one.found]
        assert ["hooks rotate sales" in one.advice for one in said] == [True]

        with services.database.transaction() as session:  # a worker has read them
            session.execute(sa.text("UPDATE hook SET state = 'read' WHERE source_id = 1"))
        monkeypatch.setattr(gathering, "_PAUSE", 0.0)
        later = door.monotonic() + 100
        monkeypatch.setattr(gathering, "monotonic", lambda: later)
        assert client.post(paths[0], content=LARGE).status_code == 200
        assert InboxStore(session).kept_bytes(1) <= 2**20  # the oldest made room
        found = rows(services, "SELECT state FROM hook WHERE source_id = 1 ORDER BY id DESC")
        assert found[0] == ("new",)


def test_too_many_bodies_at_once_are_told_to_come_again(
    world: World, paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "_MOST_BEING_READ", -1)
    with open_client(world.services) as client:
        assert client.post(paths[0], content=b"{}").status_code == 503
