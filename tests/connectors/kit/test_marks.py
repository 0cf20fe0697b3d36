"""What we wrote into a CRM is known again by its mark, and read without it."""

from connectors.kit.marks import find_mark, is_marked, mark, without_mark


def test_the_same_key_gives_the_same_mark_and_another_key_another() -> None:
    assert mark("alert:7") == mark("alert:7")
    assert mark("alert:7") != mark("alert:8")


def test_a_mark_is_short_and_plain() -> None:
    found = mark("заметка 1")
    assert found.startswith("[ks-")
    assert found.endswith("]")
    assert len(found) == 15
    assert found.isascii()


def test_a_mark_is_found_whatever_people_wrote_around_it() -> None:
    text = f"Позвонить {mark('task:1')}. Перенёс на среду"
    assert find_mark(text) == mark("task:1")
    assert is_marked(text)


def test_of_two_marks_the_last_one_counts() -> None:
    assert find_mark(f"{mark('a')} quoted; {mark('b')}") == mark("b")


def test_what_only_looks_like_a_mark_is_none() -> None:
    for text in ("", None, "[ks-]", "[ks-ABCDEFGHIJ]", "[ks-abcdefghi1]", "ks-abcdefghij"):
        assert not is_marked(text)


def test_people_read_the_text_without_the_mark() -> None:
    assert without_mark(f"Позвонить клиенту\n{mark('task:1')}") == "Позвонить клиенту"
