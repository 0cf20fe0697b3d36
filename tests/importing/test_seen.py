"""Keys are told apart in little room, as a dict would."""

from hypothesis import given
from hypothesis import strategies as st

from kam_sync.importing.seen import Seen


@given(keys=st.lists(st.text(max_size=3), max_size=60))
def test_the_numbers_of_the_first_time_are_given_ever_after(keys) -> None:
    seen, known = Seen(), {}
    for place, key in enumerate(keys):
        assert seen.first(key, place, place * 7) == known.get(key)
        known.setdefault(key, (place, place * 7))


@given(keys=st.lists(st.text(max_size=1), max_size=60))
def test_it_is_counted_how_often_a_key_came(keys) -> None:
    seen = Seen()
    assert [seen.again(key) for key in keys] == [
        keys[: place + 1].count(key) for place, key in enumerate(keys)
    ]


def test_very_many_keys_are_told_apart() -> None:
    seen = Seen()
    assert all(seen.first(f"row {n}", n) is None for n in range(20_000))
    assert all(seen.first(f"row {n}", 0) == (n, 0) for n in range(20_000))
