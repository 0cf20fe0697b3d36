"""Recognises erased people in what comes in, by keyed digests alone, and takes them out of it.

A phone is known by its last ten digits, a name by its words in whatever order, and by these in the
records alone that named the person: others may be called the same.
"""

import hmac
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any

from kam_sync.privacy.model import Mark, MarkKind

GONE = "…"
"""What stands where something was taken out."""
_EMAIL = re.compile(r"[^\s\"'<>(),;:@]+@[^\s\"'<>(),;:@]+\.[^\s\"'<>(),;:@]+")
_PHONE = re.compile(r"\+?\(?\d(?:[ ().\-–]{0,3}\d){9,15}")
_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_WHOLE = re.compile(rf"\b{_WORD.pattern}\b")
_BETWEEN = re.compile(r"[\s.,]{0,3}")
_BY_INITIAL = re.compile(r"[\s.]{0,3}")
PLACES = 10
_MOST_WORDS, _LEAST_WORDS = 4, 2

Ref = tuple[int, str, str]
"""Source, noun and id of a record."""


class Marker:
    """Makes the marks of one installation."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def record(self, ref: Ref) -> Mark:
        """Of a record of a CRM."""
        return self._mark(MarkKind.RECORD, " ".join(map(str, ref)))

    def email(self, text: str) -> Mark:
        """Of an e-mail address, in whatever case."""
        return self._mark(MarkKind.EMAIL, text.strip().strip(".").casefold())

    def phone(self, text: str) -> Mark | None:
        """Of a phone; None for too few digits to tell anybody by."""
        digits = re.sub(r"\D", "", text)
        return self._mark(MarkKind.PHONE, digits[-PLACES:]) if len(digits) >= PLACES else None

    def name(self, ref: Ref, words: Iterable[str]) -> Mark:
        """Of a name within one record."""
        said = " ".join(sorted(_folded(word) for word in words))
        return self._mark(MarkKind.NAME, f"{' '.join(map(str, ref))} {said}")

    def names(self, ref: Ref, names: Iterable[str]) -> list[Mark]:
        """Of full names within one record, and of the first two words of each."""
        found = {tuple(part) for name in names for part in parts_of(name)}
        return [self.name(ref, part) for part in sorted(found)]

    def _mark(self, kind: MarkKind, text: str) -> Mark:
        return Mark(kind, hmac.digest(self._key, f"{kind}\n{text}".encode(), "sha256")[:16])


def parts_of(name: str) -> list[list[str]]:
    """The words of a name that tell who it is: all of them, and each two that stand together.

    A single word tells nobody: there are many called Ivan. Initials tell by their surname alone.
    """
    words = _WORD.findall(name)
    if len(words) < _LEAST_WORDS or all(map(is_initial, words)):
        return []
    pairs = [list(two) for two in pairwise(words) if not any(map(is_initial, two))]
    return [words[:_MOST_WORDS], *(two for two in pairs if two != words)]


class Masking:
    """Takes marked e-mails, phones and names out of texts and of what a CRM sent."""

    def __init__(self, marker: Marker, held: Collection[bytes]) -> None:
        self._marker = marker
        self._held = held

    def knows(self, emails: Iterable[str], phones: Iterable[str]) -> bool:
        """Whether one of these is an erased person's."""
        return any(self._is_email(one) for one in emails) or any(map(self._is_phone, phones))

    def holds(self, ref: Ref) -> bool:
        """Whether a record is an erased person's."""
        return self._marker.record(ref).digest in self._held

    def record(self, ref: Ref) -> Mark:
        """The mark of a record."""
        return self._marker.record(ref)

    def found_in(self, said: Any) -> Mark | None:
        """An e-mail or a phone of an erased person that stands somewhere in it."""
        return next((mark for text in _texts(said) if (mark := self._reached(text))), None)

    def text(self, text: str, ref: Ref | None = None) -> str:
        """A text without them; names are looked for in a record that is known to have had some."""
        found = _EMAIL.sub(self._without(self._is_email), text)
        found = _PHONE.sub(self._without(self._is_phone), found)
        return self._nameless(found, ref) if ref else found

    def said(self, said: Any, ref: Ref | None = None) -> Any:
        """The same of all texts in what a CRM sent."""
        match said:
            case str():
                return self.text(said, ref)
            case Mapping():
                return {key: self.said(one, ref) for key, one in said.items()}
            case list():
                return [self.said(one, ref) for one in said]
            case _:
                return said

    def _nameless(self, text: str, ref: Ref) -> str:
        words = list(_WHOLE.finditer(text))
        gone: list[tuple[int, int]] = []
        first = 0
        while first < len(words):
            step = next(
                (n for n in range(_MOST_WORDS, 1, -1) if self._is_name(text, words, first, n, ref)),
                0,
            )
            if step:
                gone.append((words[first].start(), words[first + step - 1].end()))
            first += step or 1
        for begin, end in reversed(gone):
            text = text[:begin] + GONE + text[end:]
        return text

    def _is_name(
        self, text: str, words: list[re.Match[str]], first: int, number: int, ref: Ref
    ) -> bool:
        some = words[first : first + number]
        if len(some) < number:
            return False
        said = [one.group() for one in some]
        if is_initial(said[0]) and is_initial(said[-1]):  # "a Smith in": none of them is one
            return False
        gaps = (text[a.end() : b.start()] for a, b in pairwise(some))
        if not all(_gap(two).fullmatch(gap) for two, gap in zip(pairwise(said), gaps, strict=True)):
            return False
        return self._marker.name(ref, said).digest in self._held

    def _reached(self, text: str) -> Mark | None:
        marks = [
            *map(self._marker.email, _EMAIL.findall(text) if "@" in text else ()),
            *filter(None, map(self._marker.phone, _PHONE.findall(text))),
        ]
        return next((one for one in marks if one.digest in self._held), None)

    def _is_email(self, text: str) -> bool:
        return self._marker.email(text).digest in self._held

    def _is_phone(self, text: str) -> bool:
        mark = self._marker.phone(text)
        return mark is not None and mark.digest in self._held

    @staticmethod
    def _without(is_theirs: Callable[[str], bool]) -> Callable[[re.Match[str]], str]:
        return lambda found: GONE if is_theirs(found.group()) else found.group()


def _texts(said: Any) -> Iterator[str]:
    match said:
        case str():
            yield said
        case Mapping():
            for one in said.values():
                yield from _texts(one)
        case list():
            for one in said:
                yield from _texts(one)
        case _:
            pass


def _gap(two: tuple[str, str]) -> re.Pattern[str]:
    return _BY_INITIAL if any(map(is_initial, two)) else _BETWEEN


def is_initial(word: str) -> bool:
    """Whether a word of a name is a letter alone."""
    return len(word) == 1


def _folded(word: str) -> str:
    return word.casefold().replace("ё", "е").replace("’", "'")
