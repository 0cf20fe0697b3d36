"""`kam-sync source set --base-url`: only the same CRM account may be at another address."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, date, datetime
from typing import Any

import orjson
import pytest

from connectors import About
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync.asking import refuse_another
from kam_sync.base.errors import WrongUse
from kam_sync.intake.model import Source
from tests.commands import Command
from tests.fakes.portal import TODAY, portal


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


def test_a_source_that_was_not_pulled_yet_moves_without_a_question(
    kam_sync: Command, elsewhere: AmoSandbox
) -> None:
    assert kam_sync("source", "set", "sales", "--base-url", elsewhere.url).code == 0
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


@pytest.fixture
def portals() -> Iterator[list[BitrixSandbox]]:
    """A portal, the same at another address, and somebody else's with some ids of the first."""
    stranger = MadeUpWorld(seed=8, size=2, deals=12, contacts=3, today=TODAY)
    with ExitStack() as opened:
        boxes = [portal(), portal(), BitrixSandbox(stranger, rate=0)]
        yield [opened.enter_context(box) for box in boxes]


@pytest.mark.heavy
def test_the_same_portal_is_read_on_and_another_one_is_read_anew(
    kam_sync: Command, portals: list[BitrixSandbox]
) -> None:
    first, renamed, other = portals

    def synced() -> dict[str, Any]:
        nouns: dict[str, Any] = kam_sync("sync", "shop", "--json").document["sources"][0]["nouns"]
        return nouns

    def there() -> dict[str, int]:
        nouns = kam_sync("source", "status", "shop", "--json").document["nouns"]
        return {one["noun"]: one["records"] for one in nouns}

    kam_sync(
        "source", "add", "shop", "--kind", "bitrix24", "--base-url", first.url,
        "--token", first.token, "--set", "per_second=0",
    )  # fmt: skip
    before = synced()
    moved = ("source", "set", "shop", "--set", f"account={first.host}", "--base-url")
    asked = kam_sync(*moved, renamed.url)
    assert (asked.code, "it is the same account, nothing is read again" in asked.err) == (2, True)
    assert kam_sync(*moved, renamed.url, "--yes").code == 0
    on = synced()
    assert (on["deal"]["read"], on["company"]["read"]) == (0, 0)

    asked = kam_sync(*moved, other.url)
    assert (asked.code, "taken for another account: all of it is read anew" in asked.err) == (
        2,
        True,
    )
    done = kam_sync(*moved, other.url, "--yes")
    assert (done.code, "source held shop" in done.err) == (0, True)
    anew = synced()
    assert anew["deal"]["read"] == other.count("deal")
    assert anew["deal"]["held"] == first.count("deal") - other.count("deal")
    held = kam_sync("source", "held", "shop", "--json").document["held"]
    assert {"deal", "event"} <= {one["noun"] for one in held}
    for one in held:
        assert kam_sync("source", "approve", "shop", one["noun"], "--yes").code == 0
    left = there()
    assert (left["company"], left["deal"]) == (anew["company"]["read"], other.count("deal"))
    assert before["event"]["read"] > left["event"] == anew["event"]["read"]
