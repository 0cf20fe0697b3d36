"""Walks over all routes of the application with what is somebody's, and looks for what leaks."""

import re
from itertools import product
from typing import Any

from kam_sync.web import routes as all_routes
from kam_sync.web.pages.exporting.registry import EXPORTS
from tests.web.two_kams import House, Side


def routes(*methods: str) -> list[tuple[str, str]]:
    """(method, path) of all routes of the application."""
    found = set()
    for router in all_routes.routes():
        for one in getattr(router, "effective_route_contexts", list)():
            found |= {(method, one.path) for method in one.methods if method in methods}
    return sorted(found)


def ways(house: House, side: Side, path: str) -> list[str]:
    """The addresses of a path with what is somebody's."""
    sales, shop = house.sources
    known: dict[str, list[Any]] = {
        "account_id": side.accounts, "other_id": side.accounts, "alert_id": side.alerts,
        "kpi": ["won_revenue"], "source": [sales, "sales", shop], "table": list(EXPORTS),
        "noun": ["company", "deal"], "external_id:path": [side.id(1), f"{side.id(20)}-1-1"],
        "key": ["won_revenue", "fallen"], "person_id": side.people, "decision_id": [1, 2],
    }  # fmt: skip
    if "/facts/" in path:
        known |= {"table": ["payments", "shipments"], "external_id:path": [side.id(14)]}
    names = [part[1:-1] for part in path.replace(".", "/").split("/") if part.startswith("{")]
    found = []
    for chosen in product(*(known.get(name, ["1"]) for name in names)):
        way = path
        for name, value in zip(names, chosen, strict=True):
            way = way.replace(f"{{{name}}}", str(value))
        of_account = "/export/" in way and f"?account={side.accounts[0]}&kpi=won_revenue"
        found += [way, *([way + of_account] if of_account else [])]
    return found


def leaks(answer: Any, house: House, asked: str) -> list[str]:
    """What of the other one is in an answer and was not in the question."""
    text = (answer.text + " ".join(answer.headers.values())).replace("\u00a0", "")
    other = house.boris
    sums = [house.anna.money(50) + other.money(50)]  # of the group that is both's
    words = [*other.planted(), *map(str, (*sums, *map(other.money, (30, 40, 50))))]
    return [word for word in words if _tells(text, word) and word not in asked]


def _tells(text: str, word: str) -> bool:
    """Whether it is there; a number by itself, as ids of requests may have any digits in a row."""
    if not word.isdigit():
        return word in text
    return re.search(rf"(?<![0-9a-zA-Z.]){word}(?![0-9a-zA-Z])", text) is not None
