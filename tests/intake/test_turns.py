"""All processes that talk to one CRM account share its limit, and all are silent when it asks."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from connectors import RetryLater
from connectors.kit import pace as kit_pace
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from connectors.sandbox.world import MadeUpWorld
from kam_sync import flow
from kam_sync.base.db import Database, clock_of
from kam_sync.intake.model import RunState, Source, Standing
from kam_sync.intake.store import SharedTurns, SourceStore, TurnStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect
from tests.fakes.waiting import PATIENCE

SCRIPT = Path(__file__).with_name("asks_often.py")
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long the kit would have waited."""
    waited: list[float] = []
    monkeypatch.setattr(kit_pace, "sleep", waited.append)
    return waited


@pytest.fixture
def box() -> Iterator[AmoSandbox]:
    """A small shop that keeps to its limit of seven requests a second."""
    with AmoSandbox(MadeUpWorld(size=2, deals=5, contacts=2, today=date(2026, 11, 1))) as opened:
        yield opened


@pytest.fixture
def lax_box() -> Iterator[AmoSandbox]:
    """The same shop without a limit of its own."""
    world = MadeUpWorld(size=2, deals=5, contacts=2, today=date(2026, 11, 1))
    with AmoSandbox(world, rate=0) as opened:
        yield opened


def standing(services: Services, source: Source) -> Standing:
    with services.database.transaction() as session:
        found = SourceStore(session).by_id(source.id)
        return TurnStore(session).standing(found.turn_key, services.now(), services.zone)


def time_of(database: Database) -> datetime:
    """What the clock of the database shows."""
    with database.transaction() as session:
        return clock_of(session)


@pytest.mark.heavy
@pytest.mark.slow
def test_three_processes_together_keep_to_the_limit(
    services: Services, lax_box: AmoSandbox
) -> None:
    source = connect(services, lax_box, per_second="6")
    lax_box.requests.clear()
    url, folder = services.database.conninfo, str(services.settings.data_dir)
    command = [sys.executable, str(SCRIPT), url, folder, str(source.id), "8"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(3)]
    assert [process.stdout.readline() for process in running] == ["ready\n"] * 3
    began = time_of(services.database)
    for process in running:
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in running:
        process.communicate(timeout=PATIENCE)
    assert [process.returncode for process in running] == [0, 0, 0]
    asked = len(list(lax_box.requests))
    assert asked >= 24
    # each waited for a turn of its own, a sixth of a second after the one before it
    assert time_of(services.database) - began >= (asked - 1) * timedelta(seconds=1) / 6


def test_turns_are_given_out_evenly(database: Database, waits: list[float]) -> None:
    began = time_of(database)
    turns = [SharedTurns(database, "amocrm 1", per_second=0.05) for _ in range(4)]
    for of_one_process in turns:
        of_one_process.take()
    spent = (time_of(database) - began).total_seconds()
    assert all(due - spent <= wait <= due for wait, due in zip(waits, (20, 40, 60), strict=True))


def test_accounts_do_not_wait_for_each_other(database: Database, waits: list[float]) -> None:
    SharedTurns(database, "amocrm 1", per_second=1).take()
    SharedTurns(database, "amocrm 2", per_second=1).take()
    assert waits == []


def test_a_short_silence_is_waited_for_by_everybody(database: Database, waits: list[float]) -> None:
    began = time_of(database)
    SharedTurns(database, "amocrm 1", per_second=6).hold(20, "too many requests (429)")
    SharedTurns(database, "amocrm 1", per_second=6).take()
    (wait,) = waits
    assert 20 - (time_of(database) - began).total_seconds() <= wait <= 20


def test_nobody_sits_through_a_long_silence(database: Database, waits: list[float]) -> None:
    began = time_of(database)
    SharedTurns(database, "amocrm 1", per_second=6).hold(300, "too many requests (429)")
    other = SharedTurns(database, "amocrm 1", per_second=6)
    with pytest.raises(RetryLater, match=r"nobody may ask for \d+ seconds; too many") as e:
        other.take()
    assert e.value.is_away
    assert e.value.wait is not None
    most = timedelta(seconds=300)
    assert most - (time_of(database) - began) <= e.value.wait <= most
    assert waits == []


def test_a_shorter_wish_does_not_end_a_longer_silence(database: Database) -> None:
    turns = SharedTurns(database, "amocrm 1", per_second=6)
    turns.hold(600, "banned")
    turns.hold(2, "too many requests (429)")
    with pytest.raises(RetryLater, match="banned"):
        turns.take()


def test_a_process_keeps_to_the_limit_alone_while_the_database_is_away(
    waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kit_pace.time, "monotonic", lambda: 100.0)
    away = Database("postgresql://nobody@127.0.0.1:9/none")
    turns = SharedTurns(away, "amocrm 1", per_second=0.05)
    turns.take()
    turns.hold(5, "too many requests (429)")
    turns.take()
    assert waits == [20.0]
    away.close()


def test_without_a_limit_the_database_is_not_asked() -> None:
    SharedTurns(Database("postgresql://nobody@127.0.0.1:9/none"), "amocrm 1", per_second=0).take()


def test_a_refusal_in_a_sync_is_seen_on_the_source(
    services: Services, lax_box: AmoSandbox, waits: list[float]
) -> None:
    source = connect(services, lax_box, per_second="6")
    lax_box.faults.append(Fault(path="/api/v4/users$", status=429, body=b'{"retry_after": 300}'))
    result = flow.sync(services, source.id)
    assert (result.state, result.wait) == (RunState.LATER, timedelta(seconds=300))
    found = standing(services, source)
    assert found.held_until is not None
    assert found.refusals_last_hour == found.refusals_today == 1
    assert found.reason.endswith(": too many requests (429)")


def test_after_a_ban_nobody_knocks_for_ten_minutes(services: Services, box: AmoSandbox) -> None:
    source = connect(services, box, per_second="6")
    box.faults.append(Fault(path="/api/v4/account", status=403, html=True))
    assert flow.sync(services, source.id).state is RunState.FAILED
    asked = box.requests.total
    later = flow.sync(services, source.id)
    assert later.state is RunState.LATER
    assert "nobody may ask" in later.message
    assert "banned" in later.message
    assert box.requests.total == asked


def test_a_silence_that_is_over_is_not_shown(services: Services, box: AmoSandbox) -> None:
    source = connect(services, box)
    SharedTurns(services.database, "amocrm 30000001", per_second=6).hold(0, "too many (429)")
    found = standing(services, source)
    assert found.held_until is None
    assert found.reason == ""
    assert found.refusals_today == 1


def test_old_refusals_are_forgotten(services: Services, database: Database) -> None:
    SharedTurns(database, "amocrm 1", per_second=6).hold(1, "too many requests (429)")
    with database.transaction() as session:
        session.execute(sa.text("UPDATE refusal SET at = :at"), {"at": LONG_AGO})
        TurnStore(session).forget_before(LONG_AGO + timedelta(days=1))
    assert ask(services, "SELECT count(*) FROM refusal") == [(0,)]


def test_a_turn_given_out_by_a_clock_that_was_put_back_is_forgotten(database: Database) -> None:
    turns = SharedTurns(database, "amocrm 1", per_second=100)
    turns.take()
    with database.transaction() as session:
        session.execute(sa.text("UPDATE turn SET next_at = next_at + interval '1 day'"))
    turns.take()  # would wait for a day
    with database.transaction() as session:
        ahead = session.scalar(sa.text("SELECT next_at - clock_timestamp() FROM turn"))
    assert ahead < timedelta(minutes=1)
