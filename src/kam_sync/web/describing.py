"""The description of the API, for who is let in."""

from typing import Any

from fastapi import APIRouter, Request

router = APIRouter()


@router.get("/openapi.json")
def describe(request: Request) -> dict[str, Any]:
    """All paths with what they take and answer."""
    found: dict[str, Any] = request.app.openapi()
    return found
