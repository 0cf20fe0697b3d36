"""What a database looks for in texts that may name a person, as PostgreSQL writes patterns."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from kam_sync.privacy.marks import PLACES, is_initial, parts_of

_BEGINS = r"(?:(?<![[:alnum:]_\\])(?<![[:alpha:]]-)|(?<=\\[bfnrt]))"
_ENDS = r"(?![[:alnum:]_]|-[[:alpha:]])"
r"""Edges of a word; in JSON a line ends in \n. Not \m and \M, which a database that knows no
letters but a to z finds beside none."""
_MAIL_BEGINS = r"(?:(?<![[:alnum:]_.%+\\-])|(?<=\\[bfnrt]))"
_MAIL_ENDS = r"(?![[:alnum:]_-]|\.[[:alnum:]])"
_BETWEEN = r"(?:[[:space:].,]|\\[nrt]){1,3}"
_BY_INITIAL = r"(?:[[:space:].]|\\[nrt]){1,3}"


def pattern_of(names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> str | None:
    """A pattern, to be matched in whatever case; None where nothing is known."""
    found: dict[str, None] = {}
    for name in names:
        for part in parts_of(name):
            found |= dict.fromkeys(map(_words, _orders(part)))
    for email in emails:
        if "@" in email:
            found[f"{_MAIL_BEGINS}{re.escape(email.strip())}{_MAIL_ENDS}"] = None
    for phone in phones:
        digits = re.sub(r"\D", "", phone)
        if len(digits) >= PLACES:  # what stands before is the code of the country
            found["[ ().–-]{0,3}".join(digits[-PLACES:]) + "(?![[:digit:]])"] = None
    return "|".join(found) or None


def _orders(words: Sequence[str]) -> Iterator[Sequence[str]]:
    """The surname first, and last."""
    yield words
    if not is_initial(words[0]):
        yield [*words[1:], words[0]]
    if not is_initial(words[-1]):
        yield [words[-1], *words[:-1]]


def _words(words: Sequence[str]) -> str:
    said = re.escape(words[0])
    for two in pairwise(words):
        said += (_BY_INITIAL if any(map(is_initial, two)) else _BETWEEN) + re.escape(two[1])
    return f"{_BEGINS}{said}{_ENDS}"
