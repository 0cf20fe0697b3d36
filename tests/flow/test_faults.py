"""Whatever the CRM does wrong: when it stops, one sync makes the store equal to it."""

from collections.abc import Callable, Iterator
from datetime import date
from random import Random

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting, flow
from kam_sync.base.db import Database
from kam_sync.base.secrets import open_cipher
from kam_sync.base.settings import Settings
from kam_sync.intake.model import RunState, Source
from kam_sync.wiring import Services
from tests.conftest import empty
from tests.fakes.connecting import connect, twin
from tests.fakes.contents import Contents, differences, living

_JSON = "application/problem+json"
FAULTS: dict[str, Fault] = {
    "too many requests, the wait in the body": Fault(
        status=429, body=b'{"retry_after": 1, "status": 429}', content_type=_JSON
    ),
    "too many requests, the wait in a header": Fault(status=429, headers=(("Retry-After", "1"),)),
    "too many requests as a web page": Fault(status=429, html=True),
    "too many requests for an hour": Fault(status=429, body=b'{"retry_after": 3600}'),
    "a ban": Fault(status=403, html=True),
    "no rights": Fault(status=403, body=b'{"status": 403}', content_type=_JSON),
    "a refused token": Fault(status=401, body=b'{"status": 401}', content_type=_JSON),
    "not paid": Fault(status=402, body=b'{"status": 402}', content_type=_JSON),
    "not found": Fault(status=404, body=b"{}", content_type=_JSON),
    "an error of the server": Fault(status=500, times=6),
    "a gateway that gives up": Fault(status=504, html=True, times=6),
    "a client closed request": Fault(status=499, times=6),
    "a web page instead of JSON": Fault(html=True, times=6),
    "JSON that is cut": Fault(status=200, body=b'{"_embedded":{"leads":[{"id":', times=6),
    "a body shorter than promised": Fault(truncate_at=40, times=6),
    "a closed connection": Fault(hang_up=True, times=6),
    "a list where an object belongs": Fault(status=200, body=b"[]", times=2),
    "an answer that ends the list early": Fault(status=204),
    "the page before once more": Fault(repeat=True, times=2),
}
EVERYDAY = {"too many requests for an hour", "an answer that ends the list early"}
"""One that a sync waits after, and one that it believes."""
_ALIKE = {
    "too many requests, the wait in a header", "too many requests, the wait in the body",
    "not found", "an error of the server", "a client closed request", "a web page instead of JSON",
    "a body shorter than promised",
}  # fmt: skip
"""What the connector answers as it answers another one; a first load meets them all."""
NAMES = [pytest.param(one, marks=() if one in EVERYDAY else pytest.mark.heavy) for one in FAULTS]
_LISTS = (
    "leads", "contacts", "companies", "tasks", "customers", "events", "leads/notes", "users",
    "catalogs", "catalogs/1001/elements", "customers/transactions", "customers/notes",
    "(contacts|customers)/custom_fields", "leads/(pipelines|loss_reasons)", "account",
)  # fmt: skip


_WORLD = MadeUpWorld(size=4, deals=520, contacts=12, today=date(2026, 11, 1))


@pytest.fixture
def box(request: pytest.FixtureRequest) -> Iterator[AmoSandbox]:
    """A shop with three pages of deals, with the paid filter unless the test says otherwise."""
    with AmoSandbox(_WORLD, rate=0, api_filter=getattr(request, "param", "on")) as opened:
        yield opened


@pytest.fixture(scope="module")
def untouched(settings: Settings, migrated: Database) -> Contents:
    """What a store holds of the shop in which nobody has done anything yet."""
    services = Services(settings, migrated, open_cipher(settings))
    with AmoSandbox(_WORLD, rate=0) as box:
        source = connect(services, box)
        assert flow.sync(services, source.id).state is RunState.DONE
    found = living(services, source)
    assert len(found["deal"]) == 520
    empty(migrated)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_after_a_fault_in_a_first_load_the_store_equals_the_crm(
    services: Services, box: AmoSandbox, untouched: Contents, name: str
) -> None:
    source = connect(services, box)
    box.faults.append(_on(FAULTS[name], "/api/v4/leads$", after=2))
    flow.sync(services, source.id)
    recover(services, box, source)
    assert differences(living(services, source), untouched) == []


