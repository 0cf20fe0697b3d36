"""Why a KPI moved, by the API, on the pages and in words."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

import connectors as gate
from connectors import Noun
from kam_sync.base.settings import Locale
from kam_sync.drift.moved import Driver, Member, Part, Unsaid
from kam_sync.kpi.splits import Dimension
from kam_sync.web.wording import why as words
from kam_sync.web.wording.language import Language
from tests.web.conftest import TestClient
from tests.web.test_wording import plain
from tests.web.world import World, won_deal

RU, EN = (Language(locale, ZoneInfo("Europe/Moscow")) for locale in (Locale.RU, Locale.EN))


@pytest.fixture
def alert(client: TestClient, fallen: UUID) -> str:
    """The path of the alert of the won revenue: 2.9 million a month before, 1.2 since August."""
    found = client.get("/api/v1/alerts", params={"account": str(fallen)}).json()["items"]
    [revenue] = [one for one in found if one["kpi"] == "won_revenue"]
    return f"/api/v1/alerts/{revenue['id']}"


def amount(value: dict[str, str]) -> Decimal:
    return Decimal(value["amount"])


def summed(move: dict[str, Any]) -> None:
    """Causes sum to the change, and so does each driver."""
    change = amount(move["change"])
    assert sum(amount(one["change"]) for one in move["causes"]) == change
    assert amount(move["now"]) - amount(move["was"]) == change
    for driver in move["drivers"]:
        members = sum(amount(one["change"]) for one in driver["members"])
        assert members + amount(driver["others"]) + amount(driver["unexplained"]) == change


def test_an_alert_says_why_it_moved(client: TestClient, alert: str) -> None:
    said = client.get(f"{alert}/why", params={"lang": "ru"}).json()
    [move] = said["moves"]
    summed(move)
    assert (said["against"], said["unsaid"]) == ("before", None)
    assert (move["later"], move["base"]) == (
        ["2026-08-01", "2026-09-01", "2026-10-01"], ["2026-05-01", "2026-06-01", "2026-07-01"],
    )  # fmt: skip
    assert (amount(move["was"]), amount(move["now"])) == (2_900_000, 1_200_000)
    assert [(one["cause"], amount(one["change"])) for one in move["causes"]] == [
        ("client", -1_700_000)
    ]
    assert plain(move["said"]) == "−1,7 млн ₽: клиент −1,7 млн ₽"
    assert {driver["dimension"] for driver in move["drivers"]} == {
        "pipeline", "owner", "contact", "company",
    }  # fmt: skip


def test_it_may_be_compared_with_the_year_before(client: TestClient, alert: str) -> None:
    [move] = client.get(f"{alert}/why", params={"against": "year_ago"}).json()["moves"]
    assert move["base"] == ["2025-08-01", "2025-09-01", "2025-10-01"]
    assert client.get(f"{alert}/why", params={"against": "then"}).status_code == 422
    assert client.get(f"/api/v1/alerts/{UUID(int=0)}/why").status_code == 404


def test_what_came_late_is_told_apart_on_the_page_too(
    client: TestClient, world: World, alert: str
) -> None:
    late = [
        won_deal(f"late-{n}", "1", 300_000, datetime(2026, month, 20, tzinfo=UTC))
        for n, month in enumerate((8, 9, 10))
    ]
    world.save(1, Noun.PIPELINE, gate.Pipeline("1", "Розница", ()), gate.Pipeline("2", "Опт", ()))
    world.save(1, Noun.DEAL, *(replace(one, pipeline_external_id="2") for one in late))
    world.measure()
    [move] = client.get(f"{alert}/why").json()["moves"]
    summed(move)
    assert [(one["cause"], amount(one["change"])) for one in move["causes"]] == [
        ("client", -1_700_000), ("facts", 300_000),
    ]  # fmt: skip
    page = plain(client.get(f"{alert.removeprefix('/api/v1')}/why").text)
    assert (
        "−1,4 млн ₽: клиент −1,7 млн ₽, поздние или исправленные данные +300 тыс. ₽; больше всего:"
        " воронка «Розница» −1,7 млн ₽"
    ) in page
    assert 'hx-select="#why"' in client.get(alert.removeprefix("/api/v1")).text


def test_a_closed_alert_is_told_of_as_it_was(client: TestClient, alert: str) -> None:
    client.post(f"{alert}/resolve", json={"outcome": "true"})
    [move] = client.get(f"{alert}/why").json()["moves"]
    assert amount(move["change"]) == -1_700_000


def test_a_kind_without_a_before_has_nothing_to_split(client: TestClient, world: World) -> None:
    source = world.add_source()
    world.add_companies(source, "ООО «Тишина»", "ООО «Мерный шаг»", "ООО «Ровный ход»")
    first = datetime(2025, 6, 2, tzinfo=UTC)
    for company, weeks in (("1", 52), ("2", 77), ("3", 77)):
        orders = [
            won_deal(f"{company}-{n}", company, 1000, first + n * timedelta(days=7))
            for n in range(weeks)
        ]
        world.save(source, Noun.DEAL, *orders)
    world.measure()
    found = client.get("/api/v1/alerts").json()["items"]
    [silent] = [one for one in found if one["kind"] == "silence"]
    said = client.get(f"/api/v1/alerts/{silent['id']}/why", params={"lang": "en"}).json()
    assert (said["moves"], said["unsaid"]) == ([], "kind")
    assert "nothing to split" in said["unsaid_in_words"]
    assert "Раскладывать нечего" in client.get(f"/alerts/{silent['id']}/why").text


def test_a_kpi_of_an_account_is_asked_by_months(client: TestClient, fallen: UUID) -> None:
    path = f"/api/v1/accounts/{fallen}/kpis/won_revenue/why"
    asked = {"from": "2026-08-03", "to": "2026-08-20", "unit": "RUB"}
    [move] = client.get(path, params=asked).json()["moves"]
    summed(move)
    assert (move["later"], move["base"]) == (["2026-08-01"], ["2026-07-01"])
    [usual] = client.get(path).json()["moves"]
    assert usual["later"] == ["2026-08-01", "2026-09-01", "2026-10-01"]
    assert client.get(path, params={"unit": "USD"}).json()["unsaid"] == "no_values"
    page = client.get(f"/accounts/{fallen}/kpis/won_revenue/why?against=year_ago")
    assert "те же месяцы годом раньше" in page.text
    assert "/kpis/won_revenue/why?unit=RUB" in client.get(f"/accounts/{fallen}/figures").text


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"from": "2026-09-01", "to": "2026-08-01"}, 400),
        ({"from": "2026-11-01"}, 400),
        ({"from": "2024-01-01"}, 400),
        ({"from": "0001-01-01", "to": "0001-02-01"}, 400),
        ({"to": "0001-01-01"}, 400),
        ({"from": "yesterday"}, 422),
        ({"form": "2026-08-01"}, 422),
    ],
)
def test_months_that_cannot_be_are_refused(
    client: TestClient, fallen: UUID, asked: dict[str, str], status: int
) -> None:
    path = f"/api/v1/accounts/{fallen}/kpis/won_revenue/why"
    assert client.get(path, params=asked).status_code == status
    assert client.get(path.removeprefix("/api/v1"), params=asked).status_code == status


def test_a_kpi_that_is_not_there_is_not_found(client: TestClient, fallen: UUID) -> None:
    assert client.get(f"/api/v1/accounts/{fallen}/kpis/nothing/why").status_code == 404
    assert client.get(f"/accounts/{UUID(int=0)}/kpis/won_revenue/why").status_code == 404


def test_a_ratio_is_told_in_points_with_its_terms(client: TestClient, fallen: UUID) -> None:
    path = f"/accounts/{fallen}/kpis/average_won_deal/why"
    page = plain(client.get(path, params={"lang": "ru"}).text)
    assert "сумма выигранных сделок: " in page
    [move] = client.get(f"/api/v1{path}").json()["moves"]
    terms = move["terms"]
    assert amount(terms["numerator"]["change"]) + amount(terms["denominator"]["change"]) + amount(
        terms["unexplained"]
    ) == amount(move["change"])
    silence = f"/accounts/{fallen}/kpis/days_since_last_won/why"
    assert "не складывается из строк" in client.get(silence).text


def test_everything_has_words_in_both_languages() -> None:
    for language in (RU, EN):
        assert len({words.cause(language, part) for part in Part}) == len(Part)
        assert len({words.dimension(language, by) for by in Dimension}) == len(Dimension)
        assert len({words.unsaid(language, why) for why in Unsaid}) == len(Unsaid)


def test_pipelines_of_one_name_are_told_apart_by_their_source() -> None:
    named = (("1:3300", "Продажи"), ("2:44", "Продажи"), ("1:5", "Сервис"), ("", ""))
    members = tuple(Member(key, name, Decimal(1)) for key, name in named)
    driver = Driver(Dimension.PIPELINE, members, Decimal(0), 0, Decimal(0))
    assert words.told_apart(driver, {1: "sales", 2: "branch"}) == {
        "1:3300": "sales", "2:44": "branch",
    }  # fmt: skip
