"""Who decides about a held deletion decides about what was seen, and once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import pytest

from connectors import Noun
from kam_sync import deciding
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.intake.model import Held, HeldState, HeldWhy, Source
from kam_sync.intake.store import HeldStore, SourceStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import AskableCrm, ServicesOf, connected
from tests.fakes.waiting import PATIENCE, wait_until_somebody_waits


@pytest.fixture
def shop(services: Services) -> tuple[ServicesOf, Source]:
    """A source."""
    shop, source_id = connected(services, AskableCrm())
    with services.database.transaction() as session:
        source = SourceStore(session).by_id(source_id)
        session.expunge_all()
    return shop, source


def token(*ids: str) -> str:
    """What stands for these records."""
    return sha256(" ".join(ids).encode()).hexdigest()[:12]


def hold(services: Services, source: Source, *deals: str) -> Held:
    with services.database.transaction() as session:
        store = HeldStore(session, source.id)
        store.hold(Noun.DEAL, dict.fromkeys(deals), live=9, why=HeldWhy.SHARE, now=services.now())
        session.flush()
        [one] = store.waiting()
        session.expunge_all()
        return one


@pytest.mark.parametrize("decide", [deciding.approve, deciding.reject])
def test_who_saw_two_decides_about_no_more(
    shop: tuple[ServicesOf, Source], decide: Callable[..., int]
) -> None:
    services, source = shop
    seen = hold(services, source, "1", "2")
    hold(services, source, "3")
    with pytest.raises(Busy, match="changed since, 3 now; look again"):
        decide(services, source, seen.id, token("1", "2"), "Анна")
    assert ask(services, "SELECT state FROM held_deletion") == [("waiting",)]
    three = token("1", "2", "3")
    assert decide(services, source, seen.id, three, "Анна") == (
        3 if decide is deciding.reject else 0
    )


@pytest.mark.parametrize("decide", [deciding.approve, deciding.reject])
def test_who_saw_two_decides_about_no_other_two(
    shop: tuple[ServicesOf, Source], decide: Callable[..., int]
) -> None:
    services, source = shop
    seen = hold(services, source, "1", "2")
    with services.database.transaction() as session:
        HeldStore(session, source.id).came(Noun.DEAL, ["2"], services.now())
    assert hold(services, source, "3").count == 2
    with pytest.raises(Busy, match="changed since, 2 now; look again"):
        decide(services, source, seen.id, token("1", "2"), "Анна")
    assert ask(services, "SELECT state FROM held_deletion") == [("waiting",)]


def test_of_two_who_decide_at_once_the_second_is_told_so(shop: tuple[ServicesOf, Source]) -> None:
    services, source = shop
    one = hold(services, source, "1", "2")
    with ThreadPoolExecutor() as pool:
        with services.database.transaction() as session:
            SourceStore(session).write_alone(source.id)
            store = HeldStore(session, source.id)
            store.decide(
                one.id, HeldState.APPROVED, seen=token("1", "2"), by="Анна", now=services.now()
            )
            session.flush()
            late = pool.submit(deciding.reject, services, source, one.id, "", "Борис")
            wait_until_somebody_waits(services.database)
        with pytest.raises(WrongUse, match="it is approved already"):
            late.result(PATIENCE)
    assert ask(services, "SELECT state, decided_by FROM held_deletion") == [("approved", "Анна")]
