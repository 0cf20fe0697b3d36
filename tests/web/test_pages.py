"""The pages as people see them."""

import re
from uuid import UUID

import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync.alerts.store import StakeStore
from kam_sync.intake.model import RunState, SourceState
from kam_sync.intake.store import RemovalStore, SourceStore
from tests.web.world import World


def plain(text: str) -> str:
    """The text of a page with ordinary spaces."""
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_today_says_what_has_fallen_and_links_to_the_account(client, fallen: UUID) -> None:
    page = plain(client.get("/").text)

    assert ">1,2 млн ₽</p>" in page
    assert "октябрь 2026; обычно 2,9 млн ₽; так с августа 2026" in page
    assert f'href="/accounts/{fallen}"' in page
    assert "ООО «Ромашка»" in page
    assert "Анна Смирнова" in page
    assert "Выручка выигранных сделок" in page


def test_today_in_english_is_remembered(client, fallen: UUID) -> None:
    first = plain(client.get("/?lang=en").text)
    second = plain(client.get("/").text)

    for page in (first, second):
        assert "October 2026; usual is RUB 2.9M; so since August 2026" in page
        assert '<html lang="en">' in page
    assert '<html lang="ru">' in client.get("/?lang=ru").text


def test_an_unknown_language_is_passed_over(client) -> None:
    answer = client.get("/?lang=tlh")

    assert '<html lang="ru">' in answer.text
    assert "set-cookie" not in answer.headers


def test_without_a_source_the_pages_say_what_to_type(client) -> None:
    for path in ("/", "/accounts", "/sources"):
        page = client.get(path).text
        assert "CRM ещё не подключена" in page
        assert "kam-sync source add" in page


def test_a_source_that_was_never_pulled_says_what_to_type(client, world: World) -> None:
    world.add_source()

    for path in ("/", "/accounts"):
        assert "Данных пока нет" in client.get(path).text
    assert "Загрузить сейчас" in client.get("/sources/sales").text


def test_without_alerts_all_is_quiet(client, world: World) -> None:
    world.add_companies(world.add_source(), "Вега")
    assert "первая загрузка ещё не началась" in client.get("/").text
    world.measure()

    assert "Всё спокойно" in client.get("/").text


def test_the_table_of_accounts_has_what_matters(client, fallen: UUID) -> None:
    page = plain(client.get("/accounts").text)

    assert "7707083893" in page
    assert "Анна Смирнова" in page
    # nine usual months (26.1 million) and three of 1.2 million: November is not over
    assert "29,7 млн ₽" in page
    assert "44 дн." in page


def test_accounts_are_found_without_a_script(client, world: World) -> None:
    world.add_companies(world.add_source(), "Вега", "Альфа")

    found = client.get("/accounts?q=альф").text
    nothing = client.get("/accounts?q=нетакого").text

    assert "Альфа" in found
    assert "Вега" not in found
    assert "нетакого" in nothing
    assert "Ничего не найдено" in nothing


def test_the_table_of_accounts_is_walked_by_links(client, world: World) -> None:
    world.add_companies(world.add_source(), *(f"Company {n:03}" for n in range(120)))

    seen, address = [], "/accounts?q=comp"
    while address:
        page = client.get(address).text
        seen += re.findall(r">(Company \d+)<", page)
        following = re.search(r'rel="next" href="([^"]+)"', page)
        address = following[1].replace("&amp;", "&") if following else ""

    assert seen == [f"Company {n:03}" for n in range(120)]


def test_the_account_page_shows_chart_words_deals_and_people(client, fallen: UUID) -> None:
    page = plain(client.get(f"/accounts/{fallen}/figures").text)

    assert "Хуже обычного: 1,2 млн ₽ за октябрь 2026 вместо обычных 2,9 млн ₽" in page
    assert 'type="application/json" id="chart-data"' in page
    assert "октябрь 2026" in page
    assert "1 200 000 ₽" in page
    assert "месяц ещё не закончился" in page
    assert "Deal 1-23" in client.get(f"/accounts/{fallen}/deals").text


def test_the_account_page_draws_the_kpi_asked_for(client, fallen: UUID) -> None:
    page = client.get(f"/accounts/{fallen}?kpi=win_rate.percent").text

    assert '<h2 id="chart-title">Доля выигранных сделок</h2>' in page
    assert client.get(f"/accounts/{fallen}?kpi=nonsense").status_code == 200


def test_a_young_account_says_that_there_is_too_little_history(client, world: World) -> None:
    source_id = world.add_source()
    (account_id,) = world.add_companies(source_id, "Вега")
    world.add_months(source_id, "1", 100, 100, 100)
    world.measure()

    page = client.get(f"/accounts/{account_id}/figures").text

    assert "Мало истории: для вывода нужно 8 полных периодов." in page


def test_an_account_without_deals_says_why_there_is_nothing(client, world: World) -> None:
    (account_id,) = world.add_companies(world.add_source(), "Вега")

    page = client.get(f"/accounts/{account_id}").text

    assert "Пока нечего измерять" in page
    assert "Сделок в работе нет." in page
    assert "Ни в одной CRM нет сделок" in client.get(f"/accounts/{account_id}/deals").text
    assert "echarts" not in client.get(f"/accounts/{account_id}/figures").text


