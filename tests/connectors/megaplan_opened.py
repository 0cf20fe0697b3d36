"""A small Megaplan sandbox with the given switches, and the connector on it, which never waits."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from typing import Any

from connectors.kit.contract import Credentials
from connectors.megaplan import Megaplan
from connectors.sandbox.megaplan import MegaplanSandbox
from connectors.sandbox.world import MadeUpWorld

FIELDS = {
    "company.segment": "company/Category183CustomFieldSegment",
    "deal.contract_ends_on": "deal/Category1000061CustomFieldSrokDogovora",
}


_CLOSING: dict[MegaplanSandbox, ExitStack] = {}


@contextmanager
def opened(
    deals: int = 120, size: int = 5, **switches: Any
) -> Iterator[tuple[MegaplanSandbox, Megaplan]]:
    """Both."""
    world = MadeUpWorld(size=size, deals=deals, contacts=10, today=date(2026, 11, 1))
    with MegaplanSandbox(world, rate=0, **switches) as box, ExitStack() as stack:
        _CLOSING[box] = stack
        stack.callback(_CLOSING.pop, box)
        yield box, again(box)


def again(box: MegaplanSandbox, **more: str) -> Megaplan:
    """The connector opened anew: it has learnt nothing yet."""
    options = {"per_second": "0", "comment_days": "3650"} | more
    crm = Megaplan(Credentials(box.url, box.token, options, FIELDS))
    _CLOSING[box].callback(crm.close)
    return crm
