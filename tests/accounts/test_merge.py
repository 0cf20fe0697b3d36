"""Of several companies of an account it is said whose word of each field is believed."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from kam_sync.accounts.merge import heard, merged
from kam_sync.accounts.model import Company
from kam_sync.accounts.traits import traits

OLD, NEW = (datetime(2026, 1, day, tzinfo=UTC) for day in (1, 2))


def company(source: int, updated_at: datetime | None = OLD, **said: Any) -> Company:
    """A company of a source, changed last in the beginning of the year."""
    nothing: dict[str, Any] = {"tags": [], "phones": [], "emails": []}
    plain = {**nothing, "name": f"Из {source}", "external_id": "1", "changed_at": NEW, **said}
    return Company.model_validate({"source_id": source, "updated_at": updated_at, **plain})


@pytest.mark.parametrize(
    ("companies", "winners", "expected"),
    [
        ([company(1), company(2, NEW)], {}, [2, 1]),
        ([company(1), company(2, NEW, is_deleted=True)], {}, [1, 2]),
        ([company(1), company(2, None)], {}, [1, 2]),
        ([company(1), company(2, NEW), company(3)], {"name": (3, 1)}, [3, 1, 2]),
        ([company(1), company(2, NEW)], {"inn": (1,)}, [2, 1]),
        ([company(1, name=""), company(2)], {"name": (1,)}, [2]),
        ([company(1), company(2, NEW)], {"name": (7, 1)}, [1, 2]),
        ([company(1), company(2, NEW, name="77", inn="77")], {"name": (2,)}, [1, 2]),
    ],
    ids=[
        "the latest change", "the living before", "a change of unknown time last",
        "sources as chosen", "of this field alone", "who says nothing is not asked",
        "a source that went is passed over", "a name before a number",
    ],
)  # fmt: skip
def test_the_order_in_which_companies_are_believed(
    companies: list[Company], winners: dict[str, tuple[int, ...]], expected: list[int]
) -> None:
    name = heard(companies, winners)["name"]
    assert [one.source_id for one in name.told] == expected
    assert name.believed == name.told[0]


def test_a_kpp_goes_with_the_inn_that_is_believed() -> None:
    companies = [company(1, NEW, inn="1"), company(2, inn="2", kpp="22"), company(3, inn="1")]
    kpp = heard(companies, {})["kpp"]
    assert (kpp.value, [one.value for one in kpp.told]) == (None, ["22"])
    assert merged(companies, {"inn": (2,)}) == {
        "name": "Из 1", "inn": "2", "kpp": "22", "is_active": True,
    }  # fmt: skip


def test_what_an_account_is_like_goes_by_the_same_rule() -> None:
    companies = [
        company(1, NEW, segment="A", contract_ends_on=date(2026, 1, 1), tags=["a", "b"]),
        company(2, segment="B", contract_ends_on=date(2027, 1, 1), website="b.ru", tags=["b"]),
        company(3, segment="C", tags=["old"], is_deleted=True),
    ]
    found = traits(companies, {"contract_ends_on": (2,)})
    assert (found.segment, found.website, found.tags) == ("A", "b.ru", ("a", "b"))
    assert found.contract_ends_on == date(2027, 1, 1)


def test_nobody_says_anything() -> None:
    assert {one.value for one in heard([], {}).values()} == {None}
    assert merged([], {})["name"] == ""
