"""Exports are uploaded for a source that reads files, and read by its next sync."""

from dataclasses import replace
from pathlib import Path

import pytest

from kam_sync import connecting, flow, removing
from kam_sync.intake.model import NewSource, RunState, Source
from kam_sync.web import bodies
from kam_sync.wiring import Services
from tests.connectors.test_profiled_files import DEALS, PROFILE
from tests.fakes.connecting import ask

FILES = "/api/v1/sources/sber/files"


@pytest.fixture
def services(services: Services, tmp_path: Path) -> Services:
    """With a data folder of the test's own."""
    here = services.settings.model_copy(update={"data_dir": tmp_path})
    return replace(services, settings=here)


@pytest.fixture
def sber(services: Services) -> Source:
    """A tenant that is read from files alone."""
    new = NewSource(name="sber", kind="sbercrm", base_url="https://app.sbercrm.com")
    return connecting.add(services, new, "", {"profile": PROFILE})[0]


def names(client) -> list[tuple[str, str]]:
    return [(one["name"], one["state"]) for one in client.get(FILES).json()["items"]]


def test_an_upload_is_read_by_the_next_sync_and_put_away_by_the_one_after(
    client, services: Services, sber: Source
) -> None:
    sent = client.put(f"{FILES}/deals.csv", content=DEALS.encode())
    assert (sent.status_code, sent.json()["state"]) == (200, "waiting")
    result = flow.sync(services, sber.id)
    assert (result.state, result.message) == (RunState.DONE, "")
    assert ask(services, "SELECT external_id, amount FROM deal ORDER BY 1")[0][0] == "1"
    assert names(client) == [("deals.csv", "waiting")]
    flow.sync(services, sber.id)
    assert names(client) == [("deals.csv", "done")]


def test_who_is_not_in_the_next_complete_file_is_gone(
    client, services: Services, sber: Source
) -> None:
    rows = [f"{number};Фирма {number};\n" for number in range(1, 41)]
    head = "ID;Название;ИНН\n"
    client.put(f"{FILES}/companies.csv", content=(head + "".join(rows)).encode())
    flow.sync(services, sber.id)
    client.put(f"{FILES}/companies.csv", content=(head + "".join(rows[1:])).encode())
    flow.sync(services, sber.id)
    assert ask(services, "SELECT external_id FROM company WHERE is_deleted") == [("1",)]


def test_the_page_shows_what_waits_and_where_to_drop(client, sber: Source) -> None:
    assert "Файлов ещё не было" in client.get("/sources/sber/files").text
    client.put(f"{FILES}/deals.csv", content=b"x")
    page = client.get("/sources/sber/files").text
    assert "ждёт следующей загрузки" in page
    assert "dropped/sber" in page
    assert 'href="/sources/sber/files"' in client.get("/sources/sber").text


def test_what_waits_can_be_taken_back(client, sber: Source) -> None:
    client.put(f"{FILES}/deals.csv", content=b"x")
    assert client.delete(f"{FILES}/deals.csv").status_code == 204
    assert client.delete(f"{FILES}/deals.csv").status_code == 404
    assert names(client) == []


@pytest.mark.parametrize("name", ["deals.exe", ".deals.csv", "..%2F..%2Fdeals.csv", "a%00.csv"])
def test_a_name_that_is_none_is_refused(client, sber: Source, name: str) -> None:
    assert client.put(f"{FILES}/{name}", content=b"x").status_code in {400, 404, 422}
    assert names(client) == []


def test_too_large_a_file_another_site_and_a_source_without_files_are_refused(
    client, services: Services, sber: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bodies, "MOST_OF_FILE", 10)
    assert client.put(f"{FILES}/deals.csv", content=b"x" * 11).status_code == 413
    stranger = {"Origin": "https://evil.example"}
    assert client.put(f"{FILES}/deals.csv", content=b"x", headers=stranger).status_code == 403
    other = NewSource(name="plain", kind="tables", base_url="")
    connecting.add(services, other, "", {}, unchecked=True)
    refused = client.put("/api/v1/sources/plain/files/deals.csv", content=b"x")
    assert refused.status_code in {400, 409, 422}
    assert "reads no files" in refused.json()["detail"]


def test_with_a_source_its_files_are_removed(client, services: Services, sber: Source) -> None:
    client.put(f"{FILES}/deals.csv", content=b"x")
    assert services.folder("sber").is_dir()
    removing.remove(services, "sber")
    assert not services.folder("sber").exists()
