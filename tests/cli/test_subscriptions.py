"""`kam-sync hooks status`, `on`, `off` and `rotate`."""

import pytest

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.commands import Command

PUBLIC = "http://127.0.0.1:9"


@pytest.fixture(autouse=True)
def public(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CRM, on this machine, can reach us."""
    monkeypatch.setenv("KAM_SYNC_PUBLIC_URL", PUBLIC)


def test_they_are_switched_on_and_off_and_it_is_shown(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    assert "not asked for yet" in kam_sync("hooks", "status").out
    said = kam_sync("hooks", "on", "sales")
    assert (said.code, said.err.strip()) == (0, "sales: webhooks are on")
    url = kam_sync("hooks", "url", "sales").out.strip()
    assert connected.webhooks.subscriptions() == {url: True}
    (document,) = kam_sync("hooks", "status", "sales", "--json").document["webhooks"]
    assert (document["state"], document["is_wanted"], document["advice"]) == ("active", True, "")
    said = kam_sync("hooks", "off", "sales")
    assert "webhooks are switched off here" in said.err
    assert connected.webhooks.subscriptions() == {}
    assert "kam-sync hooks on sales" in kam_sync("hooks", "status").out


def test_without_a_public_address_it_says_what_to_set(
    kam_sync: Command, connected: AmoSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KAM_SYNC_PUBLIC_URL")
    said = kam_sync("hooks", "on", "sales")
    assert said.code == 0
    assert "KAM_SYNC_PUBLIC_URL" in said.err
    assert "KAM_SYNC_PUBLIC_URL" in kam_sync("hooks", "status").out
    assert "KAM_SYNC_PUBLIC_URL" in kam_sync("doctor").out
    said = kam_sync("hooks", "rotate", "sales")
    assert "tell it the new one: kam-sync hooks url sales" in said.out


def test_a_refusal_is_told_and_is_a_problem_for_the_doctor(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    connected.webhooks.paid = False
    said = kam_sync("hooks", "on", "sales")
    assert "refused by the CRM. The plan of the CRM account does not include webhooks" in said.err
    doctor = kam_sync("doctor")
    assert doctor.code == 1
    assert "The plan of the CRM account does not include webhooks" in doctor.out


def test_another_secret_address_takes_the_place_of_the_old_one(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    kam_sync("hooks", "on", "sales")
    before = kam_sync("hooks", "url", "sales").out.strip()
    assert kam_sync("hooks", "rotate", "sales").code == 0
    after = kam_sync("hooks", "url", "sales").out.strip()
    assert before != after
    assert connected.webhooks.subscriptions() == {after: True}


def test_a_crm_that_fails_is_told_in_one_line(kam_sync: Command, connected: AmoSandbox) -> None:
    connected.faults.append(Fault(path="/api/v4/webhooks", status=403, html=True, times=None))
    connected.faults.append(Fault(path="/api/v4/", hang_up=True, times=None))
    said = kam_sync("hooks", "on", "sales")
    assert said.code in {0, 1}
    assert "Traceback" not in said.err
    assert "banned" in said.err or "blocked" in said.err


def test_a_name_that_nobody_has_is_not_here(kam_sync: Command, connected: AmoSandbox) -> None:
    for words in (("status", "other"), ("on", "other"), ("off", "other"), ("rotate", "other")):
        said = kam_sync("hooks", *words)
        assert said.code == 2
        assert "no such source" in said.err


def test_who_removes_a_source_is_told_when_the_crm_may_go_on_calling(
    kam_sync: Command, connected: AmoSandbox
) -> None:
    kam_sync("hooks", "on", "sales")
    connected.token = "another"
    said = kam_sync("source", "remove", "sales", "--yes")
    assert said.code == 0
    assert "delete our webhook in its settings" in said.err
