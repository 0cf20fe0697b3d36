"""The tables of matching: keys, pairs, decisions, parents, and hints from elsewhere."""

from kam_sync.matching.store.decisions import DecisionStore
from kam_sync.matching.store.groups import GroupStore
from kam_sync.matching.store.hints import HintStore
from kam_sync.matching.store.keys import MANY, KeyStore
from kam_sync.matching.store.pairs import PairStore, Reach, ordered
from kam_sync.matching.store.parents import ParentStore
from kam_sync.matching.store.population import Population

__all__ = [
    "MANY",
    "DecisionStore",
    "GroupStore",
    "HintStore",
    "KeyStore",
    "PairStore",
    "ParentStore",
    "Population",
    "Reach",
    "ordered",
]
