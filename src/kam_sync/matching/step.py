"""Makes one account of the companies that are one: those that are new or have changed.

In three strides, each to be taken again after a crash: `learn` writes what companies are looked up
by, `compare_due` judges them against all that share a key, `settle` makes accounts of the pairs.
"""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from kam_sync.accounts.match import own_account
from kam_sync.accounts.moves import Cause
from kam_sync.accounts.store import LinkingStore
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.matching.comparing import Clue, Common, Evidence, compare, may_be_one
from kam_sync.matching.features import Features
from kam_sync.matching.grouping import Company, Pair, group, unclear
from kam_sync.matching.judging import Answer, Verdict, judge
from kam_sync.matching.keys import block_keys
from kam_sync.matching.model import Phase, Progress
from kam_sync.matching.parenting import renew
from kam_sync.matching.store import (
    MANY,
    HintStore,
    KeyStore,
    PairStore,
    PersonKeyStore,
    Reach,
    ordered,
)

LOCK = "matching"
"""Who makes accounts holds it: one at a time, people who decide among them."""
BATCH = 5_000
_EVERY = 10_000
_SELDOM = 100_000
"""So many more small things are there when circles are looked for; Python's own number is 700."""

Watch = Callable[[Progress], None]
"""Told now and then how far it is."""


def learn(session: Session, *, limit: int = BATCH) -> bool:
    """Write what some companies are looked up by; False when there are no more."""
    store = KeyStore(session)
    taken = store.take_unread(limit=limit)
    found = store.companies(taken)
    store.save_keys({company: block_keys(of) for company, of in found.items()})
    return len(taken) == limit


def begin_anew(session: Session) -> int:
    """Let all companies be matched once more; how many there are."""
    return KeyStore(session).all_are_due()


@contextmanager
def collecting_seldom(count: int) -> Iterator[None]:
    """While many are matched, let Python look for circles less often, in all threads.

    Measured with 100,000: 37.6 s of our CPU time with Python's own threshold, 27.4 s with this one,
    26.5 s without any looking; `gc.freeze` changed nothing, for the many are made later.
    """
    before = gc.get_threshold()
    if count > MANY:
        gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def match_due(session: Session, now: datetime, watch: Watch = lambda _: None) -> Report:
    """Compare the companies that are due, and make accounts of what is one."""
    keys = KeyStore(session)
    report, due = Report("matching"), keys.due()
    if not due:
        return report.add(read=0)
    hints = HintStore(session).of(due)
    with collecting_seldom(len(due)):
        verdicts = list(
            _verdicts(keys, due, hints, report, watch)
        )  # no query while rows are copied
        keys.forget_due(due)  # before accounts are written: a sync locks them in this order, too
        held = PairStore(session).partners(due)
        PairStore(session).replace(due, verdicts)
        report.add(read=len(due), pairs=len(verdicts))
        report.add(changed=settle(session, [*held.union(due)], now))
    if len(due) > MANY:
        keys.look_anew()
    return report


def settle(
    session: Session,
    companies: list[Company],
    now: datetime,
    *,
    by: str | None = None,
    otherwise: Cause = Cause.EVIDENCE,
) -> int:
    """Make accounts of companies and all that they are bound to; how many have changed.

    Args:
        by: the person who made it so, if one did.
        otherwise: why companies go to other accounts when neither a person nor the CRM joined them.
    """
    pairs, links = PairStore(session), LinkingStore(session)
    reach = pairs.reach(links.beside(companies) | set(companies))
    known = links.links(reach.companies)
    keys, beside = KeyStore(session), reach.branches.keys() | reach.twice.keys()
    numbers = keys.inns(known)
    doubted = unclear(
        reach.by_number.keys() - reach.said.keys(),
        branches=reach.branches,
        twice=reach.twice,
        identity=numbers,
        seq={one: seq for one, (_, seq) in known.items()},
        deleted=keys.deleted(set(chain.from_iterable(beside))),
    )
    same = {
        pair: weight
        for pair, weight in (reach.same | reach.by_number | reach.said).items()
        if _are(pair, known) and pair not in doubted
    }
    grouped = group(list(known), same, apart=reach.apart, branches=beside, identity=numbers)
    pairs.mark_doubtful(reach.companies, grouped.doubtful | doubted)
    placed = dict(places(grouped.members, known, same, pairs, own_account))
    moved = {one for one, (account, _) in placed.items() if account != known[one][0]}
    otherwise = Cause.DECISION if by is not None else otherwise
    causes = {one: _cause(one, placed[one][1], reach) or otherwise for one in moved}
    changed = links.place(placed, now, causes, by)
    before = {account for account, _ in known.values()}
    renew(session, before | {account for account, _ in placed.values()})
    PersonKeyStore(session).of_companies_are_due(moved.union(companies))
    return changed


