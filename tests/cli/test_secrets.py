"""`kam-sync secrets ...`."""

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from tests.commands import Command

OLD, NEW = "a key for the tests alone", "the next key for the tests"


def test_a_key_is_changed_and_the_one_before_it_dropped(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert kam_sync("secrets", "status", "--json").document["current"] == 1
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", f"{NEW},{OLD}")
    doctor = kam_sync("doctor")
    assert doctor.code == 1
    assert "1 of 1 are encrypted by a former key" in doctor.out
    said = kam_sync("secrets", "rotate")
    assert said.code == 0, said.err
    assert "1 encrypted anew" in said.err
    assert "take it out of KAM_SYNC_SECRET_KEY" in said.err
    assert "none by a former key: it can be dropped" in kam_sync("doctor").out
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", NEW)
    document = kam_sync("secrets", "rotate", "--json").document
    assert (document["total"], document["current"], document["sealed_anew"]) == (1, 1, 0)
    assert kam_sync("source", "check", "sales").code == 0


def test_a_key_that_is_lost_is_told(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SYNC_SECRET_KEY", NEW)
    said = kam_sync("secrets", "rotate")
    assert said.code == 1
    assert "what no key opens: add its key" in said.err
    assert "1 of 1 cannot be read" in kam_sync("doctor").out
    assert kam_sync("secrets", "status").code == 1


def test_the_key_file_gets_a_new_key_and_forgets_the_one_before(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAM_SYNC_SECRET_KEY")
    given = ("source", "set", "sales", "--token", connected.token)
    assert kam_sync(*given).code == 0
    assert "1 encrypted anew" in kam_sync("secrets", "rotate").err
    assert kam_sync("secrets", "forget").code == 0
    assert kam_sync("source", "check", "sales").code == 0
