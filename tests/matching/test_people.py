"""Contacts are one by what they are reached by; a name alone is a question."""

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.matching.judging import Answer
from kam_sync.matching.people import (
    Person,
    PersonClue,
    PersonVerdict,
    compare_people,
    judge_people,
    person,
)


class Crowd:
    """So many people carry each thing."""

    def __init__(self, carriers: int = 2) -> None:
        self._carriers = carriers

    def carriers(self, clue: PersonClue, what: str) -> int:
        """The same of all."""
        return self._carriers


_JULIA = person("Юлия Павлова", emails=["pavlova@romashka.ru"], phones=["8 916 123-45-67"])


def _judged(
    one: Person, other: Person, accounts: Answer | None = Answer.SAME, carriers: int = 2
) -> PersonVerdict:
    return judge_people(compare_people(one, other, Crowd(carriers), accounts))


def test_one_e_mail_or_one_phone_with_the_name_is_one_person() -> None:
    for other in (
        person("Pavlova Yuliya", emails=["PAVLOVA@romashka.ru"]),
        person("Павлова Ю.", phones=["+79161234567"]),
    ):
        assert _judged(_JULIA, other).answer is Answer.SAME


def test_a_name_within_one_account_is_a_weak_yes() -> None:
    verdict = _judged(_JULIA, person("Павлова Юлия"))
    assert (verdict.answer, verdict.is_likely) == (Answer.ASK, True)
    elsewhere = _judged(_JULIA, person("Павлова Юлия"), Answer.DIFFERENT)
    assert elsewhere.answer is Answer.DIFFERENT


def test_a_mailbox_of_many_proves_nothing_alone() -> None:
    one = person("Юлия Павлова", emails=["info@romashka.ru"])
    assert _judged(one, one, carriers=30).answer is Answer.ASK


def test_two_names_at_one_phone_are_not_one_person_without_a_question() -> None:
    other = person("Сергей Кузнецов", phones=["89161234567"], emails=["pavlova@romashka.ru"])
    assert _judged(_JULIA, other).answer is Answer.ASK
    assert _judged(_JULIA, person("Сергей Кузнецов", phones=["89161234567"])).answer is (
        Answer.DIFFERENT
    )


def test_without_a_name_the_rest_is_weighed() -> None:
    found = compare_people(_JULIA, person("", phones=["89161234567"]), Crowd(), None)
    assert [one.clue for one in found] == [PersonClue.PHONE]


_PERSON = st.builds(
    person,
    st.sampled_from(["Юлия Павлова", "Павлова Ю.", "Pavlova Yulia", "Павлов Юрий", ""]),
    emails=st.sampled_from([(), ("a@b.ru",), ("c@b.ru", "a@b.ru")]),
    phones=st.sampled_from([(), ("89161234567",), ("89161234568",)]),
    position=st.sampled_from(["", "Директор", "бухгалтер"]),
)


@given(_PERSON, _PERSON, st.sampled_from([None, *Answer]))
def test_the_order_of_two_people_does_not_matter(
    one: Person, other: Person, accounts: Answer | None
) -> None:
    assert _judged(one, other, accounts) == _judged(other, one, accounts)
