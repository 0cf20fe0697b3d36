"""A real browser finds no grave fault on the pages of ops, and rules and questions work there."""

from uuid import UUID

import pytest
from playwright.sync_api import Page

from tests.web import twins
from tests.web.browsing import LOOKS, Scheme, browsing, faults
from tests.web.world import World

pytestmark = pytest.mark.browser

PATHS = (
    "/sources", "/sources/sales", "/sources/sales/connected", "/sources/connect?kind=amocrm",
    "/settings", "/settings/installation", "/settings/health", "/channels", "/targets", "/kpis",
    "/rules", "/rules/new", "/rules/won_revenue",
)  # fmt: skip


def width_of(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


@pytest.mark.heavy
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_pages_of_ops_keep_nobody_out(
    world: World, fallen: UUID, address: str, width: int, scheme: Scheme
) -> None:
    world.add_run(1)
    world.set_aside(1, 2)
    with browsing(width=width, scheme=scheme) as page:
        for path in PATHS:
            page.goto(f"{address}{path}")
            assert (path, faults(page), width_of(page)) == (path, [], width)


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_the_pages_of_review_keep_nobody_out(
    world: World, address: str, width: int, scheme: Scheme
) -> None:
    twins.fill(world)
    with browsing(width=width, scheme=scheme) as page:
        for path in ("/matches", "/matches/people", "/matches/decisions"):
            page.goto(f"{address}{path}")
            assert (path, faults(page), width_of(page)) == (path, [], width)


@pytest.mark.heavy
def test_a_rule_is_tried_and_drawn_beside_as_it_is_saved(fallen: UUID, address: str) -> None:
    with browsing() as page:
        page.goto(f"{address}/rules/won_revenue?lang=ru")
        page.locator("input[value=keen]").check()
        page.get_by_role("button", name="Проверить на прошлогодних").click()
        page.locator("[data-bars=tried-data][data-drawn=true] canvas").wait_for()
        page.locator("[data-trace][data-drawn=true] canvas").wait_for()
        assert "По сохранённому правилу: 1." in page.locator("#tried").inner_text()
        assert page.get_by_label("Один клиент подробно").inner_text() == "ООО «Ромашка»"
        page.get_by_text("Значение за значением").click()
        assert "Здесь сообщили бы" in page.locator("#traced-values").inner_text()
        assert (faults(page), width_of(page)) == ([], 380)


def test_questions_are_answered_by_keyboard(world: World, address: str) -> None:
    twins.fill(world)
    with browsing(width=1200) as page:
        page.goto(f"{address}/matches?lang=ru")
        assert page.get_by_role("article").count() == 2
        page.keyboard.press("s")
        page.keyboard.press("n")
        page.get_by_text("Клиенты остаются разными").wait_for()
        assert page.get_by_role("article").count() == 1
        page.get_by_role("link", name="Проверка 1").wait_for()
        page.keyboard.press("u")
        page.get_by_role("link", name="Проверка 2").wait_for()
        assert page.get_by_role("article").count() == 2
