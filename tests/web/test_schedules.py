"""The timetable over HTTP: shown to people and programs, changed by both."""

import pytest

from tests.web.world import World

SYNC = "/api/v1/sources/sales/schedules/sync"


@pytest.fixture
def source(world: World) -> int:
    return world.add_source()


def steps(client, asked: str) -> list[tuple[str | None, str]]:
    """Source and step of each line that is listed."""
    items = client.get(f"/api/v1/schedules{asked}").json()["items"]
    return [(item["source"], item["step"]) for item in items]


def test_every_step_of_every_source_is_listed_with_its_default(client, source: int) -> None:
    listed = client.get("/api/v1/schedules?source=sales").json()["items"]
    sync = next(item for item in listed if item["step"] == "sync")
    assert (sync["every"], sync["cron"], sync["jitter"]) == ("15m", None, "1m")
    assert (sync["is_on"], sync["is_default"], sync["deadline"]) == (True, True, None)
    assert sync["next_at"].endswith("Z")
    full = next(item for item in listed if item["step"] == "full")
    assert (full["cron"], full["zone"], full["is_on"]) == ("0 3 * * 0", "Europe/Moscow", False)
    assert full["next_at"] is None
    assert (None, "measure") in steps(client, "?source=house")
    first = client.get("/api/v1/schedules?limit=2").json()
    rest = steps(client, f"?cursor={first['next_cursor']}")
    assert [*((one["source"], one["step"]) for one in first["items"]), *rest] == steps(client, "")


def test_a_schedule_is_put_and_deleted(client, source: int) -> None:
    put = client.put(SYNC, json={"cron": "30 2 * * 1-5", "deadline": "6h"})
    assert put.status_code == 200
    assert (put.json()["every"], put.json()["cron"]) == (None, "30 2 * * 1-5")
    assert (put.json()["zone"], put.json()["deadline"]) == ("Europe/Moscow", "6h")
    assert put.json()["is_default"] is False
    back = client.delete(SYNC).json()
    assert (back["every"], back["is_default"]) == ("15m", True)
    house = client.put("/api/v1/schedules/measure", json={"is_on": False})
    assert (house.json()["source"], house.json()["is_on"]) == (None, False)
    assert client.delete("/api/v1/schedules/measure").json()["is_on"] is True


@pytest.mark.parametrize(
    ("wanted", "status", "says"),
    [
        ({"every": "1s"}, 400, "one minute"),
        ({"cron": "* * *"}, 400, "five fields"),
        ({"cron": "*/5 * * * *", "every": "5m"}, 400, "not both"),
        ({"often": True}, 422, "often"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    client, source: int, wanted: dict[str, object], status: int, says: str
) -> None:
    answer = client.put(SYNC, json=wanted)
    assert answer.status_code == status
    assert says in answer.text
    assert client.get("/api/v1/schedules?source=sales").json()["items"][0]["is_default"] is True


def test_an_unknown_step_is_not_here_and_other_sites_are_refused(client, source: int) -> None:
    assert client.put("/api/v1/sources/sales/schedules/tea", json={}).status_code == 404
    assert client.put("/api/v1/schedules/sync", json={}).status_code == 404
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.put(SYNC, json={"every": "1h"}, headers=headers).status_code == 403


SAVED = {
    "step": "sync",
    "way": "cron",
    "cron": "30 2 * * 1-5",
    "zone": "Europe/Moscow",
    "is_on": "yes",
}
PAGE = "/sources/sales/timetable"


def test_the_page_says_when_in_words_and_shows_the_next_five(client, source: int) -> None:
    page = client.get(PAGE).text
    assert "Загрузка изменений" in page
    assert "каждые 15 минут" in page
    assert page.count("2026") + page.count("2027") >= 5
    assert f'href="{PAGE}"' in client.get("/sources/sales").text
    house = client.get("/timetable").text
    assert "Расчёт показателей" in house
    assert "в 5 мин. каждого часа" in house


def test_intervals_stand_in_words_of_the_language_and_can_be_saved_so(client, source: int) -> None:
    assert 'name="every" value="15 минут"' in client.get(f"{PAGE}?lang=ru").text
    assert 'name="every" value="15 minutes"' in client.get(f"{PAGE}?lang=en").text
    said = {**SAVED, "way": "every", "every": "1 час 30 минут", "jitter": "1 минута", "zone": ""}
    client.post(f"{PAGE}?lang=ru", data={**said, "do": "save"})
    page = client.get(f"{PAGE}?lang=ru").text
    assert 'name="every" value="1 час 30 минут"' in page
    assert "каждые 90 минут" in page
    items = client.get("/api/v1/schedules?source=sales").json()["items"]
    assert ("1h30m", "1m") in {(item["every"], item["jitter"]) for item in items}


def test_a_plan_is_previewed_and_not_saved(client, source: int) -> None:
    page = client.post(PAGE, data={**SAVED, "do": "preview"}).text
    assert "по будням в 02:30" in page
    assert "ещё не сохранено" in page
    assert "каждые 15 минут" in page
    assert client.get("/api/v1/schedules?source=sales").json()["items"][1]["is_default"] is True


def test_a_plan_is_saved_switched_off_reset_and_done_now(client, source: int) -> None:
    saved = client.post(PAGE, data={**SAVED, "do": "save"}, follow_redirects=False)
    assert (saved.status_code, saved.headers["location"]) == (303, f"{PAGE}?did=save")
    assert "по будням в 02:30 · изменено: the page" in client.get(PAGE).text
    off = client.post(PAGE, data={**SAVED, "is_on": "", "do": "save"}).text
    assert "выключено" in off
    back = client.post(PAGE, data={"step": "sync", "do": "reset"}).text
    assert "каждые 15 минут" in back
    assert "изменено" not in back
    assert "Поставлено в очередь" in client.post(PAGE, data={"step": "sync", "do": "run"}).text
    assert client.get("/api/v1/jobs").json()["items"][0]["task"] == "sync_source"


def test_what_is_wrong_is_kept_in_its_field_and_changes_nothing(client, source: int) -> None:
    wrong = {**SAVED, "cron": "99 <b> * * *", "do": "save"}
    answer = client.post(PAGE, data=wrong)
    assert answer.status_code == 400
    assert "Так настроить нельзя" in answer.text
    assert 'value="99 &lt;b&gt; * * *"' in answer.text
    assert client.post(PAGE, data={**SAVED, "step": "tea", "do": "save"}).status_code == 404
    headers = {"Sec-Fetch-Site": "cross-site"}
    assert client.post(PAGE, data={"step": "sync", "do": "run"}, headers=headers).status_code == 403
