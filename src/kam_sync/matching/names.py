"""Reads the name of a company or a person, and says how like two of them are.

Names are folded: one script, one way to transliterate, no quotes, no legal form. "ООО «Ромашка»",
"Romashka, LLC" and "РОМАШКА ООО (Самара)" are read as one word.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from itertools import permutations

from anyascii import anyascii
from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from kam_sync.matching.words import FREE, KINDS, LEGAL_FORMS

_VARIANTS = (
    ("shch", "sh"), ("sch", "sh"), ("kh", "h"), ("ts", "c"), ("tz", "c"), ("ck", "k"),
    ("ph", "f"), ("x", "ks"), ("ya", "ia"), ("ja", "ia"), ("yu", "iu"), ("ju", "iu"),
    ("yo", "e"), ("jo", "e"), ("ye", "e"), ("je", "e"), ("y", "i"), ("j", "i"), ("w", "v"),
    ("q", "k"), ("ii", "i"),
)  # fmt: skip
"""One sound, written by several schemes of transliteration."""
_ASIDE = re.compile(
    r"\([^()]*\)?|(?<=[\s.,])[/\\][^/\\]*[/\\]?\s*$|[/\\][A-Z]{2}[/\\]?\s*$|^\s*d/b/a\b",
    re.IGNORECASE,
)
"""What stands in brackets or behind a slash: a city, a state, a remark."""
_INSIDE = re.compile(r"(?<=\w)['’`]+(?=\w)")
_WORD = re.compile(r"[a-z0-9]+")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8"}
"""Those that cannot be an initial; a name that differs by its number is another name."""


class Like(StrEnum):
    """How like two names are, from the most to the least."""

    EQUAL = "equal"
    TYPO = "typo"
    INITIAL = "initial"
    """A person with the first name written as an initial."""
    LOOSE = "loose"
    """Equal but for words that one writes and another leaves out."""
    SHORTER = "shorter"
    """One is the beginning of the other."""
    START = "start"
    """The first word is the same."""
    PART = "part"
    """Some words are the same, or most letters."""
    FAR = "far"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as it is compared."""

    words: tuple[str, ...]
    """Without the legal form, folded."""
    core: tuple[str, ...]
    """Without the kind of business and free words, too."""
    form: str | None = None
    kinds: frozenset[str] = frozenset()
    is_person: bool = False

    @property
    def flat(self) -> str:
        """The core in one word: how names are counted and found."""
        return "".join(self.core)

    @property
    def numbers(self) -> list[str]:
        """Its numbers: names that differ by them are others."""
        return sorted(word for word in self.words if word.isdecimal())

    @property
    def whole(self) -> str:
        """All words in one."""
        return "".join(self.words)


def _plain(text: str) -> list[str]:
    """The words of a text in lower case Latin letters and digits."""
    plain = _INSIDE.sub("", text.replace("&", " and "))
    return _WORD.findall(anyascii(plain).lower().replace("'", ""))


@lru_cache(maxsize=50_000)
def _folded(word: str) -> str:
    """A word in one scheme of transliteration."""
    if word in _ROMAN:
        return _ROMAN[word]
    for written, kept in _VARIANTS:
        word = word.replace(written, kept)
    return word


def _phrases(
    of: Mapping[str, Iterable[str]], words: Callable[[str], Iterable[str]]
) -> Sequence[tuple[tuple[str, ...], str]]:
    """The words of each phrase and what they mean, the longest first."""
    found = {tuple(words(said)): name for name, all_ in of.items() for said in all_}
    return sorted(found.items(), key=lambda item: -len(item[0]))


