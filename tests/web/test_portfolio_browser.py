"""The portfolio in a real browser: by keyboard, without reload, and for who cannot see colours."""

from uuid import UUID

import pytest

from tests.web.browsing import LOOKS, Scheme, browsing, faults
from tests.web.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def sold(fallen: UUID, world: World) -> UUID:
    """Beside the account with an alert there are two smaller ones."""
    source = world.add_source("other")
    world.add_companies(source, "Луг", "Лес")
    world.add_months(source, "1", *[900_000] * 14)
    world.add_months(source, "2", *[300_000] * 14)
    world.measure()
    return fallen


@pytest.mark.heavy
def test_the_map_is_walked_by_keyboard(sold: UUID, address: str) -> None:
    with browsing(width=1200) as page:
        page.goto(f"{address}/portfolio")
        page.locator("#pareto-drawing[data-drawn=true] canvas").wait_for()
        page.locator(".map.is-wide .tile").first.focus()
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert name.startswith("Луг, 10,8\N{NO-BREAK SPACE}млн\N{NO-BREAK SPACE}₽")
        page.keyboard.press("Shift+Tab")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/accounts/{sold}")


@pytest.mark.heavy
def test_sorting_swaps_the_table_alone_and_the_back_button_brings_it_back(
    sold: UUID, address: str
) -> None:
    with browsing(width=1200) as page:
        page.goto(f"{address}/portfolio")
        page.evaluate("document.getElementById('map').dataset.kept = 'yes'")
        names = page.locator("#list tbody th")
        page.locator("#list").get_by_role("link", name="Название").click()
        page.locator("#list [aria-sort=ascending]", has_text="Название").wait_for()
        assert names.all_inner_texts() == ["Лес", "Луг", "ООО «Ромашка»"]
        assert page.url == f"{address}/portfolio?by=name"
        assert page.locator("#map").get_attribute("data-kept") == "yes"

        page.locator("#q").press_sequentially("лу")
        page.wait_for_url(f"{address}/portfolio?q=%D0%BB%D1%83&by=name")
        page.locator("#found", has_text="1 клиент").wait_for()
        page.go_back()
        page.wait_for_url(f"{address}/portfolio")
        page.locator("#list [aria-sort=ascending]", has_text="№").wait_for()
        assert names.first.inner_text() == "ООО «Ромашка»"


@pytest.mark.heavy
def test_accounts_are_sorted_without_a_reload(sold: UUID, address: str) -> None:
    with browsing(width=1200) as page:
        page.goto(f"{address}/accounts")
        page.evaluate("document.querySelector('h1').dataset.kept = 'yes'")
        page.get_by_role("link", name="Выиграно за 12 месяцев").click()
        page.locator("[aria-sort=descending]").wait_for()
        assert page.locator("tbody th").first.inner_text() == "ООО «Ромашка»"
        assert page.locator("h1").get_attribute("data-kept") == "yes"
        page.get_by_label("Источник", exact=True).select_option("other")
        page.get_by_role("link", name="Ромашка").wait_for(state="detached")
        assert page.url == f"{address}/accounts?source=other&by=revenue"


@pytest.mark.heavy
@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_nobody_is_kept_out(sold: UUID, address: str, scheme: Scheme, width: int) -> None:
    with browsing(width=width, scheme=scheme) as page:
        for path in ("/portfolio", "/accounts"):
            page.goto(f"{address}{path}")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
