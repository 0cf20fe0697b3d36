"""A real browser walks from Today to a drawn chart and finds nothing broken on the way."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import pytest
from playwright.sync_api import Page

from connectors import Field, Noun
from connectors.sandbox.amocrm import AmoSandbox, OAuthApp
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.alerts.store import AlertStore
from tests.fakes.listener import Listener
from tests.web import twins
from tests.web.browsing import browsing
from tests.web.parted import part
from tests.web.world import World

pytestmark = pytest.mark.browser


@pytest.fixture
def page() -> Iterator[Page]:
    """A phone's page."""
    with browsing() as page:
        yield page


def test_a_person_walks_from_today_to_the_chart(fallen: UUID, address: str, page: Page) -> None:
    page.goto(address)
    page.get_by_role("link", name="ООО «Ромашка»").click()
    page.wait_for_url(f"{address}/accounts/{fallen}")
    page.get_by_role("link", name="Выручка выигранных сделок, RUB", exact=True).click()
    page.locator("#chart-drawing[data-drawn=true] canvas").wait_for()

    assert page.url == f"{address}/accounts/{fallen}/figures?kpi=won_revenue.RUB#chart"
    assert "ноябрь 2026" in page.locator("#chart-reading").inner_text()
    assert page.evaluate("document.documentElement.scrollWidth") == 380

    page.get_by_role("link", name="Дней с последней выигранной сделки", exact=True).click()
    page.locator("#chart-drawing[data-drawn=true] canvas").wait_for()
    assert page.locator("#chart-title").inner_text() == "Дней с последней выигранной сделки"


def test_the_page_of_an_alert_says_why_it_moved(
    world: World, fallen: UUID, address: str, page: Page
) -> None:
    with world.services.database.transaction() as session:
        found = AlertStore(session).alerts(account_id=fallen, limit=10)
        [alert] = [one.id for one in found if one.kpi == "won_revenue"]
    page.goto(f"{address}/alerts/{alert}")
    page.get_by_text("1,7 млн ₽: клиент").wait_for()
    page.get_by_role("link", name="те же месяцы годом раньше").click()
    page.get_by_role("link", name="столько же месяцев до этого").wait_for()
    assert page.url == f"{address}/alerts/{alert}"
    assert page.evaluate("document.documentElement.scrollWidth") == 380


def test_the_search_finds_while_one_types(world: World, address: str, page: Page) -> None:
    world.add_companies(world.add_source(), "Вега", "Альфа")
    page.goto(f"{address}/accounts")

    page.get_by_role("searchbox").press_sequentially("альф")
    page.get_by_role("link", name="Вега").wait_for(state="detached")

    assert page.get_by_role("link", name="Альфа").is_visible()
    assert page.url.endswith("/accounts?q=%D0%B0%D0%BB%D1%8C%D1%84")


