"""`kam-sync source set --base-url`: only the same CRM account may be at another address."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import orjson
import pytest

from connectors import About
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync.asking import refuse_another
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import Source
from tests.cli.conftest import Command


@pytest.fixture
def elsewhere(connected: AmoSandbox) -> Iterator[AmoSandbox]:
    """The account of `sales` at another address."""
    with AmoSandbox(
        MadeUpWorld(size=1, today=date(2026, 11, 1)), rate=0, token=connected.token
    ) as box:
        yield box


def test_a_source_does_not_move_to_another_account(
    kam_sync: Command, connected: AmoSandbox, elsewhere: AmoSandbox
) -> None:
    other = orjson.dumps({"id": 30000002, "name": "Other"})
    elsewhere.faults.append(Fault(path="/api/v4/account", status=200, body=other, times=None))
    said = kam_sync("source", "set", "sales", "--base-url", elsewhere.url, "--yes")
    assert said.code == 2
    assert "this is account 30000002 (Other), the source was account 30000001" in said.err
    listed = kam_sync("source", "list", "--json").document["sources"]
    assert listed[0]["base_url"] == connected.url


def test_a_source_follows_its_account_when_a_person_says_so(
    kam_sync: Command, connected: AmoSandbox, elsewhere: AmoSandbox
) -> None:
    asked = kam_sync("source", "set", "sales", "--base-url", elsewhere.url)
    assert (asked.code, "to go on: --yes" in asked.err) == (2, True)
    assert kam_sync("source", "list", "--json").document["sources"][0]["base_url"] == connected.url
    assert kam_sync("source", "set", "sales", "--base-url", elsewhere.url, "--yes").code == 0
    assert kam_sync("source", "list", "--json").document["sources"][0]["base_url"] == elsewhere.url
    assert kam_sync("source", "set", "sales", "--base-url", f"{elsewhere.url}/").code == 0


def test_an_account_that_is_known_by_its_address_may_be_said_to_be_the_same() -> None:
    source = Source(
        id=1, name="shop", kind="megaplan", base_url="https://old.megaplan.ru",
        remote_account="old.megaplan.ru", created_at=datetime(2026, 11, 1, tzinfo=UTC),
    )  # fmt: skip
    with pytest.raises(WrongUse, match=r"say account=old\.megaplan\.ru"):
        refuse_another(source, About("new.megaplan.ru", "new"))
    refuse_another(source, About("old.megaplan.ru", "new"))
