"""The tables of matching: keys that companies are looked up by, pairs, decisions, parents."""

from kam_sync.matching.store.decisions import DecisionStore
from kam_sync.matching.store.groups import GroupStore
from kam_sync.matching.store.keys import KeyStore, Population
from kam_sync.matching.store.pairs import PairStore, Reach, ordered
from kam_sync.matching.store.parents import ParentStore

__all__ = [
    "DecisionStore",
    "GroupStore",
    "KeyStore",
    "PairStore",
    "ParentStore",
    "Population",
    "Reach",
    "ordered",
]
