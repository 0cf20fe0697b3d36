"""What pages offer to a role: no link and no button that would be refused."""

import re
from collections.abc import Iterator
from uuid import UUID

import pytest
from fastapi.routing import RouteContext

from kam_sync.access.model import Deed, Identity, Role
from kam_sync.access.roles import may
from kam_sync.web.app import create_app
from kam_sync.web.gate import Gate
from tests.web.conftest import TestClient
from tests.web.entering import GOOD, add_member
from tests.web.test_authorisation import guards, routes_of
from tests.web.world import World

_LINK = re.compile(r'<a\b[^>]*\bhref="(/[^"#?]*)')
_FORM = re.compile(
    r'<form\b(?=[^>]*method="post")[^>]*\baction="(/[^"#?]*)(?:(?!</form>).)*?<button', re.DOTALL
)
"""One that can be sent: some show what is set, to who may not change it, too."""
_PAGES = (
    "/", "/accounts", "/portfolio", "/matches", "/sources", "/rules", "/rules/won_revenue",
    "/settings", "/channels", "/targets", "/kpis", "/kpis/won_revenue", "/settings/people",
    "/settings/keys", "/settings/installation", "/me", "/survivorship", "/timetable",
    "/sources/sales", "/sources/sales/fields", "/sources/sales/timetable", "/sources/sales/ledger",
)  # fmt: skip
_OF_ACCOUNT = ("", "/figures", "/deals", "/people", "/money", "/timeline", "/data", "/corrections",
    "/kpis/won_revenue/why", "/kpis/won_revenue/rows", "/restatements",
)  # fmt: skip
_OURS = {"Origin": "http://testserver"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
def test_pages_offer_nothing_that_would_be_refused(world: World, fallen: UUID, role: Role) -> None:
    add_member(world.services)
    own = ("1/7",) if role is Role.KAM else ()  # who looks after it
    add_member(world.services, "ivan@example.com", role, own)
    who, wrong, seen = Identity("", "", role), set(), 0
    app = create_app(world.services)
    areas = [(route, gate.area) for route in routes_of(app) for gate in gates(route)]

    def is_offered(path: str, method: str) -> bool:
        deed = Deed.SEE if method == "GET" else Deed.CHANGE
        return any(
            may(who, area, deed)
            for route, area in areas
            if method in route.methods and route.path_regex.fullmatch(path)
        ) or not any(route.path_regex.fullmatch(path) for route, _ in areas)

    with TestClient(app) as client:
        form = {"email": "ivan@example.com", "password": GOOD}
        client.post("/login", data=form, headers=_OURS)
        more = [f"/accounts/{fallen}{part}" for part in _OF_ACCOUNT]
        for path in (*_PAGES, *more, alert_on(client.get("/").text)):
            if not is_offered(path, "GET"):
                continue
            page = client.get(path)
            assert page.status_code == 200, path
            seen += 1
            for pattern, method in ((_LINK, "GET"), (_FORM, "POST")):
                found = {one for one in pattern.findall(page.text) if not is_offered(one, method)}
                wrong |= {f"{path}: {method} {one}" for one in found}
    assert wrong == set()
    assert seen > 8


def alert_on(page: str) -> str:
    found = re.search(r"/alerts/[0-9a-f-]{36}", page)
    assert found
    return found[0]


def gates(route: RouteContext) -> Iterator[Gate]:
    return (gate for gate in guards(route) if isinstance(gate, Gate))
