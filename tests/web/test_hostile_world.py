"""A CRM full of attacks: nothing of them runs, and nothing breaks, wherever they are shown."""

import csv
from collections.abc import Iterator
from datetime import date
from io import BytesIO, StringIO

import httpx
import openpyxl
import pytest

from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.web.app import create_app
from kam_sync.web.pages.exporting.registry import EXPORTS
from kam_sync.wiring import Services
from pictures.shot import settle
from pictures.tour import tour
from tests.commands import Command
from tests.fakes.connecting import connect
from tests.fakes.hostile import PAYLOAD, HostileSandbox
from tests.web.browsing import browsing
from tests.web.conftest import served

pytestmark = [pytest.mark.heavy, pytest.mark.browser]

COMMANDS = (
    "source status", "source set-aside", "source fields shop", "portfolio", "match review",
    "people review", "rules list", "ledger list", "doctor", "group list", "sync", "detect", "kpi",
)  # fmt: skip


@pytest.fixture
def address(services: Services) -> Iterator[str]:
    world = MadeUpWorld(size=12, today=date(2026, 11, 1))
    with HostileSandbox(world, rate=0) as box:
        source = connect(services, box)
        flow.sync(services, source.id)
        flow.measure(services)
        with served(create_app(services)) as address:
            yield address


@pytest.fixture
def client(address: str) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=address, timeout=60) as client:
        yield client


def test_no_page_runs_what_a_crm_says(client: httpx.Client, address: str) -> None:
    pages = tour(client)
    assert {"alert", "account", "account-timeline", "source-fields"} <= set(pages)
    shown = 0
    with browsing(width=1200) as page:
        page.on("dialog", lambda dialog: pytest.fail(dialog.message))
        for name, path in pages.items():
            page.goto(address + path)
            settle(page)
            assert not page.evaluate("window.hit"), name
            assert not page.locator("img[src=x]").count(), name
            assert "49" not in page.title(), name
            shown += "onerror=window.hit" in page.content()
    assert shown > 15


def test_no_export_holds_a_formula(client: httpx.Client) -> None:
    [account, *_] = client.get("/api/v1/accounts?limit=1").json()["items"]
    seen = 0
    for table in EXPORTS:
        asked = {"account": account["id"], "kpi": "won_revenue", "source": "shop"}
        answer = client.get(f"/export/{table}.csv", params=asked)
        if answer.status_code != 200:
            answer = client.get(f"/export/{table}.csv", params={"account": account["id"]})
        if answer.status_code != 200:
            continue
        cells = [cell for row in csv.reader(StringIO(answer.text), delimiter=";") for cell in row]
        seen += any("HYPERLINK" in cell for cell in cells)
        assert [cell for cell in cells if cell.startswith(("=", "@", "\t", "\r"))] == [], table
        asked_for = answer.request.url.params
        sheet = client.get(f"/export/{table}.xlsx", params=asked_for)
        book = openpyxl.load_workbook(BytesIO(sheet.content))
        kinds = {cell.data_type for row in book.active.iter_rows() for cell in row}
        assert "f" not in kinds, table
        assert "\r" not in sheet.headers["content-disposition"]
    assert seen > 3


def test_no_command_obeys_a_crm(kam_sync: Command, address: str) -> None:
    shown = 0
    for words in COMMANDS:
        said = kam_sync(*words.split())
        assert "Traceback" not in said.err, words
        for text in (said.out, said.err):
            assert "\x1b]0" not in text, words
            assert "\x07" not in text, words
            shown += "HYPERLINK" in text
    assert shown >= 2


def test_the_payload_came_through_to_the_store(client: httpx.Client) -> None:
    [account, *_] = client.get("/api/v1/accounts?limit=1").json()["items"]
    assert "onerror=window.hit" in account["name"]
    assert PAYLOAD.split("\x1b")[0] in account["name"]
