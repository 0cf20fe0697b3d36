"""Lets time pass for what was noted of webhooks and of polling, and looks at it."""

from datetime import datetime, timedelta

import sqlalchemy as sa

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.subscribing import ask as look_at

_TIME_PASSES = (
    "UPDATE polled SET seen_at = seen_at - :span",
    "UPDATE announced SET announced_at = announced_at - :span",
    "UPDATE hook SET received_at = received_at - :span",
    "UPDATE subscription SET since = since - :span, announced_at = announced_at - :span,"
    " counted_from = counted_from - :span, quiet_since = quiet_since - :span",
)


def pass_time(services: Services, span: timedelta) -> None:
    """Move what has happened back by so much."""
    with services.database.transaction() as session:
        for statement in _TIME_PASSES:
            session.execute(sa.text(statement), {"span": span})


def change(box: AmoSandbox, first: int, last: int) -> None:
    """Some deals get another price."""
    for number, id_ in enumerate(box.ids("leads")[first:last]):
        price = box.row("leads", id_)["price"] or 0
        box.change("leads", id_, price=price + 1 + number)


def polled(services: Services) -> list[tuple[str, int]]:
    """How many changes of each noun are noted."""
    found = ask(services, "SELECT noun, count(*) FROM polled GROUP BY noun ORDER BY noun")
    return [(row[0], row[1]) for row in found]


def made(box: AmoSandbox) -> list[int]:
    """The numbers of all subscriptions: one that was made anew has another."""
    return [one["id"] for one in look_at(box, "GET").json()["_embedded"]["webhooks"]]


def first_polled(services: Services) -> datetime:
    found: datetime = ask(services, "SELECT min(seen_at) FROM polled")[0][0]
    return found
