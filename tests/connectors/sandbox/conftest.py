"""A small made-up world, amoCRM sandboxes on it, and a client that reads them."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.fakes.browsing import TRUST

TODAY = date(2026, 11, 23)
MAVEN = Path(__file__).parents[4] / "shared" / "data" / "maven_crm"

OpenBox = Callable[..., AmoSandbox]
Get = Callable[..., httpx.Response]
Send = Callable[..., httpx.Response]


@pytest.fixture(scope="session")
def world() -> MadeUpWorld:
    return MadeUpWorld(today=TODAY)


@pytest.fixture
def open_box() -> Iterator[OpenBox]:
    """Sandboxes without a rate limit unless they ask for one, closed at the end."""
    with ExitStack() as stack:

        def opened(world: Any = None, **switches: Any) -> AmoSandbox:
            small = world or MadeUpWorld(size=5, deals=60, contacts=12, today=TODAY)
            return stack.enter_context(AmoSandbox(small, **({"rate": 0} | switches)))

        yield opened


@pytest.fixture
def box(open_box: OpenBox) -> AmoSandbox:
    return open_box()


@pytest.fixture
def get() -> Iterator[Get]:
    """Read one address of a sandbox with its token; brackets are sent as they are."""
    with httpx.Client(verify=TRUST) as client:

        def got(box: AmoSandbox, what: str, token: str | None = None) -> httpx.Response:
            headers = {"Authorization": f"Bearer {token or box.token}"}
            return client.get(f"{box.url}/api/v4/{what}", headers=headers)

        yield got


@pytest.fixture
def send() -> Iterator[Send]:
    """Write to one address of a sandbox with its token."""
    with httpx.Client(verify=TRUST) as client:

        def sent(box: AmoSandbox, method: str, what: str, json: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {box.token}"}
            return client.request(method, f"{box.url}/api/v4/{what}", headers=headers, json=json)

        yield sent


@pytest.fixture
def walk(get: Get) -> Callable[..., list[dict[str, Any]]]:
    """All rows of a list, page by page until 204."""

    def walked(box: AmoSandbox, noun: str, query: str = "limit=250") -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = 1
        while (answer := get(box, f"{noun}?{query}&page={page}")).status_code != 204:
            found.extend(answer.json()["_embedded"][noun.rpartition("/")[2]])
            page += 1
        return found

    return walked


@pytest.fixture(scope="session")
def maven() -> Path:
    """The folder of CRM Sales Opportunities data, where there is one."""
    if not MAVEN.is_dir():
        pytest.skip(f"the CRM Sales Opportunities data is not at {MAVEN}")
    return MAVEN
