"""A real browser looks at each part of an account, by keyboard, on a phone, light and dark."""

from datetime import timedelta
from uuid import UUID

import pytest

from connectors import Noun
from tests.web.browsing import LOOKS, Scheme, browsing, faults
from tests.web.test_account_parts import PARTS, open_deal
from tests.web.world import WHEN, World, won_deal

pytestmark = pytest.mark.browser


@pytest.fixture
def busy(world: World, fallen: UUID) -> UUID:
    """An account with an open alert, a large deal and deals in work."""
    world.save(
        1, Noun.DEAL, won_deal("big", "1", 9_000_000, WHEN - timedelta(days=150)),
        open_deal("o1", "Насосы", "1", 100_000, 90),
    )  # fmt: skip
    world.measure()
    return fallen


@pytest.mark.heavy
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_each_part_of_an_account_can_be_read_by_all(
    busy: UUID, address: str, scheme: Scheme, width: int
) -> None:
    with browsing(width=width, scheme=scheme) as page:
        for part in PARTS:
            page.goto(f"{address}/accounts/{busy}{part}")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.heavy
def test_a_person_goes_through_the_parts_by_keyboard_to_the_marks_of_the_chart(
    busy: UUID, address: str
) -> None:
    with browsing(width=1200, height=1000) as page:
        page.goto(f"{address}/accounts/{busy}?lang=en")
        page.get_by_role("link", name="Overview").focus()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/accounts/{busy}/figures")
        page.get_by_role("link", name="3 years").click()
        drawing = page.locator("#chart-drawing[data-drawn=true]")
        drawing.locator("canvas").wait_for()
        at = drawing.bounding_box()
        assert at is not None
        page.mouse.move(at["x"] + at["width"] - 28, at["y"] + 60)

        assert "Alert opened" in page.locator("#chart-reading").inner_text()
        assert page.get_by_text("large deal won").is_visible()


@pytest.mark.heavy
def test_open_alerts_are_read_anew_when_something_has_become_of_one(
    busy: UUID, address: str
) -> None:
    with browsing(width=1200) as page:
        page.goto(f"{address}/accounts/{busy}?lang=en")
        assert page.locator("#alerts .alert").count() > 0
        found = page.request.get(f"{address}/api/v1/alerts", params={"limit": 50}).json()["items"]
        for alert in found:
            path = f"{address}/api/v1/alerts/{alert['id']}/resolve"
            assert page.request.post(path, data={"outcome": "false"}).ok
        page.evaluate("htmx.trigger('#live', 'alerts')")
        page.get_by_text("None: no key figure is worse than usual.").wait_for()


@pytest.mark.heavy
def test_an_account_prints_as_a_summary_without_navigation(busy: UUID, address: str) -> None:
    with browsing(width=800) as page:
        page.goto(f"{address}/accounts/{busy}?lang=en")
        assert page.get_by_role("button", name="Print").is_visible()
        page.emulate_media(media="print")
        assert not page.get_by_role("link", name="Key figures").first.is_visible()
        assert not page.get_by_role("button", name="Print").is_visible()
        assert page.get_by_role("heading", name="ООО «Ромашка»").is_visible()
        assert page.locator(".print-line").get_by_text("As of Nov 23, 2026").is_visible()
        assert len(page.pdf(format="A4")) > 0
