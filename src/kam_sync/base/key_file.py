"""The key of an installation without KAM_SYNC_SECRET_KEY: made once, kept in the data folder.

`secret.key` holds the current key. `secret.key.former` holds those before it, newest first, as long
as something may still be sealed with them. A former key is written down before its successor takes
its place, so whatever moment a machine stops at, every key that something is sealed with is there.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from cryptography.fernet import Fernet

from kam_sync.base.errors import DatabaseTrouble

_CURRENT, _FORMER = "secret.key", "secret.key.former"

_State = tuple[tuple[int, int, int] | None, ...]


class KeyFile:
    """The keys in a data folder, which another process may change while this one runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._current, self._former = folder / _CURRENT, folder / _FORMER
        self._seen: _State | None = None
        self._keys: tuple[str, ...] = ()

    def keys(self) -> tuple[str, ...]:
        """All keys, the current one first; makes one where there is none yet."""
        state = (_state(self._current), _state(self._former))
        if self._keys and (state == self._seen or state[0] is None):
            return self._keys  # as they were, or lost while we run: we still know them
        try:
            if state[0] is None:
                self._make()
            # In this order: who reads a new current key finds the one before it written down.
            found = [self._current.read_text().strip()]
            if self._former.exists():
                lines = self._former.read_text().splitlines()  # a passphrase may have spaces
                found += [line.strip() for line in lines if line.strip()]
        except OSError as error:
            raise self._trouble(error) from error
        self._seen, self._keys = state, tuple(dict.fromkeys(found))
        return self._keys

    def succeed(self) -> None:
        """Let a new key be the current one, and keep the others to open with."""
        try:
            self._write(self._former, "\n".join(self.keys()))
            self._write(self._current, Fernet.generate_key().decode())
        except OSError as error:
            raise self._trouble(error) from error

    def take(self, keys: Sequence[str]) -> None:
        """Keep keys that come from elsewhere, the current one first."""
        if keys[1:]:
            self._write(self._former, "\n".join(keys[1:]))
        self._write(self._current, keys[0])

    def forget_former(self) -> int:
        """Forget all keys but the current one; how many."""
        gone = len(self.keys()) - 1
        try:
            self._former.unlink(missing_ok=True)
        except OSError as error:
            raise self._trouble(error) from error
        return gone

    def _make(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        fresh = self._fresh(self._current, Fernet.generate_key().decode())
        try:
            self._current.hardlink_to(fresh)  # atomic: of two first starts one wins, both read it
        except FileExistsError:
            pass
        finally:
            fresh.unlink()

    def _write(self, path: Path, text: str) -> None:
        self._fresh(path, text).replace(path)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)  # the new name outlives a power cut
        finally:
            os.close(folder)

    def _fresh(self, path: Path, text: str) -> Path:
        fresh = path.with_name(f"{path.name}.{Fernet.generate_key().decode()[:8]}")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        return fresh

    def _trouble(self, error: OSError) -> DatabaseTrouble:
        return DatabaseTrouble(f"cannot keep the secret key in {self._folder}: {error.strerror}")


def _state(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    except OSError:  # unreadable: the reading says so
        return (0, 0, 0)
    return (found.st_ino, found.st_mtime_ns, found.st_size)
