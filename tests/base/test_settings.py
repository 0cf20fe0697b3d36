"""Settings are typed, and a wrong one stops the start with a line that names it."""

from datetime import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from kam_sync.base.errors import WrongSettings
from kam_sync.base.settings import Locale, Settings, misspelt, read_settings


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default() -> None:
    settings = read_settings()
    assert settings.database_url is None
    assert settings.timezone == "Europe/Moscow"
    assert settings.locale is Locale.RU


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("KAM_SYNC_TIMEZONE", "Moscow", "IANA"),
        ("KAM_SYNC_CURRENCY", "РУБ", "an ISO code is needed, such as RUB"),
        ("KAM_SYNC_ALERTS_PER_WEEK", "-1", "greater than or equal to 0"),
        ("KAM_SYNC_QUIET_HOURS", "19-9", "two times such as 19:00-9:00"),
        ("KAM_SYNC_QUIET_HOURS", "19:00-24:00", "two times such as 19:00-9:00"),
        ("KAM_SYNC_QUIET_HOURS", "9:00-9:00", "none for no quiet hours"),
        ("KAM_SYNC_LOCALE", "de", "'ru' or 'en'"),
        ("KAM_SYNC_DATABASE_URL", "mysql://x", "postgresql://"),
        ("KAM_SYNC_DATABASE_URL", "postgresql://me@host:abc/x", "postgresql://"),
        ("KAM_SYNC_DATABASE_URL", "postgresql://me:a@b@host/x", "%40"),
        ("KAM_SYNC_DATABASE_URL", "postgresql://me:a#b@host/x", "%23"),
        ("KAM_SYNC_PUBLIC_URL", "example", "URL"),
        ("KAM_SYNC_LOG_FORMAT", "xml", "json"),
        ("KAM_SYNC_ALLOWED_TARGETS", "10.0.0.300", "networks"),
        ("KAM_SYNC_ALLOWED_TARGETS", "https://hooks.internal", "networks"),
    ],
)
def test_a_wrong_value_is_named(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(WrongSettings, match=f"{name}: .*{says}") as caught:
        read_settings()
    assert "\n" not in str(caught.value)


def test_quiet_hours_are_two_times_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings().quiet == (time(19), time(9))
    monkeypatch.setenv("KAM_SYNC_QUIET_HOURS", "20:30 - 8:15")
    assert read_settings().quiet == (time(20, 30), time(8, 15))
    monkeypatch.setenv("KAM_SYNC_QUIET_HOURS", "None")
    assert read_settings().quiet is None


def test_a_wrong_url_does_not_show_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_SYNC_DATABASE_URL", "mysql://me:hunter2@db/x")
    with pytest.raises(WrongSettings) as caught:
        read_settings()
    assert "hunter2" not in str(caught.value)


def test_a_dot_env_file_is_read_and_the_environment_wins(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("KAM_SYNC_LOCALE=en\nKAM_SYNC_TIMEZONE=Asia/Omsk\n")
    monkeypatch.setenv("KAM_SYNC_TIMEZONE", "Asia/Tomsk")
    settings = read_settings()
    assert settings.locale is Locale.EN
    assert settings.timezone == "Asia/Tomsk"


def test_a_misspelt_variable_is_found_and_no_others(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("KAM_SYNC_CRM_HOST=crm.example.com\nQUITE_HOURS=none\n")
    monkeypatch.setenv("KAM_SYNC_QUITE_HOURS", "none")
    monkeypatch.setenv("KAM_SYNC_LOCALE", "en")
    for of_kubernetes in ("SERVICE_HOST", "SERVICE_PORT", "PORT", "PORT_8000_TCP_ADDR"):
        monkeypatch.setenv(f"KAM_SYNC_{of_kubernetes}", "10.0.0.1")
    assert misspelt() == {
        "KAM_SYNC_CRM_HOST": "KAM_SYNC_CRM_HOSTS",
        "KAM_SYNC_QUITE_HOURS": "KAM_SYNC_QUIET_HOURS",
    }


def test_the_data_folder_is_a_whole_path_wherever_it_is_used(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Settings(data_dir=Path("~/kept/../data")).data_dir == tmp_path / "data"
    with pytest.raises(ValidationError, match="no such home folder"):
        Settings(data_dir=Path("~nobody-of-that-name/data"))
