"""A real browser works through Today by keyboard: without a page reload, with undo, live."""

from collections.abc import Iterator
from uuid import UUID

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from kam_sync.alerts.store import AlertStore
from tests.web.browsing import LOOKS, Scheme, browsing, faults
from tests.web.test_pages import plain
from tests.web.world import World

pytestmark = pytest.mark.browser

_TWO_MORE = """
    INSERT INTO alert SELECT (jsonb_populate_record(a, jsonb_build_object(
        'id', gen_random_uuid(), 'rule', 'r' || n, 'assignee', 'Борис', 'rank', n
    ))).* FROM alert a, generate_series(1, 2) n
"""


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a desk."""
    with browsing(width=1200) as page:
        yield page


@pytest.fixture
def three(world: World, fallen: UUID) -> list[str]:
    """Three alerts of an account, in their order."""
    with world.services.database.transaction() as session:
        session.execute(sa.text(_TWO_MORE))
        found = AlertStore(session).alerts(account_id=fallen, limit=9)
        return [str(one.id) for one in sorted(found, key=lambda one: -one.rank)]


def focus(page: Page) -> str:
    """The id of what has the focus."""
    return str(page.evaluate("document.activeElement.id"))


def state(world: World, alert: str) -> str:
    """How an alert stands in the database."""
    with world.services.database.transaction() as session:
        return AlertStore(session).alert(UUID(alert)).state.value


def test_the_keyboard_moves_acts_and_takes_back_without_a_reload(
    world: World, three: list[str], address: str, page: Page
) -> None:
    page.goto(address)
    page.evaluate("window.isSame = true")
    for key, at in (("j", 0), ("j", 1), ("ArrowDown", 2), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert focus(page) == f"alert-{three[at]}"

    said = page.locator(f"#alert-{three[1]} .cause")
    expect(said).to_contain_text("−1,7 млн ₽: клиент")

    page.keyboard.press("a")
    page.locator("#happened").get_by_text("Вы взяли это в работу").wait_for()
    assert state(world, three[1]) == "acknowledged"
    expect(page.locator("#said")).to_contain_text("Вы взяли это в работу")  # for screen readers
    assert focus(page) == f"alert-{three[2]}"  # the next one
    expect(page.locator("#tab-needs .count")).to_have_text("2")
    page.keyboard.press("u")
    page.locator("#happened").get_by_text("Снова ждёт ответа").wait_for()
    assert state(world, three[1]) == "firing"
    assert page.locator("[data-row]").count() == 3

    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/alerts/*")


@pytest.mark.heavy
def test_forms_open_in_the_row_and_the_keys_are_letters_there(
    world: World, three: list[str], address: str, page: Page
) -> None:
    page.goto(address)
    page.evaluate("window.isSame = true")
    page.keyboard.press("j")
    page.keyboard.press("s")
    page.get_by_role("button", name="На неделю").wait_for()
    page.keyboard.press("r")  # no key while one answers
    page.get_by_label("Почему").focus()
    page.keyboard.type("rest")
    assert page.get_by_label("Почему").input_value() == "rest"
    page.keyboard.press("Escape")
    assert page.locator("form.act").count() == 0
    assert focus(page) == f"alert-{three[0]}"

    page.keyboard.press("s")
    page.get_by_role("button", name="На день").wait_for()
    page.keyboard.press("Enter")
    page.locator("#happened").get_by_text("Отложено до").wait_for()
    assert state(world, three[0]) == "snoozed"

    page.keyboard.press("e")
    page.get_by_label("Потому что").fill("сезон")
    page.keyboard.press("Enter")
    page.locator("#happened").get_by_text("так и должно быть.").wait_for()

    page.keyboard.press("r")
    page.get_by_label("ложная тревога").check()
    page.get_by_role("button", name="Закрыть", exact=True).last.click()
    page.locator("#happened").get_by_text("Открыть снова нельзя").wait_for()
    page.get_by_text("На всё есть ответ").wait_for()
    assert page.evaluate("window.isSame") is True


def test_other_keys_do_nothing_and_the_help_lists_them(
    world: World, three: list[str], address: str, page: Page
) -> None:
    page.goto(address)
    page.keyboard.press("j")
    for key in ("Control+a", "Alt+s", "Meta+r", "x"):
        page.keyboard.press(key)
    page.get_by_role("button", name="Клавиши").click()
    help_ = page.get_by_role("dialog", name="Клавиши")
    assert "к следующей" in help_.inner_text()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(help_).to_be_hidden()
    assert state(world, three[0]) == "firing"
    page.keyboard.press("/")
    assert focus(page) == "q"


@pytest.mark.heavy
def test_the_keys_are_where_they_are_on_a_russian_keyboard(
    world: World, three: list[str], address: str, page: Page
) -> None:
    page.goto(address)
    for typed, place in (("о", "KeyJ"), ("ф", "KeyA")):
        page.evaluate(
            "(one) => document.activeElement.dispatchEvent(new KeyboardEvent('keydown', one))",
            {"key": typed, "code": place, "bubbles": True, "cancelable": True},
        )
    page.locator("#happened").get_by_text("Вы взяли это в работу").wait_for()
    assert state(world, three[0]) == "acknowledged"


@pytest.mark.heavy
def test_the_list_follows_what_others_do_and_spares_who_writes(
    world: World, three: list[str], address: str, page: Page
) -> None:
    def take(alert: str) -> None:
        done = page.request.post(f"{address}/api/v1/alerts/{alert}/acknowledge", data={})
        assert done.ok

    with page.expect_response("**/events?*"):
        page.goto(address)
    page.keyboard.press("j")  # what it comes from is asked for after the stream of events
    expect(page.locator(f"#alert-{three[0]} .cause")).not_to_be_empty()
    take(three[1])
    expect(page.locator(f"#alert-{three[1]}")).to_have_count(0, timeout=15_000)
    assert focus(page) == f"alert-{three[0]}"
    expect(page.locator("#tab-taken .count")).to_have_text("1")

    page.keyboard.press("c")
    page.get_by_label("Заметка").fill("звонил")
    take(three[2])
    page.get_by_role("button", name="Есть новое: показать").click(timeout=15_000)
    expect(page.locator(f"#alert-{three[2]}")).to_have_count(0)


@pytest.mark.heavy
def test_events_are_heard_also_where_their_script_comes_late(
    three: list[str], address: str, page: Page
) -> None:
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route("**/hx-sse.min.js*", hold)
    with page.expect_request("**/events?*"):
        with page.expect_response("**/htmx.min.js*"):
            page.goto(address, wait_until="commit")
        page.locator("#live").wait_for(state="attached")
        page.evaluate("new Promise((done) => setTimeout(done, 100))")  # all else has run by now
        late[0].continue_()
    page.wait_for_load_state()


@pytest.mark.heavy
def test_filters_change_the_address_and_the_list_without_a_reload(
    three: list[str], address: str, page: Page
) -> None:
    page.goto(address)
    page.evaluate("window.isSame = true")
    page.get_by_label("Чьи").select_option("Борис")
    expect(page.locator("[data-row]")).to_have_count(2)
    assert "owner=%D0%91%D0%BE%D1%80%D0%B8%D1%81" in page.url
    page.get_by_label("Название клиента").press_sequentially("нет такого")
    page.get_by_role("link", name="Показать все").wait_for()
    assert focus(page) == "q"
    page.get_by_role("link", name="Все открытые").click()
    expect(page.locator("#tab-all")).to_have_attribute("aria-current", "page")
    assert page.evaluate("window.isSame") is True


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_nothing_keeps_people_out(
    three: list[str], address: str, width: int, scheme: Scheme
) -> None:
    with browsing(width=width, scheme=scheme) as page:
        for path in ("/", "/?state=all&q=none", f"/alerts/{three[0]}?do=resolve"):
            page.goto(f"{address}{path}")
            assert faults(page) == []
            assert page.evaluate("document.documentElement.scrollWidth") == width
        page.goto(address)
        page.get_by_text("Ещё").first.click()
        page.locator(".menu[open]").get_by_role("link", name="Отложить").click()
        page.get_by_role("button", name="На неделю").wait_for()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.heavy
def test_the_page_of_an_alert_acts_without_a_reload_and_takes_back(
    world: World, three: list[str], address: str, page: Page
) -> None:
    page.goto(f"{address}/alerts/{three[0]}")
    page.evaluate("window.isSame = true")
    page.keyboard.press("s")
    page.get_by_role("button", name="На неделю").click()
    page.locator("#happened").get_by_text("Отложено до").wait_for()
    expect(page.locator("#history li")).to_have_count(2)
    page.keyboard.press("u")
    page.locator("#happened").get_by_text("Снова ждёт ответа").wait_for()
    page.keyboard.press("c")
    page.get_by_label("Заметка").fill("звонил, ждут бюджета")
    page.keyboard.press("Enter")
    page.locator("#history").get_by_text("звонил, ждут бюджета").wait_for()
    page.get_by_text("Значения таблицей").click()
    october = page.get_by_role("row", name="октябрь 2026").inner_text()
    assert plain(october).endswith("1 200 000 ₽")
    assert page.evaluate("window.isSame") is True
    assert state(world, three[0]) == "firing"
