"""The tables of matching: keys that companies are looked up by, pairs, and decisions."""

from kam_sync.matching.store.decisions import DecisionStore
from kam_sync.matching.store.hints import HintStore
from kam_sync.matching.store.keys import MANY, KeyStore, Population
from kam_sync.matching.store.pairs import PairStore, Reach, ordered

__all__ = [
    "MANY",
    "DecisionStore",
    "HintStore",
    "KeyStore",
    "PairStore",
    "Population",
    "Reach",
    "ordered",
]
