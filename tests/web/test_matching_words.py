"""Why two companies are one, in words."""

import pytest

from kam_sync.matching.comparing import Clue, Evidence
from kam_sync.matching.people import PersonClue, PersonEvidence
from kam_sync.web.wording import matching as words
from kam_sync.web.wording import persons
from tests.web.test_wording import EN, RU


@pytest.mark.parametrize(
    ("found", "russian", "english"),
    [
        (
            Evidence(Clue.INN, 8.0, "7707083893"),
            "ИНН совпадает: 7707083893",
            "the same INN: 7707083893",
        ),
        (
            Evidence(Clue.PHONE, 3.5, "+74951234567"),
            "телефон совпадает: +7 495 123-45-67",
            "the same phone: +7 495 123-45-67",
        ),
        (
            Evidence(Clue.PHONE, 0.2, "+74951234567"),
            "телефон совпадает, но в одной CRM он у нескольких компаний: +7 495 123-45-67",
            "the same phone, which several in one CRM have: +7 495 123-45-67",
        ),
        (Evidence(Clue.PHONE, 3.5, "112"), "телефон совпадает: 112", "the same phone: 112"),
        (Evidence(Clue.NAME_EQUAL, 4.5), "название совпадает", "the same name"),
        (Evidence(Clue.CITY_OTHER, -2.0), "разные города", "different cities"),
        (
            Evidence(Clue.DOMAIN, 0.0, "50%.example"),
            "домен сайта или почты совпадает, но в одной CRM он у нескольких компаний: 50%.example",
            "the same site or mail domain, which several in one CRM have: 50%.example",
        ),
    ],
)
def test_a_clue_is_said_in_words(found: Evidence, russian: str, english: str) -> None:
    assert (words.clue(RU, found), words.clue(EN, found)) == (russian, english)


@pytest.mark.parametrize("clue", Clue)
def test_every_clue_has_its_words_in_both_languages(clue: Clue) -> None:
    said = {words.clue(language, Evidence(clue, 1.0, "X")) for language in (RU, EN)}
    assert len(said) == 2
    assert not any("%" in one for one in said)


@pytest.mark.parametrize("clue", PersonClue)
def test_every_clue_of_people_has_its_words_in_both_languages(clue: PersonClue) -> None:
    for weight in (3.0, 0.0):
        found = PersonEvidence(clue, weight, "+74951234567")
        assert len({persons.clue(language, found) for language in (RU, EN)}) == 2


def test_what_speaks_for_it_comes_before_what_speaks_against_it() -> None:
    found = [
        Evidence(Clue.NAME_EQUAL, 4.5),
        Evidence(Clue.CITY_OTHER, -2.0),
        Evidence(Clue.EMAIL, 4.0, "a@b.example"),
    ]
    assert words.evidence(RU, found) == (
        "За: название совпадает; почта совпадает: a@b.example. Против: разные города."
    )
    assert words.evidence(EN, found[:1]) == "For: the same name."
    assert words.evidence(EN, found[1:2]) == "Against: different cities."


@pytest.mark.parametrize(
    ("held", "shown"),
    [
        ("8-912-000-00-56", "+7 912 000-00-56"),
        ("+79120000056", "+7 912 000-00-56"),
        ("12-34", "12-34"),
        ("доб. 5", "доб. 5"),
    ],
)
def test_phones_are_written_alike_and_what_is_none_stays(held: str, shown: str) -> None:
    assert words.phone(held) == shown
