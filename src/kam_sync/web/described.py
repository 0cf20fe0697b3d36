"""The description of the API at /openapi.json, with an example of everything an operation takes and
gives.

The examples were recorded: `python -m tests.web.tour` asks every operation on a made-up company and
writes `examples.json`. So what is shown was really asked and really answered.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import orjson
from fastapi import FastAPI

EXAMPLES = Path(__file__).with_name("examples.json")
_BY_NAME: dict[str, Any] = {
    "account": "6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa",
    "against": "year",
    "currency": "USD",
    "cursor": "WyJhY2NvdW50cyIsIlJvbWFzaGthIl0",
    "day": "2026-11-20",
    "from": "2026-06-01",
    "grain": "month",
    "group": False,
    "idempotency-key": "2026-11-20-payments",
    "is_failed": True,
    "is_parted": True,
    "kam": "",
    "kpi": "won_revenue",
    "lang": "ru",
    "limit": 50,
    "noun": "deal",
    "on": "2026-10-01",
    "q": "Ромашка",
    "since": "2026-11-01T00:00:00Z",
    "sort": "rank",
    "source": "sales",
    "subject": "6d0b7c1e-8f1c-5d38-9e0e-6a6fd6e2b7aa",
    "to": "2026-10-31",
    "unit": "RUB",
    "updated_since": "2026-11-01T00:00:00Z",
    "who": "Анна Смирнова",
}
"""Of parameters that may be left out, and were in the recorded call."""


def describe(app: FastAPI) -> None:
    """Have the application tell its description with examples, made once."""
    plain = app.openapi

    @cache
    def with_examples() -> dict[str, Any]:
        document = plain()
        recorded = orjson.loads(EXAMPLES.read_bytes())
        for name, operation in operations(document):
            _illustrate(operation, recorded.get(name, {}), document["components"]["schemas"])
        return document

    app.openapi = with_examples  # type: ignore[method-assign]  # as FastAPI's manual does it


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every operation by a name such as `get /api/v1/accounts`."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"{method} {path}", operation


def _illustrate(operation: dict[str, Any], seen: dict[str, Any], schemas: dict[str, Any]) -> None:
    given = seen.get("parameters", {})
    for parameter in operation.get("parameters", ()):
        example = given.get(parameter["name"], _example(parameter, schemas))
        if example is not None:
            parameter["example"] = example
    for content in operation.get("requestBody", {}).get("content", {}).values():
        if "body" in seen:
            content["example"] = seen["body"]
    answer = operation["responses"].get(str(seen.get("status")), {})
    for content in answer.get("content", {}).values():
        content["example"] = seen.get("answer")


def _example(parameter: dict[str, Any], schemas: dict[str, Any]) -> Any:
    """Of a parameter that nobody gave: the first that may be chosen, else by its name."""
    asked = [parameter["schema"], *parameter["schema"].get("anyOf", ())]
    asked += [schemas[one["$ref"].rpartition("/")[2]] for one in asked if "$ref" in one]
    chosen = (value for schema in asked for value in schema.get("enum", ()))
    return next(chosen, _BY_NAME.get(parameter["name"]))
