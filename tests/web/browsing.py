"""A real browser that fails the test when anything on a page breaks, and looks for what keeps
people with a screen reader or a keyboard out."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, sync_playwright

_CHROMIUM = shutil.which("chromium")
_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_GRAVE = {"serious", "critical"}

Scheme = Literal["light", "dark"]

LOOKS = [("dark", 380), pytest.param("light", 1200, marks=pytest.mark.heavy)]
"""The theme of a page and its width: of a phone, and of a screen on a desk."""


def needs_chromium() -> None:
    """Skip the test where there is no browser, or fail where there has to be one."""
    if _CHROMIUM is None:
        missing = "no chromium on this machine: apt-get install chromium"
        (pytest.fail if "KAM_SYNC_REQUIRE_BROWSER" in os.environ else pytest.skip)(missing)  # noqa: TID251 - of this run


@contextmanager
def browsing(
    *,
    width: int = 380,
    height: int = 800,
    scheme: Scheme = "light",
    expected: frozenset[int] = frozenset(),
) -> Iterator[Page]:
    """A page of a real browser; at the end nothing on it may have broken.

    Broken is: an error in the console (what the Content-Security-Policy forbids is one), an
    uncaught error, an answer of 400 or more that is not expected, a request that failed.
    """
    needs_chromium()
    broken: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGS)
        page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
        page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: broken.append(str(error)))
        page.on("response", lambda r: broken.append(f"{r.status} {r.url}") if r.status > 399 else 0)
        page.on("requestfailed", lambda r: None if _is_left(r) else broken.append(r.url))
        yield page
        browser.close()
    refused = tuple(f"{status} " for status in expected)
    words = tuple(f"status of {status} " for status in expected)
    found = [one for one in broken if not (one.startswith(refused) or _has(one, words))]
    assert found == [], found


def _has(said: str, words: tuple[str, ...]) -> bool:
    return any(word in said for word in words)


def _is_left(request: Request) -> bool:
    """Whether it was under way when its page was left: a stream of events always is, and what a
    part of a page asks for when one is quick. A file that a page needs never is."""
    return request.failure == "net::ERR_ABORTED" and request.resource_type in {
        "fetch", "document"
    }  # fmt: skip


def faults(page: Page) -> list[str]:
    """What axe finds serious or critical on the page, each as the rule and the place."""
    found = Axe().run(page).response["violations"]
    return [
        f"{one['id']}: {node['target'][0]}"
        for one in found
        if one["impact"] in _GRAVE
        for node in one["nodes"]
    ]