def test_a_hostile_name_is_shown_as_text(client, world: World) -> None:
    source_id = world.add_source()
    hostile = '"><script>alert(1)</script>{{ 7 * 7 }}'
    (account_id,) = world.add_companies(source_id, hostile)
    world.add_months(source_id, "1", *[1000] * 21, 1, 1, 1)
    world.save(source_id, Noun.CONTACT, gate.Contact("1", hostile, "1", emails=(hostile,)))
    world.measure()

    for path in ("/", "/accounts", f"/accounts/{account_id}", "/accounts?q=%22%3E%3Cscript%3E"):
        page = client.get(path).text
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "{{ 7 * 7 }}" in page


def test_the_sources_page_tells_how_syncs_went(client, world: World) -> None:
    source_id = world.add_source()
    world.add_run(source_id, RunState.FAILED, "no rights on deals: ask the admin")
    world.set_aside(source_id, 25)
    world.save(source_id, Noun.DEAL, gate.Deal("1", "x", "1", "1", gate.Outcome.OPEN, None, "RUB"))
    with world.services.database.transaction() as session:
        SourceStore(session).set_state(source_id, SourceState.NEEDS_PERSON, "the token was refused")

    page = plain(client.get("/sources/sales").text)

    for text in ("1 234", "no rights on deals: ask the admin", "the token was refused",
                 "нужен человек", "Продолжить", "25 записей не удалось разобрать",
                 "1 сделка без компании", "deal 7: no currency"):  # fmt: skip
        assert text in page
    assert "deal 21: no currency" not in page
    assert "первая загрузка не закончена" in page


def test_a_source_that_is_being_removed_shows_how_that_ends_and_no_button(
    client, world: World
) -> None:
    source_id = world.add_source()
    with world.services.database.transaction() as session:
        RemovalStore(session, source_id).begin()
    page = plain(client.get("/sources/sales").text)
    for text in ("удаляется", "kam-sync source remove sales"):
        assert text in page
    assert "Продолжить" not in page
    assert client.post("/api/v1/sources/sales/sync").status_code == 409


def test_pages_hold_no_inline_script_or_style(client, fallen: UUID) -> None:
    for path in ("/", "/accounts", f"/accounts/{fallen}", "/sources", "/nope"):
        page = client.get(path).text
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page)
        assert "<style" not in page


def test_accounts_show_from_which_crms_they_come_and_are_found_by_one(client, world: World) -> None:
    sales, partner = world.add_source("sales"), world.add_source("partner")
    world.add_companies(sales, "Вега", "Альфа")
    world.add_companies(partner, "Сириус")

    page = client.get("/accounts").text
    assert page.count('href="/accounts?source=sales">sales</a>') == 2
    assert page.count('href="/accounts?source=partner">partner</a>') == 1
    found = client.get("/accounts?source=partner").text
    assert "Сириус" in found
    assert "Вега" not in found
    assert (
        "Просмотрены только аккаунты из источника partner."
        in client.get("/accounts?source=partner&q=Вега").text
    )
    assert client.get("/accounts?source=nobody").status_code == 404


def test_an_account_shows_each_company_that_it_is_made_of(client, world: World) -> None:
    source = world.add_source("sales")
    account = world.add_companies(source, "Вега")[0]

    page = client.get(f"/accounts/{account}/data").text
    assert 'href="/accounts?source=sales">sales</a>' in page
    assert 'href="https://sales.example/companies/detail/1"' in page


def test_the_card_of_a_key_figure_says_what_the_alert_about_it_says(client, fallen: UUID) -> None:
    page = plain(client.get(f"/accounts/{fallen}").text)
    assert "хуже обычного с августа 2026" in page


def test_who_would_switch_a_rule_off_is_told_what_that_ends(client, fallen: UUID) -> None:
    assert "По нему открыта 1 тревога" in plain(client.get("/rules/won_revenue").text)


def test_of_one_account_the_largest_alert_alone_is_at_risk(world: World, fallen: UUID) -> None:
    with world.services.database.transaction() as session:
        session.execute(sa.text("UPDATE alert SET at_risk = 700, at_risk_currency = 'RUB'"))
        session.execute(
            sa.text(
                "INSERT INTO alert SELECT (jsonb_populate_record(a, jsonb_build_object("
                "'id', gen_random_uuid(), 'rule', 'another', 'at_risk', 500"
                "))).* FROM alert a LIMIT 1"
            )
        )
        found = StakeStore(session).open_by_account()
    assert [at_risk for key, _, _, at_risk in found if key == fallen] == [700]


def test_an_alert_says_what_the_running_month_has_come_to(client, fallen: UUID) -> None:
    [alert, *_] = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    for path in ("/", f"/alerts/{alert['id']}"):
        assert "ноябрь 2026, пока: " in plain(client.get(path).text)
