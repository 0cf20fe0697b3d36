"""The tables of the pages as files."""

from collections.abc import Callable, Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response, StreamingResponse
from pydantic import ValidationError

from kam_sync.access.roles import may
from kam_sync.base.errors import NotAllowed, NotHere
from kam_sync.privacy.model import About
from kam_sync.web.deps import Serving, asker
from kam_sync.web.noting import Noting
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.csv_file import write_csv
from kam_sync.web.pages.exporting.registry import EXPORTS, Export
from kam_sync.web.pages.exporting.table import Table
from kam_sync.web.pages.exporting.xlsx_file import write_xlsx
from kam_sync.web.render import Spoken

router = APIRouter()

_IN_MEMORY = 4_000_000
_AT_ONCE = 65_536
_CSV = "text/csv; charset=utf-8"
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Write = Callable[[Table, IO[bytes]], None]


class Asked:
    """One table as somebody asks for it. Raises NotHere for a table that there is not."""

    def __init__(
        self, request: Request, services: Serving, language: Spoken, notes: Noting, table: str
    ) -> None:
        if table not in EXPORTS:
            raise NotHere(f"export {table}: no such table; there are: {', '.join(EXPORTS)}")
        self._name, self._export = table, EXPORTS[table]
        if not may(asker(request), self._export.area):
            raise NotAllowed(f"export {table}: this role may not see {self._export.area.value}")
        self._services, self.language, self._notes = services, language, notes
        self.wanted = _filter(self._export, request)

    def answer(self, write: Write, ending: str, media_type: str) -> Response:
        """The file. It is written to the disk first: who reads slowly holds no connection to the
        database, and what goes wrong half-way is told, not cut off."""
        file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it is closed once it is sent
        try:
            with self._services.database.transaction() as session:
                asking = Asking(session, self._services, self.language)
                table = self._export.make(asking, self.wanted)
                write(table, file)
                self._note()
                name = f"{table.title} {asking.today}.{ending}"
        except BaseException:
            file.close()
            raise
        length = file.tell()
        plain = f"{self._name}-{name[-len(ending) - 11 :]}"
        return StreamingResponse(
            _chunks(file),
            media_type=media_type,
            headers={
                "Content-Length": str(length),
                "Content-Disposition": (
                    f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
                ),
                "Cache-Control": "no-store",
                "Vary": "Cookie",
            },
        )

    def _note(self) -> None:
        """Who took people away, and of which account."""
        if self._export.is_personal:
            self._notes.exported(About.ACCOUNT, getattr(self.wanted, "account", ""))


TableAsked = Annotated[Asked, Depends(Asked)]


@router.get("/export/{table}.csv")
def export_csv(asked: TableAsked) -> Response:
    """All rows that the filters in the address let through, as CSV."""
    is_plain = asked.wanted.plain
    return asked.answer(
        lambda table, out: write_csv(table, asked.language, out, plain=is_plain), "csv", _CSV
    )


@router.get("/export/{table}.xlsx")
def export_xlsx(asked: TableAsked) -> Response:
    """The same as XLSX."""
    return asked.answer(lambda table, out: write_xlsx(table, asked.language, out), "xlsx", _XLSX)


def _filter(export: Export, request: Request) -> Filter:
    try:
        return export.filter.model_validate(dict(request.query_params))
    except ValidationError as error:
        wrong = [{**one, "loc": ("query", *one["loc"])} for one in error.errors(include_url=False)]
        raise RequestValidationError(wrong) from error


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        file.seek(0)
        while chunk := file.read(_AT_ONCE):
            yield chunk