def folded(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [_folded(word) for word in _plain(text)]


_FORMS = _phrases(LEGAL_FORMS, _plain)
_LONG_FORMS = frozenset(
    word for phrase, _ in _FORMS for word in phrase if len(phrase) == 1 and len(word) > 2
)
_KINDS = _phrases(KINDS, folded)
_FREE = frozenset(word for said in FREE for word in folded(said))


def company_name(text: str) -> Name:
    """A company's name; that of a sole proprietor is a person's."""
    said = _plain(_ASIDE.sub(" ", text)) or _plain(text)
    said, form = _without_forms(said)
    words, kinds = _with_kinds([_folded(word) for word in said])
    half = len(words) // 2
    if half and words[:half] == words[half:]:
        words = words[:half]
    bare = tuple(word for word in words if word not in kinds and word not in _FREE)
    return Name(tuple(words), bare or tuple(words), form, frozenset(kinds), form == "ИП")


def person_name(text: str) -> Name:
    """A person's name, in any order of its parts."""
    words = tuple(folded(text))
    return Name(words, words, is_person=True)


def alike(one: Name, other: Name) -> Like:
    """How like two names are; the order of the two does not matter."""
    if one.is_person or other.is_person:
        return _persons(one.core, other.core)
    if one.whole == other.whole or sorted(one.words) == sorted(other.words):
        return Like.EQUAL
    if one.numbers == other.numbers:
        if one.flat == other.flat or sorted(one.core) == sorted(other.core):
            return Like.LOOSE
        if _is_slip(one.words, other.words) or _is_slip(one.core, other.core):
            return Like.TYPO
    return _parts(one, other)


def _parts(one: Name, other: Name) -> Like:
    """How much of two names that are not one is the same; another number is another name."""
    short, long = sorted((one.core, other.core), key=len)
    if one.numbers == other.numbers and short[0] == long[0]:
        return Like.SHORTER if long[: len(short)] == short else Like.START
    is_part = set(short) & set(long) or ratio(one.flat, other.flat) >= _MOSTLY
    return Like.PART if is_part else Like.FAR


def _without_forms(words: Sequence[str]) -> tuple[list[str], str | None]:
    """The words without the legal forms at either end, and the first one that was there."""
    left, form = list(words), None
    last = [left.pop()] if len(left) > 1 and left[-1].isdecimal() else []
    changed = True
    while changed:
        changed = False
        for phrase, name in _FORMS:
            size = len(phrase)
            if size >= len(left):
                continue
            if tuple(left[:size]) == phrase:
                left, form, changed = left[size:], form or name, True
            elif tuple(left[-size:]) == phrase:
                left, form, changed = left[:-size], form or name, True
    inner = [word for word in left[1:] if word not in _LONG_FORMS]
    left = [*left[:1], *inner]
    return left + last, form


def _with_kinds(words: Sequence[str]) -> tuple[list[str], set[str]]:
    """The words with kinds of business by their abbreviations, and which these are."""
    left, kinds = list(words), set()
    for phrase, name in _KINDS:
        size, short = len(phrase), "".join(folded(name))
        for at in range(len(left) - size + 1):
            if tuple(left[at : at + size]) == phrase:
                left[at : at + size] = [short]
                break
        if short in left:
            kinds.add(short)
    return left, kinds if len(kinds) < len(left) else set()


def _is_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a slip of the hand lies between them: in one word, or in where words are parted."""
    if len(one) == len(other):
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return len(pairs) == 1 and _slips(*pairs[0])
    return _slips("".join(one), "".join(other))


def _slips(one: str, other: str) -> bool:
    """One slip in five letters and more, two in nine and more."""
    shorter = min(len(one), len(other))
    most = 2 if shorter >= 9 else 1 if shorter >= 5 else 0
    return bool(most) and OSA.distance(one, other, score_cutoff=most) <= most


def _persons(one: Sequence[str], other: Sequence[str]) -> Like:
    """Names of a person in any order; one may lack some, such as the father's name."""
    few, many = sorted((tuple(one[:4]), tuple(other[:4])), key=len)
    if len(few) < 2:
        return Like.PART if set(few) & set(many) else Like.FAR
    best = min(
        (
            max(_word_like(a, b) for a, b in zip(few, order, strict=True))
            for order in permutations(many, len(few))
            if any(_word_like(a, b) < _INITIAL for a, b in zip(few, order, strict=True))
        ),
        default=_OTHER,
    )
    if best is not _OTHER:
        return (Like.EQUAL, Like.TYPO, Like.INITIAL)[best]
    return Like.PART if set(few) & set(many) else Like.FAR


_MOSTLY = 80
"""Percent of the letters."""
_TYPO, _INITIAL, _OTHER = 1, 2, 3
_LONGEST_INITIAL = 2
"""Letters: Ю. is folded into two."""


def _word_like(one: str, other: str) -> int:
    """0 equal, 1 alike but for a slip, 2 one is the initial of the other, 3 others."""
    if one == other:
        return 0
    short, long = sorted((one, other), key=len)
    if len(short) <= _LONGEST_INITIAL:
        return _INITIAL if long.startswith(short) else _OTHER
    if min(len(one), len(other)) >= 4 and OSA.distance(one, other, score_cutoff=1) <= 1:
        return _TYPO
    return _OTHER
