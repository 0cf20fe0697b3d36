"""The worker tells people by itself, by whom it was given to write the letters."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kam_sync import telling
from kam_sync.alerts.life import Outcome
from kam_sync.cli import serving
from kam_sync.jobs.attending import attending
from kam_sync.jobs.queue import defer_telling
from kam_sync.jobs.tasks import Work
from kam_sync.jobs.waking import wake
from kam_sync.wiring import Services
from tests.fakes.mailbox import Mailbox
from tests.fakes.office import Office, names, office
from tests.fakes.waiting import wait_until
from tests.jobs.conftest import jobs, working

TOP = Path(__file__).parents[2]


@pytest.fixture
def shop(services: Services) -> Office:
    return office(services)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


def test_what_is_due_is_queued_once_a_channel_and_told(shop: Office, box: Mailbox) -> None:
    wake(shop.services)
    assert jobs(shop.services, "tell") == []
    channel = shop.open("mail", box.url)
    shop.alarm("ООО Ромашка")
    shop.notify()
    for _ in range(3):
        wake(shop.services)
    assert jobs(shop.services, "tell") == ["todo"]
    with working(shop.services, serving._WORK):  # what `serve` and `worker` are given
        wait_until(lambda: names(shop.sends(channel)) == ["sent"])
    assert len(box.mails) == 1


def test_what_people_do_is_told_without_waiting_for_the_next_measuring(
    shop: Office, box: Mailbox
) -> None:
    channel = shop.open("mail", box.url)
    alert = shop.alarm("ООО Ромашка")
    with attending(shop.services, "Ольга") as acting:
        acting.resolve(alert.id, Outcome.KNOWN)
    with shop.services.database.alone("measuring"):
        wake(shop.services)
        assert shop.sends(channel) == []  # measuring does it at its end
    wake(shop.services)
    assert [one.event.value for one in shop.sends(channel)] == ["opened", "resolved"]
    assert jobs(shop.services, "tell") == ["todo"]


def test_a_worker_without_words_leaves_it_to_others(shop: Office, box: Mailbox) -> None:
    channel = shop.open("mail", box.url)
    shop.alarm("ООО Ромашка")
    shop.notify()
    wake(shop.services)
    with working(shop.services, Work()):
        wait_until(lambda: jobs(shop.services, "tell") == ["succeeded"])
    assert names(shop.sends(channel)) == ["waiting"]


@pytest.mark.heavy
def test_no_process_imports_a_hundred_services_to_start() -> None:
    code = "import sys, kam_sync.cli.serving; sys.exit('apprise' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=TOP, check=False).returncode == 0


def test_a_fault_of_ours_is_an_incident_in_the_end(shop: Office, box: Mailbox) -> None:
    def break_down(*_: object, **__: object) -> telling.Told:
        raise ZeroDivisionError

    channel = shop.open("mail", box.url)
    with shop.services.database.transaction() as session:
        defer_telling(session, channel.id, attempt=99)
    with working(shop.services, Work(tell=break_down)):
        wait_until(lambda: shop.incidents() == ["job_given_up"])
