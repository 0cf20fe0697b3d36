"""Makes one person of the contacts that are one: those that are new or have changed.

It comes after companies are matched, in the same three strides: contacts of one account are more
likely one person, and a name is looked for within its account alone.
"""

from collections.abc import Collection, Iterator, Mapping

from kam_sync.accounts.match import own_person
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.matching.grouping import Pair, group
from kam_sync.matching.judging import Answer
from kam_sync.matching.keys import person_keys
from kam_sync.matching.people import PersonVerdict, Shared, compare_people, judge_people
from kam_sync.matching.step import BATCH, collecting_seldom, places
from kam_sync.matching.store import (
    MANY,
    Contact,
    Known,
    PersonKeyStore,
    PersonPairStore,
    PersonStore,
    ordered,
)


def learn(session: Session, *, limit: int = BATCH) -> bool:
    """Write what some contacts are looked up by; False when there are no more."""
    store = PersonKeyStore(session)
    taken = store.take_unread(limit=limit)
    found = store.people(taken)
    store.save_keys({one: person_keys(known.person, known.account) for one, known in found.items()})
    PersonStore(session).ensure(found)
    return len(taken) == limit


def begin_anew(session: Session) -> int:
    """Let all contacts be matched once more; how many there are."""
    return PersonKeyStore(session).all_are_due()


def match_due(session: Session) -> Report:
    """Compare the contacts that are due, and make people of what is one."""
    keys = PersonKeyStore(session)
    report, due = Report("people"), keys.due()
    if not due:
        return report.add(read=0)
    with collecting_seldom(len(due)):
        verdicts = list(_verdicts(keys, due, report))  # no query while rows are copied
        keys.forget_due(due)
        PersonPairStore(session).replace(due, verdicts)
        report.add(read=len(due), pairs=len(verdicts), changed=settle(session, due))
    if len(due) > MANY:
        keys.look_anew()
    return report


def settle(session: Session, contacts: Collection[Contact]) -> int:
    """Make people of contacts and all that they are bound to; how many are somebody else's now."""
    pairs, people = PersonPairStore(session), PersonStore(session)
    reach = pairs.reach(people.beside(contacts) | set(contacts))
    known = people.links(reach.companies)
    bound = reach.same | reach.said
    same = {pair: weight for pair, weight in bound.items() if known.keys() >= set(pair)}
    grouped = group(list(known), same, apart=reach.apart)
    pairs.mark_doubtful(reach.companies, grouped.doubtful)
    return people.place(dict(places(grouped.members, known, same, pairs, own_person)))


def _verdicts(
    keys: PersonKeyStore, due: Collection[Contact], report: Report
) -> Iterator[tuple[Pair, PersonVerdict]]:
    """What all pairs of contacts that are due are, but those that are two."""
    candidates = keys.candidates(due)
    shared = keys.sharing()
    of = keys.people({one for pair in candidates for one in pair})
    companies = keys.companies({known.company for known in of.values() if known.company})
    for one, other in candidates:
        if one in of and other in of:
            verdict = judged(of[one], of[other], shared, companies)
            if verdict.answer is not Answer.DIFFERENT:
                yield (one, other), verdict
    report.add(compared=len(candidates))


def judged(
    one: Known, other: Known, shared: Shared, companies: Mapping[Pair, Answer]
) -> PersonVerdict:
    """What two contacts are, by all they have in common and what their companies are."""
    accounts = _accounts(one, other, companies)
    return judge_people(compare_people(one.person, other.person, shared, accounts))


def _accounts(one: Known, other: Known, companies: Mapping[Pair, Answer]) -> Answer | None:
    """What the companies are that two contacts belong to; None where one has none."""
    if one.account is None or other.account is None or not (one.company and other.company):
        return None
    if one.account == other.account:
        return Answer.SAME
    return companies.get(ordered(one.company, other.company), Answer.DIFFERENT)
