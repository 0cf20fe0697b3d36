"""The tables of matching: keys, pairs, decisions, parents, people, and hints from elsewhere."""

from kam_sync.matching.store.decisions import Decisions, DecisionStore
from kam_sync.matching.store.erasing import ErasingPeople
from kam_sync.matching.store.groups import GroupStore
from kam_sync.matching.store.hints import HintStore
from kam_sync.matching.store.keys import MANY, KeyStore
from kam_sync.matching.store.pairs import PairStore, PersonPairStore, Reach, ordered
from kam_sync.matching.store.parents import ParentStore
from kam_sync.matching.store.people_decisions import PersonDecisionStore
from kam_sync.matching.store.people_keys import Contact, Known, PersonKeyStore, Sharing
from kam_sync.matching.store.people_links import PersonStore, WantedPeople
from kam_sync.matching.store.people_touched import touched
from kam_sync.matching.store.population import Population
from kam_sync.matching.store.rematches import RematchStore

__all__ = [
    "MANY",
    "Contact",
    "DecisionStore",
    "Decisions",
    "ErasingPeople",
    "GroupStore",
    "HintStore",
    "KeyStore",
    "Known",
    "PairStore",
    "ParentStore",
    "PersonDecisionStore",
    "PersonKeyStore",
    "PersonPairStore",
    "PersonStore",
    "Population",
    "Reach",
    "RematchStore",
    "Sharing",
    "WantedPeople",
    "ordered",
    "touched",
]
