"""What speaks for and against two companies being one, and how much."""

from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.matching.comparing import Clue, compare, may_be_one
from kam_sync.matching.features import (
    Said,
    features,
    inn_number,
    is_real_inn,
    phone_number,
    site_host,
)
from kam_sync.matching.judging import Answer, judge
from kam_sync.matching.keys import block_keys

_INN, _OTHER, _WRONG = "7707083893", "7728168971", "7707083839"


class Crowd:
    """So many companies of one source carry each thing."""

    def __init__(self, carriers: int = 1, named: int = 1) -> None:
        self._carriers, self._named = carriers, named

    def carriers(self, clue: Clue, what: str) -> int:
        """The same of all."""
        return self._carriers

    def named(self, flat: str) -> int:
        """The same of all."""
        return self._named


def _found(one: Said, other: Said, crowd: Crowd | None = None) -> Mapping[Clue, float]:
    evidence = compare(features(one), features(other), crowd or Crowd())
    return {found.clue: found.weight for found in evidence}


def test_one_inn_weighs_most_and_another_one_speaks_against() -> None:
    assert _found(Said("А", inn=_INN), Said("Б", inn=_INN))[Clue.INN] == 8
    assert _found(Said("А", inn=_INN), Said("А", inn=_OTHER))[Clue.INN_OTHER] == -6


def test_digits_that_changed_places_are_a_slip_where_one_number_is_wrong() -> None:
    assert is_real_inn(_INN)
    assert not is_real_inn(_WRONG)
    assert Clue.INN_SLIP in _found(Said("А", inn=_INN), Said("А", inn=_WRONG))


def test_an_inn_that_lost_its_first_zero_is_that_inn() -> None:
    found = compare(
        features(Said("ЮгОптика", inn="200930035", kpp="020001001")),
        features(Said("ЮгОптика", inn="0200930035", kpp="020001001")),
        Crowd(),
    )
    assert {one.clue: one.what for one in found if one.what} == {
        Clue.INN: "0200930035", Clue.KPP: "020001001",
    }  # fmt: skip
    assert judge(found).answer is Answer.SAME
    other = Said("ЮгОптика", inn="1600850844", kpp="160001001")
    assert Clue.INN_OTHER in _found(Said("ЮгОптика", inn="200930035"), other)
    assert inn_number("27808135124") == "027808135124"
    wrong, not_one = "200930036", "20093003"
    assert (inn_number(wrong), inn_number(not_one)) == (None, None)


def test_numbers_that_are_none_prove_nothing() -> None:
    names = Said("Ромашка", inn="1234567890"), Said("Ромашка", inn="1234567890")
    found = _found(*names)
    assert Clue.INN_FALSE in found
    assert judge(compare(*map(features, names), Crowd())).answer is Answer.ASK
    junk = {"ogrn": "1111111111111"}
    assert Clue.OGRN not in _found(Said("Ромашка", **junk), Said("Ландыш", **junk))
    real = {"ogrn": "1027700132195"}
    assert _found(Said("Ромашка", **real), Said("Ландыш", **real))[Clue.OGRN] == 8


def test_a_branch_has_the_inn_and_another_kpp() -> None:
    found = _found(Said("А", inn=_INN, kpp="770701001"), Said("А", inn=_INN, kpp="631602001"))
    assert {Clue.INN, Clue.KPP_OTHER} <= found.keys()
    moved = _found(Said("А", inn=_INN, kpp="770701001"), Said("А", inn=_INN, kpp="772501001"))
    assert {Clue.INN, Clue.KPP_MOVED} <= moved.keys()


def test_what_many_share_weighs_less() -> None:
    one = Said("Ромашка", phones=["8 (495) 123-45-67"], emails=["info@romashka.ru"])
    few, many = _found(one, one), _found(one, one, Crowd(carriers=40, named=40))
    for clue in (Clue.PHONE, Clue.EMAIL, Clue.DOMAIN, Clue.NAME_EQUAL):
        assert 0 <= many[clue] < few[clue]


def test_free_mail_and_sites_of_others_are_no_domains() -> None:
    one = features(Said("А", emails=["a@mail.ru"], website="https://vk.com/romashka"))
    assert one.domains == frozenset()
    assert site_host("HTTPS://www.Ромашка.рф/о-нас") == site_host("xn--80aa3agjl3d.xn--p1ai")


def test_a_phone_is_one_however_it_is_written() -> None:
    assert {phone_number(said) for said in ("8 (495) 123-45-67", "+7 495 1234567")} == {
        "+74951234567"
    }
    assert phone_number("нет") is None


def test_another_kind_of_business_speaks_against_one_name() -> None:
    assert _found(Said("ТД Ромашка"), Said("Завод Ромашка"))[Clue.KIND_OTHER] < 0
    assert Clue.KIND_OTHER not in _found(Said("ТД Ромашка"), Said("Ромашка"))


def test_a_name_of_signs_alone_says_nothing() -> None:
    assert _found(Said("—"), Said("—")) == {}


def test_who_is_called_by_its_inn_has_no_name() -> None:
    found = _found(Said("Ромашка", "7707083893"), Said("7707083893", "7707083893"))
    assert found == {Clue.INN: 8}


def test_who_has_a_thing_in_common_has_a_key_in_common() -> None:
    one = Said("ООО Ромашка", inn=_INN, phones=["84951234567"], website="romashka.ru")
    for other in (
        Said("Другое", inn=_INN), Said("Другое", phones=["+7 495 123 45 67"]),
        Said("Другое", emails=["a@romashka.ru"]), Said("Romashka"), Said("Ромашка Трейд"),
        Said("Рмоашка"),
    ):  # fmt: skip
        assert block_keys(features(one)) & block_keys(features(other))


_SAID_NAMES = (
    "ООО Ромашка", "Romashka", "Ромашка Юг Групп", "Холдинг Юг Ромашка", "Ромашкп",
    "Ромашка Строй", "ИП Иванов П.", "",
)  # fmt: skip
_SAID = st.builds(
    Said,
    name=st.sampled_from(_SAID_NAMES),
    inn=st.sampled_from([None, _INN, _OTHER, _WRONG]),
    kpp=st.sampled_from([None, "770701001", "631602001"]),
    phones=st.sampled_from([(), ("84951234567",), ("84951234568",)]),
    website=st.sampled_from([None, "romashka.ru", "other.ru"]),
    city=st.sampled_from([None, "г. Самара", "Тула"]),
    address=st.sampled_from([None, "ул. Мира, д. 1", "Мира 1 оф. 2", "Ленина 5"]),
)


@given(_SAID, _SAID)
def test_the_order_of_two_companies_does_not_matter(one: Said, other: Said) -> None:
    assert _found(one, other) == _found(other, one)


@given(_SAID, _SAID)
def test_what_is_not_compared_would_be_two(one: Said, other: Said) -> None:
    left, right = features(one), features(other)
    if not may_be_one(left, right):
        assert judge(compare(left, right, Crowd())).answer is Answer.DIFFERENT
