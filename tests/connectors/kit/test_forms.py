"""Bodies of calls: forms with brackets as PHP writes them, and JSON."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.kit.errors import BadHook
from connectors.kit.forms import items, parse_form, read_body, texts
from connectors.sandbox.amocrm.hooks.form import encode

NAMES = st.text(st.characters(exclude_characters="[]", codec="utf-8"), min_size=1, max_size=8)
VALUES = st.text(st.characters(codec="utf-8"), max_size=12)
TREES: Any = st.dictionaries(
    NAMES,
    st.recursive(
        VALUES, lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4), max_leaves=12
    ),
    max_size=4,
)


@given(TREES)
def test_what_is_written_with_brackets_is_read_as_it_was(tree: dict[str, Any]) -> None:
    assert parse_form(encode(tree)) == tree


@given(st.lists(VALUES, min_size=1, max_size=6), st.randoms())
def test_numbers_in_brackets_may_come_in_any_order_and_with_gaps(
    values: list[str], dice: Any
) -> None:
    pairs = [(f"a[{3 * place}][id]", value) for place, value in enumerate(values)]
    dice.shuffle(pairs)
    tree = parse_form(b"&".join(encode({name: value}) for name, value in pairs))
    assert sorted(item["id"] for item in items(tree["a"])) == sorted(values)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_nothing_else_happens(body: bytes) -> None:
    with suppress(BadHook):
        assert isinstance(read_body({}, body), dict)


@pytest.mark.parametrize(
    ("body", "tree"),
    [
        (b"a[b]=1&a[b]=2&a[b]=3", {"a": {"b": ["1", "2", "3"]}}),
        (b"a[]=1&a[]=2", {"a": {"0": "1", "1": "2"}}),
        (b"a[][id]=1&a[][id]=2", {"a": {"0": {"id": "1"}, "1": {"id": "2"}}}),
        (b"a=1&a[b]=2", {"a": {"b": "2"}}),
        (b"a[b]=2&a=1", {"a": {"b": "2"}}),
        (b"a%5Bb%5D=%D1%91+%26", {"a": {"b": "ё &"}}),
        (b"a[b=1&]=2&c", {"a": {"b": "1"}, "]": "2", "c": ""}),
        (b"name=%FF%D0&id=7", {"name": "��", "id": "7"}),
        ("имя=Ёлка".encode("cp1251"), {"���": "����"}),
    ],
)
def test_odd_forms_are_read_as_far_as_they_make_sense(body: bytes, tree: Any) -> None:
    assert parse_form(body) == tree


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b'{"leads": {"add": [{"id": 5}]}}'),
        ({}, b' {"leads": {"add": {"0": {"id": "5"}}}}'),
        ({"content-type": "application/x-www-form-urlencoded"}, b"leads[add][0][id]=5"),
    ],
)
def test_a_form_and_json_say_the_same(headers: dict[str, str], body: bytes) -> None:
    [lead] = items(read_body(headers, body)["leads"]["add"])
    assert texts(lead["id"]) == ("5",)


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"  \n", "empty"),
        (b'{"leads": ', "broken"),
        (b"[1, 2]", "no object"),
        (b"a" + b"[b]" * 60 + b"=1", "nested 61 deep"),
        (b"&".join(b"a[%d]=1" % number for number in range(50_001)), "more than 50000 fields"),
        (b"a=" + b"x" * 4 * 2**20, "4194306 bytes"),
    ],
)
def test_what_cannot_be_read_or_is_absurd_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(BadHook, match=why):
        read_body({}, body)


def test_items_nested_too_deep_are_one_thing_that_makes_no_sense() -> None:
    assert list(items({"0": {"0": {"id": "5"}}})) == [{"id": "5"}]
    assert list(items([[[[[{"id": 5}]]]]])) == [[{"id": 5}]]
    assert texts([[[[[5]]]]]) == texts(True) == texts(None) == ()
