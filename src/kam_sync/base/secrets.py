"""Secrets at rest: encrypted with the keys of KAM_SYNC_SECRET_KEY, the first being current."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kam_sync.base.errors import DatabaseTrouble, WrongSettings
from kam_sync.base.settings import Settings

_KEY_FILE = "secret.key"


def new_key() -> str:
    """A key that nobody guesses, fit to stand in an address."""
    return token_urlsafe(32)


def digest_of(key: str) -> str:
    """What a key is looked up by, so that who reads the table learns no key."""
    return hashlib.sha256(key.encode()).hexdigest()


class Cipher:
    """Encrypts and decrypts short texts; reads what any of its keys wrote."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(_fernet_key(key)) for key in keys])

    def lock(self, text: str) -> str:
        """Encrypt a text with the current key."""
        return self._fernet.encrypt(text.encode()).decode()

    def unlock(self, sealed: str) -> str:
        """Decrypt what `lock` gave, with whichever key fits."""
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise WrongSettings(
                "KAM_SYNC_SECRET_KEY: does not open the stored secrets; "
                "add the former key after a comma"
            ) from error


def open_cipher(settings: Settings) -> Cipher:
    """The cipher of this installation.

    Without KAM_SYNC_SECRET_KEY a key is made once and kept in the data folder, readable by its
    owner alone: enough for one machine, and the reason why containers must set the variable.
    """
    if settings.secret_key is not None:
        keys = [part.strip() for part in settings.secret_key.get_secret_value().split(",")]
        if not all(keys):
            raise WrongSettings("KAM_SYNC_SECRET_KEY: an empty key between commas")
        return Cipher(keys)
    return Cipher([_own_key(settings.data_dir)])


def _own_key(folder: Path) -> str:
    path = folder / _KEY_FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            fresh = folder / f"{_KEY_FILE}.{Fernet.generate_key().decode()[:8]}"
            fresh.touch(mode=0o600, exist_ok=False)
            fresh.write_text(Fernet.generate_key().decode())
            try:
                path.hardlink_to(fresh)  # atomic: of two first starts one wins, both read its key
            except FileExistsError:
                pass
            finally:
                fresh.unlink()
        return path.read_text().strip()
    except OSError as error:
        raise DatabaseTrouble(
            f"cannot keep the secret key in {folder}: {error.strerror}"
        ) from error


def _fernet_key(key: str) -> bytes:
    """Accept a ready Fernet key or any passphrase of at least 16 characters."""
    try:
        Fernet(key)
    except ValueError:
        if len(key) < 16:
            raise WrongSettings("KAM_SYNC_SECRET_KEY: at least 16 characters are needed") from None
        return urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
    return key.encode()
