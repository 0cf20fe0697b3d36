"""What other sites try through a person's browser."""

from collections.abc import Iterator

import pytest

from kam_sync.web.app import create_app
from tests.web.conftest import TestClient
from tests.web.world import World


@pytest.fixture
def local(world: World) -> Iterator[TestClient]:
    """The application as it is on the loopback address."""
    app = create_app(world.services, hosts=["localhost", "127.0.0.1"])
    with TestClient(app, base_url="http://127.0.0.1:8000") as client:
        yield client


def test_a_name_that_a_stranger_points_at_us_is_not_answered(local: TestClient) -> None:
    assert local.get("/api/v1/contacts").status_code == 200
    stranger = {"Host": "evil.example:8000"}
    assert local.get("/api/v1/contacts", headers=stranger).status_code == 400


def test_another_origin_may_not_ask_for_a_sync(local: TestClient) -> None:
    stranger = {"Origin": "http://evil.example"}
    assert local.post("/api/v1/sources/1/sync", headers=stranger).status_code == 403
    ours = {"Origin": "http://127.0.0.1:8000"}
    assert local.post("/api/v1/sources/1/sync", headers=ours).status_code in {404, 409}


def test_the_languages_are_offered_on_our_own_site_alone(local: TestClient) -> None:
    page = local.get("http://127.0.0.1:8000//evil.example/x").text
    assert 'href="?lang=en"' in page
    assert "evil.example" not in page
