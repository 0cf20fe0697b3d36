"""Only a whole name, e-mail or phone is taken out of a text, whichever way it is looked for."""

import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.base.db import Database
from kam_sync.privacy.marks import Marker, Masking
from kam_sync.privacy.patterns import pattern_of

REF = (1, "note", "31")
NAMES = ("Иванов А.В.", "А. В. Иванов", "Ли Ян", "Иванов Пётр Ильич", "Иванов А.", "Ян", "А. В.")
_WORDS = (
    "сумма", "в", "договоре", "а", "В", "А.", "были", "январские", "Ивановский", "Ли-Яновы", "Или",
    "Ян", "Ли", "Ли2", "Пётр", "Ильича", "Ильич", "Иванов", "п", "й", "n", "\\",
)  # fmt: skip
_TEXTS = st.lists(
    st.tuples(st.sampled_from(_WORDS), st.sampled_from((" ", ", ", ".", "\n", "-", ""))), max_size=9
).map(lambda parts: "".join(word + gap for word, gap in parts))

Mask = Callable[[str, str], str]
"""A name and a text -> the text without it."""


def _by_marks(name: str, text: str) -> str:
    marker = Marker(b"key")
    return Masking(marker, {one.digest for one in marker.names(REF, [name])}).text(text, REF)


@pytest.fixture(scope="module")
def by_pattern(migrated: Database) -> Mask:
    """As a database does it, in a text and in JSON."""
    query = "SELECT regexp_replace(:text, :pattern, '…', 'gi')"

    def mask(name: str, text: str) -> str:
        pattern = pattern_of([name], (), ())
        if pattern is None:
            return text
        inside = json.dumps({"a": [text]}, ensure_ascii=False)
        with migrated.engine.connect() as connection:
            plain, held = (
                connection.scalar(sa.text(query), {"text": one, "pattern": pattern})
                for one in (text, inside)
            )
        assert json.loads(held) == {"a": [plain]}
        return str(plain)

    return mask


def _may_name(name: str, text: str) -> bool:
    """Whether two words of a name are in a text; of one with initials the surname and a letter."""
    words = re.findall(r"\w+", name.lower())
    said = re.findall(r"\w+", text.lower())
    return len(words) > 1 and len({one for one in words if one in said}) > 1


@given(st.sampled_from(NAMES), _TEXTS)
def test_a_text_without_the_name_stays_as_it_is(by_pattern: Mask, name: str, text: str) -> None:
    if max(map(len, re.findall(r"\w+", name))) > 1 and _may_name(name, text):
        text = re.sub(r"\b(Иванов|Ян|Ильич)\b", "…", text, flags=re.IGNORECASE)
    assert by_pattern(name, text) == text
    assert _by_marks(name, text) == text


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Иванов А.В.", "Сумма в договоре"),
        ("Иванов А.В.", "Иванов, а в среду"),
        ("Иванов А.В.", "А Иванов в отпуске"),
        ("Ли Ян", "были январские"),
        ("Ли Ян", "Или Ян"),
        ("Ли Ян", "Ли Яна"),
    ],
)
def test_others_are_not_taken_for_them(by_pattern: Mask, name: str, text: str) -> None:
    assert by_pattern(name, text) == text
    assert _by_marks(name, text) == text


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Иванов А.В.", "Звонил Иванов А.В., ждёт", "Звонил …., ждёт"),
        ("Иванов А.В.", "(А. В. ИВАНОВ)", "(…)"),
        ("А.В. Иванов", "иванов а.в", "…"),
        ("Ли Ян", "Ян Ли: да", "…: да"),
        ("Ли Ян", "был\nЛи, Ян\nтут", "был\n…\nтут"),
        ("Иванов Пётр Ильич", "Пётр Ильич Иванов", "…"),
        ("Иванов Пётр Ильич", "и Пётр Ильич", "и …"),
    ],
)
def test_a_name_is_found_whole(by_pattern: Mask, name: str, text: str, left: str) -> None:
    assert by_pattern(name, text) == left
    assert _by_marks(name, text) == left


def test_mails_and_phones_are_found_whole(migrated: Database) -> None:
    pattern = pattern_of((), ["an@b.ru"], ["+7 916 555-01-42"])
    text = "an@b.ru, ivan@b.ru, an@b.ru.net; an@b.ru. 8(916)555 01 42 и 916555014277"
    with migrated.engine.connect() as connection:
        query = sa.text("SELECT regexp_replace(:text, :pattern, '…', 'gi')")
        left = connection.scalar(query, {"text": text, "pattern": pattern})
    assert left == "…, ivan@b.ru, an@b.ru.net; …. 8(… и 916555014277"
