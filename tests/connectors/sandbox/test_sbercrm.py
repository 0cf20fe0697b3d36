"""The sandbox SberCRM answers as was seen in other people's programs."""

from argparse import Namespace
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from connectors.sandbox import served
from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.world import MadeUpWorld

_WORLD = MadeUpWorld(size=3, deals=40, contacts=6, today=date(2026, 11, 1))


@pytest.fixture
def box() -> Iterator[SberSandbox]:
    """A small tenant."""
    with SberSandbox(_WORLD) as box:
        yield box


def _listed(box: SberSandbox, *conditions: dict[str, str]) -> list[dict[str, Any]]:
    root = f"{box.url}/react-gateway/api"
    secrets = {"username": "kam_sync", "password": box.token}
    token = httpx.post(f"{root}/auth/login", data=secrets).json()["access_token"]
    entity = box.announced()["entities"]["deal"]
    found = httpx.post(
        f"{root}/core/data/{entity}/list",
        headers={"Authorization": f"Bearer {token}"},
        json={
            "paging": {"pageNum": 0, "itemsPerPage": 500},
            "sorting": [{"field": "createdDate", "order": "DESC"}],
            "filter": {"type": "AND", "conditions": list(conditions)},
        },
    )
    rows: list[dict[str, Any]] = found.json()["data"]
    return rows


def test_a_list_comes_newest_first_and_can_be_searched(box: SberSandbox) -> None:
    rows = _listed(box)
    assert len(rows) == box.count("deal")
    born = [row["createdDate"] for row in rows]
    assert born == sorted(born, reverse=True)
    wanted = {"field": "name", "operator": "CONTAINS", "value": rows[3]["name"]}
    assert rows[3] in _listed(box, wanted)
    assert len(_listed(box, wanted)) < len(rows)


def test_an_entity_of_another_tenant_is_not_there(box: SberSandbox) -> None:
    root = f"{box.url}/react-gateway/api"
    assert httpx.get(f"{root}/core/data/x/list").status_code == 401
    secrets = {"username": "kam_sync", "password": box.token}
    token = httpx.post(f"{root}/auth/login", data=secrets).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert httpx.post(f"{root}/core/data/x/list", headers=headers, json={}).status_code == 404
    plain = {"Authorization": f"Bearer {box.token}"}
    assert httpx.get(f"{box.url}/api/wishes", headers=plain).status_code == 404


@pytest.mark.parametrize("retry_after", [True, False])
def test_too_many_requests_are_refused_with_a_wait_or_without(retry_after: bool) -> None:
    with SberSandbox(_WORLD, rate=1, retry_after=retry_after) as box:
        answers = [httpx.get(f"{box.url}/api/deals") for _ in range(3)]
    (refused,) = {one.headers.get("Retry-After") for one in answers if one.status_code == 429}
    assert refused == ("1" if retry_after else None)


def test_it_is_served_by_its_kind() -> None:
    chosen = Namespace(token=None, rate=None, port=0)
    with served.found()["sbercrm"].open(_WORLD, chosen) as box:
        told = box.announced()
    assert told["rows"]["deal"] >= 40
    assert "password" in told["token"]
