"""The description of the API: every operation has examples that fit, and they are taken."""

from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from kam_sync.web.app import create_app
from kam_sync.web.described import operations
from kam_sync.wiring import Services
from tests.web.conftest import TestClient
from tests.web.tour.walk import walked
from tests.web.world import World

_NEVER = {"get /api/v1/channels/{channel}/sends", "get /api/v1/portfolio/lost"}
"""Lists that are empty in the example: nobody was told yet, and nobody was lost."""


@pytest.fixture
def document(services: Services) -> dict[str, Any]:
    return create_app(services).openapi()


@pytest.mark.heavy
def test_every_operation_has_examples_that_fit_their_schemas(document: dict[str, Any]) -> None:
    wrong = []
    for name, operation in operations(document):
        for what, schema, example in _examples(operation):
            if example is None:
                wrong.append(f"{name}: {what} has no example")
            elif schema:
                wrong += [f"{name}: {what}: {one}" for one in _troubles(document, schema, example)]
    assert wrong == []


@pytest.mark.heavy
def test_every_example_is_really_taken_and_answered_so(
    services: Services, document: dict[str, Any], tmp_path: Path
) -> None:
    walk = walked(services, tmp_path)
    assert walk.refused == []
    wrong = []
    for name, operation in operations(document):
        seen = walk.seen[name]
        said = operation["responses"][str(seen.status)]
        for content in said.get("content", {}).values():
            wrong += [
                f"{name}: {one}" for one in _troubles(document, content["schema"], seen.answer)
            ]
            is_list = isinstance(seen.answer, dict) and "items" in seen.answer
            if is_list and not seen.answer["items"] and name not in _NEVER:
                wrong.append(f"{name}: an empty list shows nothing")
    assert wrong == []


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("OPTIONS", "/api/v1/channels", "GET, POST"),
        ("PUT", "/api/v1/sources/sales", "DELETE, GET, PATCH"),
        ("HEAD", "/api/v1/rates", "GET, PUT"),
    ],
)
def test_a_wrong_method_is_told_all_right_ones(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, ", ".join(sorted(answer.headers["allow"].split(", ")))) == (
        405, allowed,
    )  # fmt: skip


def test_a_number_is_no_day_and_no_moment(client: TestClient, world: World) -> None:
    for since in ("0.5", "1700000000", "20261120", "2e-313"):
        assert client.get("/api/v1/deals", params={"updated_since": since}).status_code == 422
    rate = {"currency": "USD", "rate": "81.25"}
    assert client.put("/api/v1/rates", json=rate | {"on": 0}).status_code == 422
    assert client.put("/api/v1/rates", json=rate | {"on": "2026-11-20"}).status_code == 200


def test_the_id_of_what_is_written_has_no_nul(client: TestClient, world: World) -> None:
    world.add_source()
    done = {"key": "d1", "kind": "done", "external_id": "8\0"}
    assert client.post("/api/v1/sources/sales/writes", json=[done]).status_code == 422


def _examples(operation: dict[str, Any]) -> list[tuple[str, Any, Any]]:
    """What the operation takes and gives: its name, schema and example."""
    found = [
        (f"parameter {one['name']}", one["schema"], one.get("example"))
        for one in operation.get("parameters", ())
    ]
    bodies = operation.get("requestBody", {}).get("content", {})
    found += [("body", one["schema"], one.get("example")) for one in bodies.values()]
    for status, answer in operation["responses"].items():
        contents = answer.get("content", {})
        if status.startswith("2"):
            found += [(status, one.get("schema"), one.get("example")) for one in contents.values()]
    return found


def _troubles(document: dict[str, Any], schema: Any, example: Any) -> list[str]:
    whole = {**schema, "components": document["components"]}
    validator = jsonschema_rs.Draft202012Validator(whole, validate_formats=True)
    return [f"{one.message} at {one.instance_path}" for one in validator.iter_errors(example)]
