"""What can be connected is listed with what is needed for it."""

import pytest

from connectors import registry
from kam_sync.cli import show
from tests.commands import Command


def test_each_kind_is_listed_with_an_address_and_what_its_token_is(kam_sync: Command) -> None:
    said = kam_sync("source", "kinds", "--json").document["kinds"]
    assert [one["kind"] for one in said] == registry.kinds()
    assert all(one["title"] and one["address"] and one["token"] for one in said)
    shown = kam_sync("source", "kinds").out
    assert all(one["kind"] in shown for one in said)


def test_in_a_narrow_terminal_a_sentence_has_the_whole_width(
    kam_sync: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show.out, "width", 80)
    lines = kam_sync("source", "kinds").out.splitlines()
    assert max(map(len, lines)) <= 80
    sentences = [line for line in lines if line.startswith("  ")]
    assert sum(map(len, sentences)) / len(sentences) > 40
