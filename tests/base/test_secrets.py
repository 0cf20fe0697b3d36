"""Secrets at rest."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from kam_sync.base.errors import WrongSettings
from kam_sync.base.secrets import Cipher, open_cipher
from kam_sync.base.settings import Settings


def test_what_was_locked_is_unlocked_and_does_not_show() -> None:
    cipher = Cipher(["a passphrase that is long"])
    sealed = cipher.lock("token-12345")
    assert "token-12345" not in sealed
    assert cipher.unlock(sealed) == "token-12345"


def test_a_new_key_in_front_still_opens_what_the_old_one_locked() -> None:
    sealed = Cipher(["the old key, long enough"]).lock("token")
    both = Cipher(["the new key, long enough", "the old key, long enough"])
    assert both.unlock(sealed) == "token"
    with pytest.raises(WrongSettings, match="KAM_SYNC_SECRET_KEY: does not open"):
        Cipher(["the new key, long enough"]).unlock(sealed)


@pytest.mark.parametrize("key", ["short", "long enough for a key,,", ","])
def test_a_weak_or_empty_key_is_refused(tmp_path: Path, key: str) -> None:
    settings = Settings(data_dir=tmp_path, secret_key=SecretStr(key))
    with pytest.raises(WrongSettings, match="KAM_SYNC_SECRET_KEY"):
        open_cipher(settings)


def test_without_a_key_one_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "new")
    sealed = open_cipher(settings).lock("token")
    assert open_cipher(settings).unlock(sealed) == "token"
    kept = list((tmp_path / "new").iterdir())
    assert [path.name for path in kept] == ["secret.key"]
    assert kept[0].stat().st_mode & 0o077 == 0
