"""The file of a backup: what is damaged is told in words, and no file is too old for it."""

import os
from pathlib import Path

import pytest

from kam_sync.base.archive import About, opened, written
from kam_sync.base.clock import utc_now
from kam_sync.base.errors import DatabaseTrouble

CONTENT = b"2027-02-20: work\n" * 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    kept = tmp_path / "workdays.yaml"
    kept.write_bytes(CONTENT)
    os.utime(kept, (0, 0))
    about = About(
        version="1", revision="2", created_at=utc_now(), server=17, rows={}, roles=[],
        files=[kept.name], has_key=True,
    )  # fmt: skip
    with written(tmp_path / "all.kam") as writing:
        writing.sql([b"SELECT 1;\n"])
        writing.files(tmp_path, about.files)
        writing.key("a key that is long enough " * 9)
        writing.about(about)
    return tmp_path / "all.kam"


def test_a_file_of_1970_is_kept_as_well(file: Path) -> None:
    with opened(file) as reading:
        assert reading.content("workdays.yaml") == CONTENT


@pytest.mark.parametrize("part", ["workdays.yaml", "secret.key"])
@pytest.mark.parametrize("byte", [0, 3, 9])
def test_a_damaged_part_is_told_in_words(file: Path, part: str, byte: int) -> None:
    whole = bytearray(file.read_bytes())
    begins = whole.index(part.encode()) + len(part)
    whole[begins + byte] ^= 0xFF
    file.write_bytes(whole)
    with opened(file) as reading, pytest.raises(DatabaseTrouble, match="it is damaged"):
        _ = reading.content("workdays.yaml"), reading.key
