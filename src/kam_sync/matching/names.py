"""Reads the name of a company or a person, and says how like two of them are.

Names are folded: one script, one way to transliterate, no quotes, no legal form. "ООО «Ромашка»",
"Romashka, LLC" and "РОМАШКА ООО (Самара)" are read as one word.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property, lru_cache
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
    """Equal but for words that one writes and the other leaves out."""
    SHORTER = "shorter"
    """One is the beginning of the other."""
    START = "start"
    """The first word is the same, or all but that each adds words of its own."""
    PART = "part"
    """Some words are the same, or most letters."""
    FAR = "far"


@dataclass(frozen=True)
class Name:
    """A name as it is compared; what is read of it is kept, for it is compared with many."""

    words: tuple[str, ...]
    """Without the legal form, folded."""
    core: tuple[str, ...]
    """Without the kind of business and free words, too."""
    form: str | None = None
    kinds: frozenset[str] = frozenset()
    is_person: bool = False

    @cached_property
    def flat(self) -> str:
        """The core in one word: how names are counted and found."""
        return "".join(self.core)

    @cached_property
    def free(self) -> set[str]:
        """The words that the core lacks."""
        return set(self.words).difference(self.core)

    @cached_property
    def numbers(self) -> list[str]:
        """Its numbers: names that differ by them are others."""
        return sorted(word for word in self.words if word.isdecimal())

    @cached_property
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
    before = ""
    while word != before:  # what is left of one may be another: "sts" + "kh"
        before = word
        for written, kept in _VARIANTS:
            word = word.replace(written, kept)
    return word


def folded(text: str) -> list[str]:
    """The words of a text as they are compared."""
    return [_folded(word) for word in _plain(text)]


Phrases = Mapping[str, Sequence[tuple[tuple[str, ...], str]]]
"""By a word at their edge, the longest first: their words and what they mean."""


def _phrases(said: Iterable[tuple[Sequence[str], str]], edge: int) -> Phrases:
    found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for words, name in sorted(said, key=lambda one: -len(one[0])):
        found.setdefault(words[edge], []).append((tuple(words), name))
    return found


_FORMS = [(_plain(said), form) for form, all_ in LEGAL_FORMS.items() for said in all_]
_FORMS_BEFORE, _FORMS_BEHIND = _phrases(_FORMS, 0), _phrases(_FORMS, -1)
_LONG_FORMS = frozenset(words[0] for words, _ in _FORMS if len(words) == 1 and len(words[0]) > 2)
_KINDS = _phrases(
    [
        (folded(said), "".join(folded(kind)))
        for kind, all_ in KINDS.items()
        for said in (kind, *all_)
    ],
    0,
)
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
    if not one.words or not other.words:
        return Like.FAR
    if one.is_person or other.is_person:
        return _persons(one.core, other.core)
    if one.whole == other.whole or sorted(one.words) == sorted(other.words):
        return Like.EQUAL
    if one.numbers == other.numbers:
        if one.flat == other.flat or sorted(one.core) == sorted(other.core):
            return Like.START if one.free - other.free and other.free - one.free else Like.LOOSE
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
    while found := _form_before(left) or _form_behind(left):
        left, form = found[0], form or found[1]
    inner = [word for word in left[1:] if word not in _LONG_FORMS]
    return [*left[:1], *inner, *last], form


def _form_before(words: list[str]) -> tuple[list[str], str] | None:
    for phrase, form in _FORMS_BEFORE.get(words[0], ()) if words else ():
        if len(phrase) < len(words) and tuple(words[: len(phrase)]) == phrase:
            return words[len(phrase) :], form
    return None


def _form_behind(words: list[str]) -> tuple[list[str], str] | None:
    for phrase, form in _FORMS_BEHIND.get(words[-1], ()) if words else ():
        if len(phrase) < len(words) and tuple(words[-len(phrase) :]) == phrase:
            return words[: -len(phrase)], form
    return None


def _with_kinds(words: Sequence[str]) -> tuple[list[str], set[str]]:
    """The words with kinds of business by their abbreviations, and which these are."""
    left: list[str] = []
    kinds: set[str] = set()
    at = 0
    while at < len(words):
        for phrase, kind in _KINDS.get(words[at], ()):
            if tuple(words[at : at + len(phrase)]) == phrase:
                left.append(kind)
                kinds.add(kind)
                at += len(phrase)
                break
        else:
            left.append(words[at])
            at += 1
    return left, kinds if len(kinds) < len(left) else set()


def _is_slip(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether a slip of the hand lies between them: in one word, or in where words are parted."""
    if len(one) == len(other):
        pairs = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
        return len(pairs) == 1 and _slips(*pairs[0])
    return _slips("".join(one), "".join(other), most=1)


def _slips(one: str, other: str, most: int = 2) -> bool:
    """One slip in five letters and more, two in nine and more; the first letter is seldom wrong."""
    shorter = min(len(one), len(other))
    if one[:1] != other[:1]:
        most = 1
    allowed = min(most, 2 if shorter >= 9 else 1 if shorter >= 5 else 0)
    return bool(allowed) and OSA.distance(one, other, score_cutoff=allowed) <= allowed


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
    if _slips("".join(one), "".join(other), most=1):
        return Like.TYPO
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