@pytest.mark.heavy
def test_everything_can_be_reached_by_keyboard(fallen: UUID, address: str, page: Page) -> None:
    page.goto(address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent") == "ООО «Ромашка»":
            break
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/accounts/{fallen}")


def test_a_person_says_which_custom_field_is_which(world: World, address: str, page: Page) -> None:
    source = world.add_source()
    world.save(source, Noun.FIELD, Field("company/1", Noun.COMPANY, "Налоговый номер", "text"))
    page.goto(f"{address}/sources")

    page.get_by_role("link", name="sales").click()
    page.get_by_role("link", name="Какое поле что значит").click()
    page.get_by_label("ИНН компании").select_option("company/1")
    page.get_by_role("button", name="Всё верно").click()

    page.get_by_role("status").wait_for()
    assert page.get_by_label("ИНН компании").input_value() == "company/1"
    assert page.evaluate("document.documentElement.scrollWidth") == 380


def test_a_person_connects_amocrm_in_a_browser(world: World, address: str, page: Page) -> None:
    app = OAuthApp("aaaa-1111", "s3cr3t", f"{address}/oauth/amocrm/callback")
    shop = MadeUpWorld(size=2, deals=3, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(shop, rate=0, oauth=app) as box:
        page.goto(f"{address}/sources?lang=en")
        page.get_by_role("link", name="Connect a CRM").first.click()
        page.get_by_label("Name here").fill("sales")
        page.get_by_label("Address of your account").fill(box.url)
        page.get_by_label("By OAuth").check()
        page.get_by_label("Client id").fill(app.client_id)
        page.get_by_label("Client secret").fill(app.client_secret)
        page.get_by_role("button", name="Connect").click()
        page.get_by_role("link", name="Open amoCRM and allow").click()
        page.get_by_role("link", name="Разрешить").click()
        page.get_by_role("link", name="Which custom field is which").click()

        assert page.url == f"{address}/sources/sales/fields"
        assert page.evaluate("document.documentElement.scrollWidth") == 380


def test_a_person_switches_webhooks_off_and_on(world: World, address: str, page: Page) -> None:
    world.add_source("sales")
    page.goto(f"{address}/sources/sales")
    for button, said in (
        ("Отключить вебхуки", "Вебхуки: отключаются"),
        ("Включить вебхуки", "Вебхуки: ещё не запрошены"),
    ):
        page.get_by_role("button", name=button).click()
        page.get_by_text(said).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 380


def test_a_person_finds_what_differs_and_has_it_put_right(
    world: World, address: str, page: Page
) -> None:
    part(world)
    page.goto(f"{address}/sources?lang=ru")
    page.locator("tbody").get_by_role("link").first.click()
    page.get_by_role("link", name="Сверка", exact=True).click()
    page.get_by_role("link", name="Сделки").click()
    assert page.get_by_role("row", name="53").get_by_text("только в CRM").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 380
    page.get_by_role("button", name="Исправить расхождения").click()
    assert (
        page.get_by_role("status").inner_text() == "Поставлено в очередь и начнётся в свой черёд."
    )
    assert page.evaluate("document.documentElement.scrollWidth") == 380


@pytest.mark.heavy
def test_a_person_merges_same_customers_and_takes_it_back(
    world: World, address: str, page: Page
) -> None:
    one, _ = twins.fill(world)
    page.goto(f"{address}/?lang=ru")
    page.get_by_role("link", name="Проверка 2").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 380
    asked = page.get_by_role("article", name="ООО «Вега» · Vega")
    asked.get_by_label("Почему").fill("один владелец")
    asked.get_by_role("button", name="Один клиент: объединить").click()
    assert "Теперь это один клиент." in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Vega", exact=True).click()
    assert page.url == f"{address}/accounts/{one}"
    page.get_by_role("link", name="Данные").click()
    assert page.get_by_text("ООО «Вега»: на странице").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 380

    page.get_by_role("link", name="Проверка 1").click()
    page.get_by_role("button", name="Отменить").click()
    assert "Решение отменено" in page.get_by_role("status").inner_text()
    page.get_by_role("link", name="Проверка 2").wait_for()
    assert page.get_by_role("article", name="ООО «Вега» · Vega").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 380


@pytest.mark.heavy
def test_a_person_has_all_compared_anew_and_sees_when_it_is_done(
    world: World, address: str, page: Page
) -> None:
    twins.fill(world)
    page.goto(f"{address}/matches?lang=ru")
    page.get_by_role("button", name="Сравнить всё заново").click()
    page.get_by_text("Ждёт очереди").wait_for()
    flow.rematch(world.services, "the worker")
    page.get_by_text("сравнили компаний — 6").wait_for()


@pytest.mark.heavy
def test_a_person_adds_a_receiver_and_tries_it(world: World, address: str, page: Page) -> None:
    world.services.settings.allowed_targets = "127.0.0.1"
    with Listener() as ear:
        page.goto(f"{address}/settings")
        page.get_by_role("link", name="Вебхуки в другие системы").click()
        page.get_by_role("textbox", name="Название").fill("bridge")
        page.get_by_role("textbox", name="Адрес").fill(ear.url)
        page.get_by_role("textbox", name="События").fill("deal.won alert.*")
        page.get_by_role("button", name="Добавить").click()
        assert "whsec_" in page.get_by_role("status").inner_text()
        page.get_by_role("button", name="Проверить").click()
        assert "проверка принята (HTTP 200)" in page.get_by_role("status").inner_text()
        assert len(ear.posts) == 1
        page.get_by_role("button", name="Отправить ping снова").click()
        page.get_by_text("Ждут отправки: 1").wait_for()
        page.get_by_role("button", name="Остановить").click()
        page.get_by_text("на паузе").wait_for()
        page.get_by_text("Удалить", exact=True).click()
        page.get_by_role("button", name="Да, удалить").click()
        page.get_by_text("Пока никому не сообщаем").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == 380
    world.services.settings.allowed_targets = ""
