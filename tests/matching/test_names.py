"""Names are read the same however they are written, and differ where firms do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.matching.names import Like, alike, company_name, folded, person_name

_WORDS = st.text("абвгдежзийклмнопрстуфхцчшщъыьэюяё", min_size=5, max_size=9)
_SAID = (
    "Ромашка", "Romashka", "Ромашкп", "ООО", "LLC", "ТД", "2", "и", "Строй", "Трейд", "ИП",
    "Иванов", "П.", "!",
)  # fmt: skip
_NAMES = st.lists(st.sampled_from(_SAID), max_size=4).map(" ".join)


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("ООО «Ромашка»", "Romashka, LLC", Like.EQUAL),
        ("РОМАШКА ООО (Самара)", "ромашка", Like.EQUAL),
        ("АО Вектор", "ПАО «Вектор»", Like.EQUAL),
        ("Берёзка", "Березка", Like.EQUAL),
        ("Щукин и партнёры", "Schukin i partnery", Like.EQUAL),
        ("Торговый дом «Ромашка»", "ТД Ромашка", Like.EQUAL),
        ("Трейд Сокол", "Сокол-Трейд", Like.EQUAL),
        ("СоколТрейд", "Сокол Трейд", Like.EQUAL),
        ("Ромашка II", "Ромашка 2", Like.EQUAL),
        ("Меридиан", "Миридиан", Like.TYPO),
        ("Ромашка, Василёк", "Ромашка и Василёк", Like.TYPO),
        ("ТД Ромашка", "Ромашка", Like.LOOSE),
        ("Hudson Technologies", "Hudson", Like.LOOSE),
        ("Hudson Technologies", "Hudson Global", Like.START),
        ("Мир", "Мир Инструмента", Like.SHORTER),
        ("Мир Обуви", "Мир Инструмента", Like.START),
        ("Ромашка 2", "Ромашка", Like.PART),
        ("Ромашка 2", "Ромашка 3", Like.PART),
        ("Gen Digital", "I-ON Digital", Like.PART),
        ("NorthWestern Energy", "Southwestern Energy", Like.PART),
        ("Норд", "Форд", Like.FAR),
        ("ООО «»", "Ромашка", Like.FAR),
    ],
)
def test_companies(one: str, other: str, like: Like) -> None:
    assert alike(company_name(one), company_name(other)) is like


@pytest.mark.parametrize(
    ("one", "other", "like"),
    [
        ("Павлова Юлия", "Юлия Павлова", Like.EQUAL),
        ("Иванов Пётр Сергеевич", "Ivanov Petr", Like.EQUAL),
        ("Черрнышёва Алёна", "Chernysheva Alena", Like.TYPO),
        ("Blackwell Amber", "black well amber", Like.TYPO),
        ("Павлова Ю.", "Юлия Павлова", Like.INITIAL),
        ("Волкова Елена", "Волкова Ирина", Like.PART),
        ("Юлия", "Юлия Павлова", Like.PART),
        ("Иванов Пётр", "Петров Иван", Like.FAR),
    ],
)
def test_people(one: str, other: str, like: Like) -> None:
    assert alike(person_name(one), person_name(other)) is like


def test_a_sole_proprietor_is_a_person() -> None:
    assert company_name("ИП Иванов Пётр").is_person
    assert alike(company_name("Иванов П."), company_name("ИП Иванов Пётр")) is Like.INITIAL


def test_the_form_the_kind_and_free_words_are_told_apart() -> None:
    name = company_name('Общество с ограниченной ответственностью "Торговый дом Ромашка Групп"')
    assert (name.form, name.kinds, name.core) == ("ООО", {"td"}, ("romashka",))


@given(_NAMES, _NAMES)
def test_the_order_of_two_names_does_not_matter(one: str, other: str) -> None:
    left, right = company_name(one), company_name(other)
    assert alike(left, right) is alike(right, left)


@given(_NAMES)
def test_a_firm_is_named_as_itself_unless_it_has_no_name(name: str) -> None:
    read = company_name(name)
    if not read.is_person:
        assert alike(read, read) is (Like.EQUAL if read.words else Like.FAR)


@given(_WORDS)
def test_folding_twice_is_folding_once(word: str) -> None:
    assert folded(" ".join(folded(word))) == folded(word)
