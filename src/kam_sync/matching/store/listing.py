"""How a query is given many pairs."""

from collections.abc import Collection

from kam_sync.base.db import as_array
from kam_sync.matching.grouping import Pair

LISTED_PAIRS = """
    unnest(CAST(:a AS int[]), CAST(:b AS text[]), CAST(:c AS int[]), CAST(:d AS text[]))
        AS p(a, b, c, d)
"""
"""The pairs of `listed_pairs`, in a query."""


def listed_pairs(pairs: Collection[Pair]) -> dict[str, str]:
    """Pairs as the arrays that `LISTED_PAIRS` joins."""
    columns = zip(*((*one, *other) for one, other in pairs), strict=True) if pairs else [()] * 4
    return {n: as_array(map(str, column)) for n, column in zip("abcd", columns, strict=True)}
