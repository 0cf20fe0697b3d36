"""The description of the API, for who is let in."""

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

router = APIRouter()


@router.get("/openapi.json")
def describe(request: Request) -> JSONResponse:
    """All paths with what they take and answer."""
    return JSONResponse(request.app.openapi())
