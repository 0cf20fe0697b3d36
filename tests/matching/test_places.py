"""Where a company is: cities and streets in one form, and nothing that is guessed."""

import pytest

from connectors.sandbox.spelling import SpeltWorld
from kam_sync.matching.comparing import Clue, compare
from kam_sync.matching.features import Said, features
from kam_sync.matching.places import city, street_and_house
from tests.matching.test_comparing import Crowd


@pytest.mark.parametrize(
    "said",
    ["г. Самара", "Самара г", "Samara", "САМАРА", "город Самара", "Самарская обл., г. Самара"],
)
def test_a_city_is_one_however_it_is_written(said: str) -> None:
    assert city(said) == "samara"


def test_a_city_with_two_names_is_one() -> None:
    assert city("Moscow") == city("мск") == city("г. Москва")
    assert city("Saint Petersburg") == city("спб") == city("Санкт-Петербург")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("443000, Самарская обл., г. Самара, ул. Мира, д. 1", "samara"),
        ("443000, Самарская обл, Самара г, Мира ул, дом № 1", "samara"),
        ("г.Нижний Новгород ул. Мира 5", city("Нижний Новгород")),
        ("Самара, ул. Мира 1", ""),
        ("г Самара Мира, 1", ""),
        ("г. Москва, г. Зеленоград, корп. 1", ""),
        ("ул. Городская, 5", ""),
        (None, ""),
    ],
)
def test_an_address_names_a_city_by_its_mark_or_not_at_all(
    address: str | None, expected: str
) -> None:
    assert city(None, address) == expected


def test_what_the_crm_says_apart_is_stronger_than_the_address() -> None:
    assert city("Samara", "г. Тула, Мира 1") == "samara"


@pytest.mark.parametrize(
    "address",
    [
        "ул. Мира, д. 1", "Мира 1", "Mira st. 1", "Россия, 443000, Самара, ул. Мира, дом № 1",
        "Самарская обл, Самара г, Мира ул, дом 1",
    ],
)  # fmt: skip
def test_a_house_is_one_however_it_is_written(address: str) -> None:
    assert street_and_house(address) == {"mira", "1"}


@pytest.mark.parametrize("address", ["Самара", "ул. Мира", "5", "г. Самара", "", None])
def test_what_names_no_house_says_nothing(address: str | None) -> None:
    assert street_and_house(address) == frozenset()


def _clues(one: str, other: str) -> set[Clue]:
    sides = (features(Said("Вега", address=said)) for said in (one, other))
    return {found.clue for found in compare(*sides, Crowd())}


def test_a_room_is_no_house_and_another_room_is_another_place() -> None:
    assert Clue.ADDRESS in _clues("Мира 1", "Мира, 1, оф. 2")
    assert Clue.ADDRESS_OTHER in _clues("Мира 1", "Мира, 11, оф. 1")
    assert Clue.ADDRESS_OTHER in _clues("Мира 1, оф. 3", "Мира, 1, оф. 2")


def test_one_street_of_two_cities_is_nothing() -> None:
    assert _clues("г. Тула, Ленина 1", "г. Самара, Ленина 1") == {
        Clue.NAME_EQUAL, Clue.CITY_OTHER,
    }  # fmt: skip


def test_five_crms_write_the_place_of_one_customer_in_their_ways() -> None:
    kinds = ("amocrm", "bitrix24", "megaplan", "sbercrm")
    worlds = [SpeltWorld(kind, seed=7, size=40, deals=1) for kind in kinds]
    lists = [[one for one in world.companies() if one.address] for world in worlds]
    written = {(one.number, one.city, one.address) for companies in lists for one in companies}
    told = {
        (one.number, city(one.city, one.address), street_and_house(one.address))
        for companies in lists
        for one in companies
    }
    assert all(name and house for _, name, house in told)
    assert len(told) == len({number for number, _, _ in told}) < len(written)