@pytest.mark.heavy
@pytest.mark.parametrize("name", sorted(FAULTS.keys() - _ALIKE))
def test_after_a_fault_in_a_sync_of_changes_the_store_equals_the_crm(
    services: Services, box: AmoSandbox, name: str
) -> None:
    source = connect(services, box)
    flow.sync(services, source.id)
    dice = Random(name)
    for _ in range(20):
        disturb(box, dice)
    box.faults.append(_on(FAULTS[name], "/api/v4/(leads|events)$", after=1))
    flow.sync(services, source.id)
    recover(services, box, source)
    assert_equal(services, box, source)


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("box", "seed"),
    [*(("on", seed) for seed in range(4)), *(("ignored", seed) for seed in range(3))],
    indirect=["box"],
)
def test_after_faults_mixed_at_random_the_store_equals_the_crm(
    services: Services, box: AmoSandbox, seed: int
) -> None:
    dice = Random(seed)
    source = connect(services, box)
    for _ in range(4):
        for name in dice.sample(list(FAULTS), 3):
            path = f"/api/v4/{dice.choice(_LISTS)}$"
            box.faults.append(_on(FAULTS[name], path, after=dice.randrange(4)))
        for _ in range(dice.randrange(15)):
            disturb(box, dice)
        flow.sync(services, source.id)
        if dice.random() < 0.5:
            connecting.set_paused(services, source.name, paused=False)
    recover(services, box, source)
    assert_equal(services, box, source)


def recover(services: Services, box: AmoSandbox, source: Source) -> None:
    """The faults stop, a person goes on where one was needed, and one sync runs."""
    box.faults.clear()
    connecting.set_paused(services, source.name, paused=False)
    result = flow.sync(services, source.id)
    assert (result.state, result.message) == (RunState.DONE, "")


def assert_equal(services: Services, box: AmoSandbox, source: Source) -> None:
    """A store that was never disturbed holds the same, and so does the CRM."""
    calm = twin(services, box, source, "calm")
    assert flow.sync(services, calm.id).state is RunState.DONE
    assert differences(living(services, source), living(services, calm)) == []
    kept = living(services, calm)["deal"]
    assert len(kept) == box.count("leads")


def disturb(box: AmoSandbox, dice: Random) -> None:
    """One thing that people do in a CRM."""
    noun = dice.choice(["leads", "leads", "contacts", "companies", "tasks"])
    people = box.ids("contacts")
    deeds: list[Callable[[], object]] = [
        lambda: box.change(noun, dice.choice(box.ids(noun)), name=f"Имя {dice.random()}"),
        lambda: box.change("leads", dice.choice(box.ids("leads")), price=dice.randrange(10**6)),
        lambda: box.add("leads", _copy(box, dice.choice(box.ids("leads")))),
        lambda: box.remove("leads", dice.choice(box.ids("leads"))),
    ]
    if len(people) > 3:
        deeds.append(lambda: box.remove("contacts", dice.choice(people)))
        deeds.append(lambda: box.merge("contacts", *dice.sample(people, 2)))
    dice.choice(deeds)()


def _copy(box: AmoSandbox, id_: int) -> dict[str, object]:
    return {key: value for key, value in box.row("leads", id_).items() if key != "id"}


def _on(fault: Fault, path: str, *, after: int) -> Fault:
    return Fault(
        path=path, after=after, times=fault.times, delay=fault.delay, status=fault.status,
        body=fault.body, content_type=fault.content_type, headers=fault.headers, html=fault.html,
        hang_up=fault.hang_up, repeat=fault.repeat, truncate_at=fault.truncate_at,
    )  # fmt: skip
