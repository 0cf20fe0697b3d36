"""What a pair is: never one by its name alone, never one against an INN."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_sync.matching.comparing import Clue, Evidence
from kam_sync.matching.judging import LIKELY_FROM, Answer, judge


def _said(**weights: float) -> list[Evidence]:
    return [Evidence(Clue(clue), weight) for clue, weight in weights.items()]


@pytest.mark.parametrize(
    ("weights", "answer"),
    [
        ({"inn": 8, "name_equal": 4.5}, Answer.NUMBER),
        ({"inn": 8, "name_equal": 4.5, "kpp": 1}, Answer.SAME),
        ({"inn": 8, "name_equal": 4.5, "kpp_other": -1}, Answer.BRANCH),
        ({"inn": 8, "name_equal": 4.5, "kpp_other": -1, "phone": 3.5}, Answer.BRANCH),
        ({"inn": 8, "name_equal": 4.5, "kpp_moved": -1, "phone": 3.5}, Answer.TWICE),
        ({"inn": 8, "name_equal": 4.5, "kpp_moved": -1}, Answer.BRANCH),
        ({"inn": 8, "name_far": -3.5, "kpp_moved": -1, "phone": 3.5}, Answer.BRANCH),
        ({"inn": 8, "name_far": -3.5}, Answer.ASK),
        ({"inn": 8, "name_far": -3.5, "phone": 3.5}, Answer.SAME),
        ({"name_equal": 4.5, "phone": 3.5}, Answer.SAME),
        ({"name_equal": 4.5, "phone": 0.2}, Answer.ASK),
        ({"name_equal": 4.5, "city": 1.2, "address": 2}, Answer.SAME),
        ({"name_equal": 4.5}, Answer.ASK),
        ({"name_equal": 1.0}, Answer.DIFFERENT),
        ({"name_equal": 4.5, "phone": 3.5, "city_other": -2}, Answer.ASK),
        ({"name_far": -3.5, "phone": 3.5}, Answer.DIFFERENT),
        ({"inn_other": -6, "name_equal": 4.5, "phone": 3.5}, Answer.ASK),
        ({"inn_other": -6, "name_equal": 4.5}, Answer.DIFFERENT),
        ({"inn_other": -6, "name_part": -2, "phone": 3.5}, Answer.DIFFERENT),
        ({"inn": 8, "ogrn_other": -5, "name_equal": 4.5}, Answer.DIFFERENT),
    ],
)
def test_answers(weights: dict[str, float], answer: Answer) -> None:
    assert judge(_said(**weights)).answer is answer


def test_one_inn_twice_in_one_crm_is_asked_unless_more_says_the_same() -> None:
    said = _said(inn=8, name_equal=4.5)
    assert judge(said, is_one_source=True).answer is Answer.TWICE
    assert judge([*said, *_said(phone=3.5)], is_one_source=True).answer is Answer.SAME


def test_a_question_comes_with_advice() -> None:
    assert judge(_said(name_equal=LIKELY_FROM)).is_likely
    assert not judge(_said(name_equal=LIKELY_FROM - 0.1)).is_likely


@given(
    st.dictionaries(
        st.sampled_from([one for one in Clue if one not in {Clue.INN, Clue.OGRN}]),
        st.floats(-8, 8),
    )
)
def test_no_pair_is_one_by_its_name_alone_or_against_a_number(weights: dict[Clue, float]) -> None:
    verdict = judge([Evidence(clue, weight) for clue, weight in weights.items()])
    if verdict.answer is Answer.SAME:
        assert weights.keys() & {Clue.PHONE, Clue.EMAIL, Clue.DOMAIN, Clue.ADDRESS}
        assert not weights.keys() & {Clue.INN_OTHER, Clue.OGRN_OTHER}
