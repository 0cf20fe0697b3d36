"""A small sandbox Bitrix24 and the connector on it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from connectors.bitrix24 import Bitrix24
from connectors.kit.contract import Credentials, Page
from connectors.kit.records import Noun, RawRecord, Record
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.world import MadeUpWorld

TODAY = date(2026, 11, 1)


@contextmanager
def portal(deals: int = 30, **more: Any) -> Iterator[BitrixSandbox]:
    """A portal of three companies."""
    world = MadeUpWorld(size=3, deals=deals, contacts=5, today=TODAY)
    with BitrixSandbox(world, **({"rate": 0} | more)) as box:
        yield box


@contextmanager
def connected(
    box: BitrixSandbox,
    options: Mapping[str, str] | None = None,
    token: str | None = None,
    fields: Mapping[str, str] | None = None,
) -> Iterator[Bitrix24]:
    """The connector, by the webhook where no token is given."""
    asked = {"per_second": "0"} | dict(options or {})
    crm = Bitrix24(Credentials(box.url, token or box.token, asked, fields or {}))
    try:
        yield crm
    finally:
        crm.close()


def records(pages: Iterable[Page]) -> list[RawRecord]:
    """What all pages hold."""
    return [raw for page in pages for raw in page.records]


def pulled(crm: Bitrix24, noun: Noun, cursor: str | None = None) -> tuple[list[RawRecord], str]:
    """All records of a pull, and the cursor at its end."""
    pages = list(crm.pull(noun, cursor))
    kept = [page.cursor for page in pages if page.cursor]
    return records(pages), kept[-1] if kept else ""


def said(crm: Bitrix24, noun: Noun) -> dict[str, Record]:
    """All records of a noun in our words, by id."""
    return {raw.external_id: crm.translate(raw) for raw in records(crm.pull(noun, None))}
