"""The key file: another key, and whatever moment the machine stops at."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from kam_sync.base.key_file import KeyFile
from kam_sync.base.secrets import SealedBy, open_cipher
from kam_sync.base.settings import Settings


def test_a_service_that_runs_finds_the_next_key_by_itself(tmp_path: Path) -> None:
    running, rotating = (open_cipher(Settings(data_dir=tmp_path)) for _ in "ab")
    before = running.lock("token")
    rotating.file.succeed()  # type: ignore[union-attr] - without a setting there is a file
    assert running.unlock(rotating.lock("another")) == "another"
    assert running.sealed_by(before) is SealedBy.FORMER
    assert rotating.sealed_by(running.lock("a third")) is SealedBy.CURRENT
    assert rotating.file.forget_former() == 1  # type: ignore[union-attr]
    assert running.sealed_by(before) is SealedBy.NONE
    assert {path.stat().st_mode & 0o077 for path in tmp_path.iterdir()} == {0}


@pytest.mark.parametrize("stops_at", range(1, 5))
def test_no_key_is_lost_at_whatever_step_the_power_goes(
    tmp_path: Path, stops_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed = open_cipher(Settings(data_dir=tmp_path)).lock("token")
    steps = iter(range(1, 5))

    def or_stop(done: object) -> object:
        if next(steps) == stops_at:
            raise KeyboardInterrupt
        return done

    real_write, real_rename = KeyFile._fresh, Path.replace
    monkeypatch.setattr(KeyFile, "_fresh", lambda *given: or_stop(real_write(*given)))
    monkeypatch.setattr(Path, "replace", lambda *given: or_stop(real_rename(*given)))
    with pytest.raises(KeyboardInterrupt):
        KeyFile(tmp_path).succeed()
    monkeypatch.undo()
    after = open_cipher(Settings(data_dir=tmp_path))
    assert after.unlock(sealed) == "token"
    assert after.unlock(after.lock("another")) == "another"


def test_a_service_whose_key_file_is_gone_keeps_the_key_that_it_knows(tmp_path: Path) -> None:
    cipher = open_cipher(Settings(data_dir=tmp_path))
    (tmp_path / "secret.key").unlink()
    assert cipher.unlock(cipher.lock("token")) == "token"
    assert not (tmp_path / "secret.key").exists()


def test_a_setting_needs_no_file(tmp_path: Path) -> None:
    key = SecretStr("a passphrase that is long")
    assert open_cipher(Settings(data_dir=tmp_path, secret_key=key)).file is None
    assert not list(tmp_path.iterdir())


def test_former_keys_are_whole_lines_for_a_passphrase_has_spaces(tmp_path: Path) -> None:
    key = SecretStr("a passphrase that is long")
    sealed = open_cipher(Settings(data_dir=tmp_path, secret_key=key)).lock("token")
    KeyFile(tmp_path).take(["the current one is as long", key.get_secret_value()])
    assert open_cipher(Settings(data_dir=tmp_path)).unlock(sealed) == "token"
