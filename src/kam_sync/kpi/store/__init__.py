"""The series of accounts and groups: computed set-wise in the database, and read."""

from kam_sync.kpi.store.doubting import DoubtStore
from kam_sync.kpi.store.due import DueStore
from kam_sync.kpi.store.examples import BadFormula, example
from kam_sync.kpi.store.layout import nouns_of, open_tables
from kam_sync.kpi.store.listing import (
    FIRST_UP,
    Asked,
    Listed,
    ListedBy,
    bought_alone,
    listed,
    units_alone,
)
from kam_sync.kpi.store.measuring import MeasuringStore
from kam_sync.kpi.store.planned import PlanStore
from kam_sync.kpi.store.portfolio import PortfolioStore
from kam_sync.kpi.store.rates import RateStore
from kam_sync.kpi.store.reading import Key, KpiStore, Restated
from kam_sync.kpi.store.rows import ROWS
from kam_sync.kpi.store.splitting import SplitStore
from kam_sync.kpi.store.standing import StandingStore
from kam_sync.kpi.store.tracing import OPEN_NOUNS, Of, TraceStore
from kam_sync.kpi.store.years import two_years

__all__ = [
    "FIRST_UP",
    "OPEN_NOUNS",
    "ROWS",
    "Asked",
    "BadFormula",
    "DoubtStore",
    "DueStore",
    "Key",
    "KpiStore",
    "Listed",
    "ListedBy",
    "MeasuringStore",
    "Of",
    "PlanStore",
    "PortfolioStore",
    "RateStore",
    "Restated",
    "SplitStore",
    "StandingStore",
    "TraceStore",
    "bought_alone",
    "example",
    "listed",
    "nouns_of",
    "open_tables",
    "two_years",
    "units_alone",
]
