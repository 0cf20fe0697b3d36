"""What people do, from the first run to a resolved alert: a whole kam_sync serves, with its worker,
a sandbox CRM is pulled over HTTP, and all is done by hand in a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.world import MadeUpWorld
from pictures.served import served
from tests.fakes.waiting import wait_until
from tests.web.browsing import browsing, needs_chromium

pytestmark = [pytest.mark.browser, pytest.mark.heavy]

_PATIENCE = 120_000
"""Milliseconds for what the worker does: a first load, measuring, writing into the CRM."""


@pytest.fixture
def crm() -> Iterator[AmoSandbox]:
    """A CRM of twenty customers, of whom some buy less than they did."""
    with AmoSandbox(MadeUpWorld(size=20), rate=0) as box:
        yield box


@pytest.fixture
def house(tmp_path: Path, crm: AmoSandbox) -> Iterator[str]:
    """A new installation that nothing is connected to; it ends before the CRM does."""
    needs_chromium()
    env = {
        "KAM_SYNC_DATA_DIR": str(tmp_path / "data"),
        "KAM_SYNC_CRM_HOSTS": "127.0.0.1",
        "KAM_SYNC_LOCALE": "ru",
    }
    with served(tmp_path, "serve", **env) as address:
        yield address


def test_from_the_first_run_to_a_resolved_alert(house: str, crm: AmoSandbox) -> None:
    before = set(crm.ids("tasks"))
    with browsing(width=1200, height=900) as page:
        connect(page, house, crm)
        account = work_through_today(page, house)
        [task] = set(crm.ids("tasks")) - before
        assert not crm.row("tasks", task)["is_completed"]
        look_at_the_account(page, account)
        close(page, house)
        look_after_the_sources(page, house)
        look_over_the_portfolio(page, house, account)
    wait_until(lambda: crm.row("tasks", task)["is_completed"])


def connect(page: Page, house: str, crm: AmoSandbox) -> None:
    """Ops: from the page of a first run to the first alerts, which come by themselves."""
    page.goto(house)
    page.get_by_role("link", name="Подключить CRM").first.click()
    page.get_by_label("Название у нас").fill("sales")
    page.get_by_label("Адрес вашего аккаунта").fill(crm.url)
    page.get_by_label("Токен", exact=True).fill(crm.token)
    page.get_by_role("button", name="Подключить").click()
    page.wait_for_url("**/sources/sales/connected")
    page.get_by_role("button", name="Начать первую загрузку").click()
    page.get_by_role("link", name="Сегодня").first.click()
    expect(page.locator("[data-row]").first).to_be_visible(timeout=_PATIENCE)


def work_through_today(page: Page, house: str) -> str:
    """A KAM: makes a task of the gravest alert and takes it; the address of its account."""
    row = page.locator("[data-row]").first
    account = row.locator("h2 a").get_attribute("href")
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.get_by_role("button", name="Поставить задачу").click()
    page.locator("#happened").get_by_text("Задача отправляется в CRM").wait_for()
    page.goto(house)
    page.get_by_role("link", name="открыть в CRM").first.wait_for(timeout=_PATIENCE)
    page.keyboard.press("j")
    page.keyboard.press("a")
    page.locator("#happened").get_by_text("Вы взяли это в работу").wait_for()
    expect(page.locator("#tab-taken .count")).to_have_text("1")
    return f"{house}{account}"


def look_at_the_account(page: Page, account: str) -> None:
    """A KAM: why it is so, down to the record in the CRM."""
    page.goto(account)
    for part in ("Показатели", "Сделки", "Люди", "Деньги", "Лента", "Данные"):
        page.get_by_role("navigation").get_by_role("link", name=part, exact=True).click()
        expect(page.get_by_role("link", name=part, exact=True)).to_have_attribute(
            "aria-current", "page"
        )
        page.wait_for_load_state()  # who leaves before breaks off a script
    page.goto(f"{account}/figures?kpi=won_revenue.RUB")
    page.locator("#chart-drawing[data-drawn=true] canvas").first.wait_for()
    page.goto(f"{account}/kpis/won_revenue/rows")
    rows = page.locator("tbody a[href*='/records/deal/']")
    while rows.count() == 0:  # it has bought nothing lately
        page.get_by_role("link", name="←").click()
    rows.first.click()
    expect(page.locator("pre").first).to_contain_text("price")


def close(page: Page, house: str) -> None:
    """A KAM: says what it was, and sees that it is over."""
    page.goto(f"{house}/?state=taken")
    page.keyboard.press("j")
    page.keyboard.press("r")
    page.get_by_label("было что делать").check()
    page.get_by_role("button", name="Закрыть", exact=True).last.click()
    page.locator("#happened").get_by_text("Закрыто").wait_for()
    page.locator("#tab-over").click()
    expect(page.locator("[data-row]")).to_have_count(1)


def look_after_the_sources(page: Page, house: str) -> None:
    """Ops: how the source is doing, and what its fields mean."""
    page.goto(f"{house}/sources")
    page.locator("tbody").get_by_role("link", name="sales").first.click()
    page.get_by_role("heading", name="Что пришло").wait_for()
    page.get_by_role("link", name="Какое поле что значит").first.click()
    page.get_by_role("button", name="Всё верно").click()
    page.get_by_role("status").first.wait_for()


def look_over_the_portfolio(page: Page, house: str, account: str) -> None:
    """The head: by the map, by a column, as a file, and to the account."""
    page.goto(f"{house}/portfolio")
    page.locator("#pareto-drawing[data-drawn=true] canvas").first.wait_for()
    page.get_by_role("link", name="Тревоги", exact=True).click()
    page.wait_for_url("**by=alerts**")
    with page.expect_download() as saved:
        page.get_by_role("link", name="XLSX").first.click()
    assert saved.value.suggested_filename.endswith(".xlsx")
    page.locator(f"svg a[href='{account.removeprefix(house)}']").first.click()
    page.wait_for_url(f"{account}*")
