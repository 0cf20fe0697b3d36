"""What a folder of exported files says of itself: which there are, and of what each is made."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from kam_sync.base.errors import WrongUse

NAME = "manifest.json"


class _Kept(BaseModel):
    model_config = ConfigDict(extra="ignore")


class File(_Kept):
    """A file: a month of a table, or all of it."""

    rows: int
    bytes: int
    mark: str
    """Another one whenever a row of it is."""


class Table(_Kept):
    """A table with its files by part: `2026-03`, `undated` or `all`."""

    shape: str
    """Another one when its columns are; all files are written anew then."""
    files: dict[str, File] = {}


class Manifest(_Kept):
    """All tables of a folder."""

    kam_sync: int = 1
    """The form of this file."""
    format: str
    as_of: str = ""
    """The moment that all files are of, where all tables were asked for."""
    tables: dict[str, Table] = {}


def read_manifest(folder: Path) -> Manifest | None:
    """What is said of a folder, None where nothing was exported into it. Raises WrongUse."""
    path = folder / NAME
    try:
        return Manifest.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except ValidationError as error:
        raise WrongUse(
            f"{path}: it cannot be read; delete it with the files beside it, or choose another "
            "folder"
        ) from error
