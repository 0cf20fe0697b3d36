"""What each role may: one table, and the question that is asked of it."""

from collections.abc import Mapping

from kam_sync.access.model import Area, Deed, Identity, Role

_C, _S, _N = Deed.CHANGE, Deed.SEE, None
_TABLE: Mapping[Area, tuple[Deed | None, ...]] = {
    # in the order of Role: admin, head, kam, viewer, integrator
    Area.ACCOUNTS: (_C, _C, _C, _S, _S),
    Area.ALERTS: (_C, _C, _C, _S, _S),
    Area.PORTFOLIO: (_C, _S, _S, _S, _S),
    Area.KPIS: (_C, _S, _S, _S, _S),
    Area.EXPORTS: (_C, _C, _S, _N, _S),
    Area.RECORDS: (_C, _S, _N, _N, _S),
    Area.FACTS: (_C, _C, _N, _N, _C),
    Area.MATCHES: (_C, _C, _N, _N, _S),
    Area.RULES: (_C, _C, _N, _N, _S),
    Area.CHANNELS: (_C, _C, _N, _N, _N),
    Area.SOURCES: (_C, _S, _N, _N, _C),
    Area.LEDGER: (_C, _S, _N, _N, _C),
    Area.JOBS: (_C, _S, _N, _N, _C),
    Area.TARGETS: (_C, _S, _N, _N, _C),
    Area.OPS: (_C, _S, _N, _N, _S),
    Area.MEMBERS: (_C, _S, _N, _N, _N),
    Area.KEYS: (_C, _S, _N, _N, _N),
    Area.PRIVACY: (_C, _N, _N, _N, _N),
    Area.OWN: (_C, _C, _C, _C, _C),
}


def most(role: Role, area: Area) -> Deed | None:
    """The most that a role may do in an area; None where it may not even see it."""
    return _TABLE[area][list(Role).index(role)]


def may(who: Identity, area: Area, deed: Deed = Deed.SEE) -> bool:
    """Whether somebody may do this there: by the role, and by what a key is narrowed to."""
    narrowed = {area: Deed.CHANGE} if who.areas is None or area is Area.OWN else who.areas
    return _reaches(most(who.role, area), deed) and _reaches(narrowed.get(area), deed)


def _reaches(given: Deed | None, deed: Deed) -> bool:
    return given is Deed.CHANGE or (given is not None and given is deed)
