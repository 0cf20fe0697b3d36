"""Files for sources that read exports: sent here, listed, taken back before they are read."""

from collections.abc import AsyncIterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, Field

from kam_sync import dropping
from kam_sync.kpi.values import Moment
from kam_sync.web.deps import NamedSource, Serving

router = APIRouter(tags=["sources"])

_IN_MEMORY = 2**20
_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class File(BaseModel):
    """A file that was dropped for a source."""

    name: str = Field(examples=["deals.xlsx"])
    state: str = Field(description="waiting, done or failed.", examples=["waiting"])
    size: int = Field(description="Bytes.")
    at: Moment = Field(description="When it came.")


class Files(BaseModel):
    """The files of a source."""

    items: list[File]


async def _sent(request: Request) -> AsyncIterator[IO[bytes]]:
    """The body, as it comes; how large it may be is looked after in `bodies`."""
    with SpooledTemporaryFile(_IN_MEMORY) as kept:
        async for part in request.stream():
            kept.write(part)
        kept.seek(0)
        yield kept


FileName = Annotated[str, Path(description="The file's name, such as deals.xlsx.")]


@router.put(
    "/sources/{source}/files/{file_name}",
    openapi_extra=_BODY,
)
def put_file(
    services: Serving,
    source: NamedSource,
    file_name: FileName,
    sent: Annotated[IO[bytes], Depends(_sent)],
) -> File:
    """Send an export (CSV, XLSX, Parquet) to a source whose profile reads files.

    The next sync reads it; one of the same name that still waits is replaced.
    """
    return _file(dropping.drop(services, source.name, file_name, sent))


@router.get("/sources/{source}/files")
def list_files(services: Serving, source: NamedSource) -> Files:
    """The files of a source: those that wait, were read, and could not be read."""
    return Files(items=[_file(one) for one in dropping.dropped(services, source.name)])


@router.delete(
    "/sources/{source}/files/{file_name}",
    status_code=204,
)
def delete_file(services: Serving, source: NamedSource, file_name: FileName) -> None:
    """Take back a file that was not read yet."""
    dropping.take_back(services, source.name, file_name)


def _file(one: dropping.DroppedFile) -> File:
    return File(name=one.name, state=one.state, size=one.size, at=one.at)
