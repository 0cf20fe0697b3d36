"""Many requests at once wait for each other without standing still."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx
import pytest

from tests.fakes.browsing import TRUST


@pytest.mark.heavy
def test_more_requests_than_connections_are_all_answered(fallen: UUID, address: str) -> None:
    paths = ["/", "/accounts", "/sources", f"/accounts/{fallen}", "/api/v1/deals", "/readyz"]

    def ask(number: int) -> int:
        path = paths[number % len(paths)]
        return httpx.get(address + path, timeout=25, verify=TRUST).status_code

    with ThreadPoolExecutor(90) as many:
        answers = list(many.map(ask, range(270)))

    assert set(answers) == {200}
