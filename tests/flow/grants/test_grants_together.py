"""Several processes and one grant: it is renewed once, and survives the death of who renewed it."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import flow
from kam_sync.base.db import Database
from kam_sync.intake.model import RunState, Source
from kam_sync.wiring import Services
from tests.fakes.granting import TOKENS, held

SCRIPT = Path(__file__).with_name("renews.py")


def start(services: Services, source_id: int, *more: str) -> subprocess.Popen[str]:
    """A process that has read the grant and waits for a word."""
    url, folder = services.database.conninfo, str(services.settings.data_dir)
    command = [sys.executable, str(SCRIPT), url, folder, str(source_id), *more]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.heavy
def test_two_processes_that_renew_at_once_never_lose_the_grant(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.requests.clear()
    box.faults.append(Fault(path=TOKENS, delay=0.5))  # long enough for both to come to the door
    processes = [start(services, source.id) for _ in range(2)]
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    printed = [process.communicate(timeout=60)[0].splitlines() for process in processes]
    first, second = [lines[-1] for lines in printed]
    assert first == second
    assert [process.returncode for process in processes] == [0, 0]
    assert [seen.path for seen in box.requests] == [TOKENS]
    assert flow.sync(services, source.id).state is RunState.DONE


@pytest.mark.heavy
@pytest.mark.slow
def test_a_process_killed_after_the_answer_leaves_the_new_pair_behind(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    process = start(services, source.id, "killed")
    process.communicate("go\n", timeout=60)
    assert process.returncode == -9
    box.requests.clear()
    assert flow.sync(services, source.id).state is RunState.DONE
    assert TOKENS not in [seen.path for seen in box.requests]


def test_many_threads_with_connections_of_their_own_share_one_renewal(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    refused = held(services, source)
    box.requests.clear()
    other = Database(services.database.conninfo)
    granting = (services.granting, type(services.granting)(
        other, services.cipher, services.now, services.grants
    ))  # fmt: skip
    with ThreadPoolExecutor(6) as pool:
        tokens = set(pool.map(lambda n: granting[n % 2].renew(source.id, refused), range(6)))
    other.close()
    assert len(tokens) == 1
    assert refused not in tokens
    assert len(box.requests) == 1
