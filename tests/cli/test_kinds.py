"""What can be connected is listed with what is needed for it."""

from connectors import registry
from tests.cli.conftest import Command


def test_each_kind_is_listed_with_an_address_and_what_its_token_is(kam_sync: Command) -> None:
    said = kam_sync("source", "kinds", "--json").document["kinds"]
    assert [one["kind"] for one in said] == registry.kinds()
    assert all(one["title"] and one["address"] and one["token"] for one in said)
    shown = kam_sync("source", "kinds").out
    assert all(one["kind"] in shown for one in said)
