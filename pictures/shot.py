"""A picture of a whole page once nothing on it moves any more."""

from base64 import b64decode

from playwright.sync_api import Page

_TALLEST = 1600
"""Pixels; what is below is more of the same."""
_QUALITY = 35
_AT_REST = """() => document.readyState === "complete" && !document.querySelector(
    "main .htmx-request, [hx-trigger='load'], [data-source]:not([data-drawn])"
)"""


def settle(page: Page) -> None:
    """Wait until parts that are fetched later are there and charts are drawn."""
    page.wait_for_function(_AT_REST)
    page.evaluate("document.fonts.ready")


def shoot(page: Page) -> bytes:
    """A WebP picture from the top of the page, of its whole width."""
    settle(page)
    width, height = page.evaluate(
        "[document.documentElement.clientWidth, document.documentElement.scrollHeight]"
    )
    asked = {
        "format": "webp",
        "quality": _QUALITY,
        "captureBeyondViewport": True,
        "clip": {"x": 0, "y": 0, "width": width, "height": min(height, _TALLEST), "scale": 1},
    }
    session = page.context.new_cdp_session(page)
    try:
        return b64decode(session.send("Page.captureScreenshot", asked)["data"])
    finally:
        session.detach()
