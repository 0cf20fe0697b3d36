"""Many requests at once wait for each other without standing still."""

from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import httpx


def test_more_requests_than_connections_are_all_answered(fallen: UUID, address: str) -> None:
    paths = ["/", "/accounts", "/sources", f"/accounts/{fallen}", "/api/v1/deals", "/readyz"]

    def ask(number: int) -> int:
        return httpx.get(address + paths[number % len(paths)], timeout=25).status_code

    with ThreadPoolExecutor(90) as many:
        answers = list(many.map(ask, range(270)))

    assert set(answers) == {200}
