"""The short form of `benchmarks/hook_burst.py`: a burst of webhooks is one fetch of each record."""

import pytest

from benchmarks.hook_burst import play
from kam_sync.wiring import Services


@pytest.mark.heavy
def test_fifty_webhooks_about_each_of_40_deals_are_one_fetch_of_each(services: Services) -> None:
    found = play(services, deals=40)
    assert found.hooks == 2_000
    assert found.fetched >= 40
    assert found.missed == []
