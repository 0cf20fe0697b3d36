"""What a person is told of a question: what speaks against it must not stay hidden."""

from decimal import Decimal
from uuid import UUID

import pytest

from kam_sync.accounts.model import Company
from kam_sync.accounts.store import Worth
from kam_sync.matching.judging import Answer
from kam_sync.matching.model import Question
from kam_sync.matching.showing import Asked, Side

_INN, _OTHER = "7707083893", "0200930035"


def _side(number: int, *inns: str | None) -> Side:
    companies = tuple(
        Company.model_construct(source_id=number, external_id=str(at), inn=inn, kpp=None)
        for at, inn in enumerate(inns)
    )
    return Side(companies[0], UUID(int=number), Worth(), companies)


_QUESTION = Question(
    one_source_id=1, one_id="0", other_source_id=2, other_id="0", answer=Answer.ASK, weight=4.5,
    money=Decimal(0), currency=None, place=1, one_account_id=UUID(int=1),
    other_account_id=UUID(int=2),
)  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "others"),
    [
        ([None], [None, _OTHER], ""),
        ([None, _INN], [None, _INN, _OTHER], ""),
        ([None, _INN], [None, "1234567890"], ""),  # which is no real one
        ([None, _INN], [None, "200930035"], f"{_INN}, {_OTHER}"),
    ],
)
def test_nobody_is_advised_to_merge_accounts_with_other_inns(left, right, others) -> None:
    asked = Asked(_QUESTION, (_side(1, *left), _side(2, *right)), ())
    assert (asked.other_inns, asked.is_likely) == (others, not others)


def test_a_side_has_each_number_and_source_of_its_account_once() -> None:
    side = _side(1, "200930035", _OTHER, None)
    assert (side.inns, side.kpps, side.source_ids) == ([_OTHER], [], [1])
