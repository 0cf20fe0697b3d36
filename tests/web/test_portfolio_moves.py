"""What is no news of the portfolio: an account that became a part of a group or of another one."""

import pytest

from kam_sync.matching.parenting import Parenting
from kam_sync.overseeing import Kind, Overseer, happened
from tests.conftest import NOW
from tests.web.conftest import TestClient
from tests.web.world import World


@pytest.fixture
def two(world: World) -> World:
    """Two accounts that buy month by month."""
    source = world.add_source()
    world.add_companies(source, "Луг", "Лес")
    world.add_months(source, "1", *[100] * 14)
    world.add_months(source, "2", *[60] * 14)
    world.measure()
    return world


def came_or_went(world: World) -> list[tuple[Kind, str]]:
    with world.services.database.transaction() as session:
        told = happened(session, Overseer(session).unit, NOW, world.services.zone, days=7)
    return [(one.kind, one.account) for one in told if one.kind in {Kind.CAME, Kind.WENT}]


def test_who_is_put_into_a_group_has_not_left(two: World) -> None:
    with two.services.database.transaction() as session:
        Parenting(session, "Анна", NOW).place(two.account(1, "2"), two.account(1, "1"))
    two.measure()
    assert came_or_went(two) == []


@pytest.mark.heavy
def test_who_is_taken_out_of_a_group_has_not_just_come(two: World) -> None:
    for parent in (two.account(1, "1"), None):
        with two.services.database.transaction() as session:
            Parenting(session, "Анна", NOW).place(two.account(1, "2"), parent)
        two.measure()
    assert came_or_went(two) == []


def test_who_was_read_from_another_crm_has_not_just_come(two: World) -> None:
    source = two.add_source("other")
    two.add_companies(source, "Пруд", "Новый")
    two.add_months(source, "1", *[70] * 14)
    two.add_months(source, "2", 50)
    two.measure()
    assert came_or_went(two) == [(Kind.CAME, "Новый")]


@pytest.mark.heavy
def test_who_is_merged_into_another_account_has_not_left(client: TestClient, two: World) -> None:
    both = [str(two.account(1, key)) for key in ("1", "2")]
    assert client.post("/api/v1/matches/merge", json={"accounts": both}).status_code == 200
    two.measure()
    assert came_or_went(two) == []
    [decision] = client.get("/api/v1/matches/decisions").json()["items"]
    assert client.post(f"/api/v1/matches/decisions/{decision['id']}/undo").status_code == 200
    two.measure()
    assert came_or_went(two) == []
