"""Secrets at rest: encrypted with the keys of KAM_SYNC_SECRET_KEY, the first being current."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import suppress
from enum import StrEnum
from secrets import token_urlsafe

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kam_sync.base.errors import WrongSettings
from kam_sync.base.key_file import KeyFile
from kam_sync.base.settings import Settings


def new_key() -> str:
    """A key that nobody guesses, fit to stand in an address."""
    return token_urlsafe(32)


def digest_of(key: str) -> str:
    """What a key is looked up by, so that who reads the table learns no key."""
    return hashlib.sha256(key.encode()).hexdigest()


class SealedBy(StrEnum):
    """Which key opens a sealed text."""

    CURRENT = "current"
    FORMER = "former"
    NONE = "none"


class Cipher:
    """Encrypts and decrypts short texts; reads what any of its keys wrote."""

    def __init__(self, keys: Sequence[str], file: KeyFile | None = None) -> None:
        self.file = file
        """Where the keys stand when no setting gives them: they may change while we run."""
        self._take(tuple(keys))

    @property
    def has_former(self) -> bool:
        """Whether there are keys that only open."""
        self._look_again()
        return len(self._keys) > 1

    def lock(self, text: str) -> str:
        """Encrypt a text with the current key."""
        self._look_again()
        return self._fernets[0].encrypt(text.encode()).decode()

    def unlock(self, sealed: str) -> str:
        """Decrypt what `lock` gave, with whichever key fits."""
        self._look_again()
        try:
            return MultiFernet(self._fernets).decrypt(sealed.encode()).decode()
        except InvalidToken as error:
            raise WrongSettings(
                "KAM_SYNC_SECRET_KEY: does not open the stored secrets; "
                "add the former key after a comma"
            ) from error

    def sealed_by(self, sealed: str) -> SealedBy:
        """Which key opens what `lock` gave."""
        self._look_again()
        for at, fernet in enumerate(self._fernets):
            with suppress(InvalidToken):
                fernet.decrypt(sealed.encode())
                return SealedBy.FORMER if at else SealedBy.CURRENT
        return SealedBy.NONE

    def _look_again(self) -> None:
        if self.file is not None and (keys := self.file.keys()) != self._keys:
            self._take(keys)

    def _take(self, keys: tuple[str, ...]) -> None:
        self._keys, self._fernets = keys, [Fernet(_fernet_key(key)) for key in keys]


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
    file = KeyFile(settings.data_dir)
    return Cipher(file.keys(), file)


def _fernet_key(key: str) -> bytes:
    """Accept a ready Fernet key or any passphrase of at least 16 characters."""
    try:
        Fernet(key)
    except ValueError:
        if len(key) < 16:
            raise WrongSettings("KAM_SYNC_SECRET_KEY: at least 16 characters are needed") from None
        return urlsafe_b64encode(hashlib.sha256(key.encode()).digest())
    return key.encode()
