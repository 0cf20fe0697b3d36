"""All pages of the demo, in both themes, wide and narrow: nothing breaks, nobody is kept out, and
no page is heavy."""

from collections.abc import Iterator

import httpx
import pytest
from fastapi.routing import APIRoute
from playwright.sync_api import Page

from kam_sync.web.routes import PAGES
from pictures.current import NOTED, digest
from pictures.served import served
from pictures.shot import settle
from pictures.tour import tour
from tests.web.browsing import browsing, faults, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.heavy]

_HEAVIEST = 600_000
"""Bytes of a page with all that it loads, compressed, when nothing is kept from before."""
_LIGHTEST = 20_000
"""What each page loads of scripts and styles at least, or nothing was weighed."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A demo of its own."""
    needs_chromium()
    folder = tmp_path_factory.mktemp("demo")
    with served(folder, "demo", KAM_SYNC_DATA_DIR=str(folder / "data")) as address:
        yield address


_NOT_SHOWN = {
    "/matches/anew",  # a part of a page
    "/oauth/{kind}/callback", "/oauth/{kind}/disconnect", "/oauth/consents/{digest}",  # a CRM's
    "/export/{table}.csv", "/export/{table}.xlsx",  # files
    "/privacy/people/{person_id}/export",
    "/privacy/erasures/{erasure_id}",  # nobody is erased in the demo
    "/accounts/{account_id}/contacts",  # the address of old of people
    "/sources/{source}/reauth", "/sources/{source}/files",  # of kinds that the demo has none of
    "/sources/{source}/ledger/{noun}",  # of a check that was done
}  # fmt: skip
"""Pages that the tour has no example of in a demo."""


def test_every_page_has_an_example_is_sound_and_is_not_heavy(demo: str) -> None:
    with httpx.Client(base_url=demo, timeout=60) as client:
        pages = tour(client)
    assert without_example(pages) - _NOT_SHOWN == set()
    found, weights = [], {}
    for scheme, width in (("light", 380), ("dark", 1200)):
        with browsing(width=width, scheme=scheme) as page:
            bytes_of = weighed(page)
            for name, path in pages.items():
                bytes_of.clear()
                page.goto(demo + path)
                settle(page)
                weights[name] = sum(bytes_of)
                found += [f"{name} {scheme}: {fault}" for fault in faults(page)]
                found += [f"{name}: wider than {width}"] * is_too_wide(page, width)
    assert found == []
    assert min(weights.values()) > _LIGHTEST
    assert {name: weight for name, weight in weights.items() if weight > _HEAVIEST} == {}


def without_example(pages: dict[str, str]) -> set[str]:
    """The pages of the application that the tour does not lead to."""
    paths = [path.partition("?")[0] for path in pages.values()]
    known = {
        route.path: route.path_regex
        for router, _ in PAGES
        for route in router.routes
        if isinstance(route, APIRoute) and "GET" in route.methods
    }
    return {at for at, regex in known.items() if not any(map(regex.match, paths))}


def test_the_pictures_in_the_docs_are_of_these_pages() -> None:
    assert NOTED.read_text().strip() == digest(), "take them again: ./run pictures"


def is_too_wide(page: Page, width: int) -> bool:
    """Whether one has to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth") > width)


def weighed(page: Page) -> list[int]:
    """The bytes of each answer as they come over the wire, filled while pages load; nothing is kept
    from the page before."""
    found: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda one: found.append(int(one["encodedDataLength"])))
    return found
