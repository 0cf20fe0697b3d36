"""Texts that people give in files."""

from pathlib import Path

from connectors import Spoken
from kam_sync.base.errors import WrongUse


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises WrongUse, in both languages, where there is none."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError as error:
        said = Spoken(f"{path}: there is no such file", f"{path}: такого файла нет")
        raise WrongUse(said) from error
    except UnicodeDecodeError as error:
        said = Spoken(f"{path}: this is no text in UTF-8", f"{path}: это не текст в UTF-8")
        raise WrongUse(said) from error
    except OSError as error:
        why = error.strerror
        said = Spoken(f"{path}: it cannot be read: {why}", f"{path}: не читается: {why}")
        raise WrongUse(said) from error
