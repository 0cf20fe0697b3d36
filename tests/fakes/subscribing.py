"""Subscribing to webhooks of a sandbox, and letting something happen there."""

from typing import Any

import httpx

from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.change import Change
from tests.fakes.browsing import TRUST


def ask(box: AmoSandbox, method: str, json: Any = None, query: str = "") -> httpx.Response:
    return httpx.request(
        method,
        f"{box.url}/api/v4/webhooks{query}",
        headers={"Authorization": f"Bearer {box.token}"},
        json=json,
        verify=TRUST,
    )


def subscribe(box: AmoSandbox, destination: str, *settings: str) -> httpx.Response:
    wanted = list(settings or ["add_lead", "update_lead", "delete_lead"])
    return ask(box, "POST", {"destination": destination, "settings": wanted})


def happen(box: AmoSandbox, noun: str = "leads", id_: int = 5_000_001) -> None:
    """One row of the box is updated, to what it was."""
    row = box.row(noun, box.ids(noun)[0]) | {"id": id_}
    box.webhooks.hear(Change(noun, id_, "update", row, row, 701, 1_790_000_000))