def _verdicts(
    keys: KeyStore, due: list[Company], hints: Mapping[Pair, float], report: Report, watch: Watch
) -> Iterator[tuple[Pair, Verdict]]:
    """What all pairs of companies that are due are, but those that are two."""
    candidates = keys.candidates(due)
    for one, other in hints:
        if other not in candidates.get(one, ()):
            candidates.setdefault(one, []).append(other)
    common = keys.population(len(due))
    of = keys.companies({*candidates, *chain.from_iterable(candidates.values())})
    pairs = ((one, other) for one, others in candidates.items() for other in others)
    count, total = 0, sum(len(others) for others in candidates.values())
    for count, (one, other) in enumerate(pairs, 1):
        if count % _EVERY == 0:
            watch(Progress(Phase.PAIRS, count, total))
        is_hinted = (one, other) in hints
        if one in of and other in of and (is_hinted or may_be_one(of[one], of[other])):
            verdict = judged((one, other), of, common, hints)
            if verdict.answer is not Answer.DIFFERENT:
                yield (one, other), verdict
    report.add(compared=count)


def judged(
    pair: Pair, of: Mapping[Company, Features], common: Common, hints: Mapping[Pair, float]
) -> Verdict:
    """What two companies are, by all they have in common and what another matcher says of them."""
    one, other = pair
    evidence = compare(of[one], of[other], common)
    if pair in hints:
        evidence.append(Evidence(Clue.SPLINK, hints[pair]))
    return judge(evidence, is_one_source=one[0] == other[0])


def _are(pair: Pair, known: Mapping[Company, object]) -> bool:
    return pair[0] in known and pair[1] in known


def _cause(company: Company, evidence: list[Any], reach: Reach) -> Cause | None:
    """Who joined a company with the one that it is in its account for; None: nobody did."""
    if not evidence:
        return None
    source_id, external_id = evidence[0]["with"]
    pair = ordered(company, (source_id, external_id))
    if pair in reach.together:
        return Cause.DECISION
    return Cause.CRM if pair in reach.merged and pair not in reach.apart else None


def places(
    members: Mapping[Company, frozenset[Company]],
    known: Mapping[Company, tuple[UUID, int]],
    same: Mapping[Pair, float],
    pairs: PairStore,
    own: Callable[[int, str], UUID],
) -> Iterator[tuple[Company, tuple[UUID, list[Any]]]]:
    """The account of each company, or the person of each contact, and why it is there.

    Args:
        members: of each all that it is one with.
        known: where each is now, and its place in the order in which they came.
        own: what each is by itself; a group is what its first one is.
    """
    beside: dict[Company, dict[Company, float]] = {}
    for (one, other), weight in same.items():
        beside.setdefault(one, {})[other] = weight
        beside.setdefault(other, {})[one] = weight
    first = {group_: min(group_, key=lambda one: known[one][1]) for group_ in set(members.values())}
    through: dict[Company, Company] = {}
    for company, group_ in members.items():
        if company != first[group_]:
            found = {other: weight for other, weight in beside[company].items() if other in group_}
            through[company] = max(found, key=lambda other: (other == first[group_], found[other]))
    told = pairs.evidence([ordered(one, other) for one, other in through.items()])
    for company, group_ in members.items():
        said: list[Any] = []
        if company in through:
            other = through[company]
            said = [{"with": list(other)}, *told.get(ordered(company, other), ())]
        yield company, (own(*first[group_]), said)
