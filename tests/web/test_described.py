"""The description of the API: every operation has examples that fit, and they are taken."""

from pathlib import Path

import pytest

from kam_sync.base.clock import stopped_at
from kam_sync.jobs.queue import defer_reading, defer_write
from kam_sync.jobs.serving import defer_sync
from kam_sync.web.app import create_app
from kam_sync.wiring import Services
from tests.web.tour.calls import walk_over
from tests.web.tour.ground import laid_out
from tests.web.tour.walk import Walk
from tests.web.conftest import TestClient


def test_walk(services: Services, tmp_path: Path) -> None:
    with laid_out(services, tmp_path) as ground:
        here = ground.world.services
        app = create_app(
            here,
            defer_sync=lambda source_id: defer_sync(here, source_id),
            defer_write=defer_write,
            defer_reading=defer_reading,
        )
        with TestClient(app) as client:
            walk = Walk(
                client,
                {
                    ground.box.url: "https://example.amocrm.ru",
                    ground.box.token: "a-long-lived-token",
                },
            )
            try:
                walk_over(walk, ground)
            finally:
                print("\n".join(walk.refused))
            document = client.get("/openapi.json").json()
    missing = {f"{m} {p}" for p, v in document["paths"].items() for m in v} - set(walk.seen)
    print("MISSING", missing)
    for name, one in walk.seen.items():
        if isinstance(one.answer, dict) and one.answer.get("items") == []:
            print("EMPTY", name)
    assert not walk.refused and not missing
