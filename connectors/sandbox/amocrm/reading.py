"""What GET says: lists, single rows, and the account itself."""

import re
from collections.abc import Callable
from typing import Any

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import INVOICES, PRODUCTS, abroad, account
from connectors.sandbox.amocrm.answers import HAL, NOTHING, hal, page, problem, unknown, whole
from connectors.sandbox.amocrm.asked import Asked, as_number, asked, entity_ids, wanted
from connectors.sandbox.amocrm.blank import ENTITIES
from connectors.sandbox.amocrm.dressed import Dresser, binned
from connectors.sandbox.amocrm.events import event_number, types
from connectors.sandbox.amocrm.fields import FIELDS, definitions
from connectors.sandbox.amocrm.links import links_of
from connectors.sandbox.amocrm.switches import Switches
from connectors.sandbox.http import Request, Response
from connectors.sandbox.rows import BINNED, SHOWN, Cut, Facts, Rows

_PIPELINES, _EVENTS, _TRANSACTIONS = "leads/pipelines", "events", "customers/transactions"
LISTS = frozenset(
    {
        *("users", "tasks", "catalogs", "leads/loss_reasons", _PIPELINES, _EVENTS, _TRANSACTIONS),
        *("customers/segments", "customers/statuses"),
        *(f"catalogs/{id_}/elements" for id_ in (PRODUCTS, INVOICES)),
        *(f"{noun}{end}" for noun in ENTITIES for end in ("", "/notes", "/tags")),
    }
)
_COUNTED = frozenset({"users", "customers/segments", "customers/statuses"})
_OWNED = frozenset({*ENTITIES, "tasks", *(f"{noun}/notes" for noun in ENTITIES)})
"""Nouns of which an employee may see only a part."""
_OF_ONE = re.compile(
    r"(?:(leads|contacts|companies|customers)/(\d+)/(notes)|(customers)/(\d+)/(transactions))"
    r"(?:/(\d+))?"
)
_LINKS = re.compile(r"(leads|contacts|companies|customers)(?:/(\d+))?/links")
_FIELD = re.compile(r"(.+)/custom_fields(?:/(\d+))?")
_LATE = "shown_at"


class Reading:
    """Answers GET from the rows of one account."""

    def __init__(
        self, rows: Rows, switches: Switches, me: int, currency: str, clock: Callable[[], float]
    ) -> None:
        self._rows = rows
        self._switches = switches
        self._me = me
        self._currency = currency
        self._clock = clock
        self._dresser = Dresser(rows, switches)

    def read(self, what: str, request: Request) -> Response:
        """What an address under /api/v4/ shows."""
        refused = self._refused(what)
        if refused is not None:
            return refused
        if what == "account":
            return self._account(request)
        if what == "events/types":
            return whole(request, "events_types", [orjson.dumps(type_) for type_ in types()])
        if linked := _LINKS.fullmatch(what):
            return self._links(linked[1], linked[2], request)
        return self._rows_of(what, request) or unknown(request)

    def _rows_of(self, what: str, request: Request) -> Response | None:
        noun, _, last = what.rpartition("/")
        if what in LISTS:
            return self._list(what, request)
        if noun == _EVENTS:
            return self._one(noun, event_number(last) or 0, request)
        if noun in LISTS and last.isdecimal():
            return self._one(noun, as_number("id", last), request)
        if of_one := _OF_ONE.fullmatch(what):
            return self._of_one(of_one, request)
        if (field := _FIELD.fullmatch(what)) and field[1] in FIELDS:
            return self._fields(field[1], field[2], request)
        return None

    def _refused(self, what: str) -> Response | None:
        """What this account or this token may not read at all."""
        if what.partition("/")[0] == "users" and not self._switches.admin:
            return problem(403, "Доступ запрещён", content_type="application/json")
        if what.partition("/")[0] == "customers" and self._switches.customers == "unpaid":
            return problem(402, "Payment required")
        if what == "customers/statuses" and self._switches.customers != "periodicity":
            return problem(422, "Customers statuses are available in the periodicity mode only")
        return None

    def _account(self, request: Request) -> Response:
        mode: str = self._switches.customers
        if mode == "unpaid" or not self._rows.count("customers"):
            mode = "unavailable"
        body = account(
            self._me,
            self._currency,
            api_filter=self._switches.api_filter == "on",
            customers=mode,
            wanted=wanted(request.query),
        )
        return hal(abroad(body) if self._switches.is_kommo else body)

    def _one(self, noun: str, id_: int, request: Request) -> Response:
        body, facts = self._rows.get(noun, id_), self._rows.facts(noun, id_)
        if body is None or facts is None or not self._is_shown(noun, facts):
            return NOTHING
        return Response(200, self._dresser.dress(noun, [body], wanted(request.query))[0], HAL)

    def _is_shown(self, noun: str, facts: Facts) -> bool:
        sees = self._switches.sees
        is_hidden = sees is not None and noun in _OWNED and facts.owner not in sees
        return not is_hidden and facts.state == SHOWN and facts.shown_at <= self._clock()

    def _list(self, noun: str, request: Request, of: tuple[Any, ...] = ()) -> Response:
        if noun == _PIPELINES:
            bodies = self._rows.page(Cut(noun), self._rows.count(noun), 0)
            return whole(request, "pipelines", bodies)
        what = asked(noun, request.query, self._switches.api_filter)
        words = wanted(request.query)
        only_deleted = noun == "leads" and "only_deleted" in words
        bodies = self._rows.page(self._cut(what, of, only_deleted), what.limit, what.offset)
        slow = self._switches.slow_above
        if slow is not None and what.is_filtered and len(bodies) > slow:
            return http.html(504, "504 Gateway Time-out")
        if only_deleted:
            bodies = [binned(body) for body in bodies]
        else:
            bodies = self._dresser.dress(noun, bodies, words)
        total = self._rows.count(noun) if noun in _COUNTED else None
        return page(request, what, bodies, total, self._switches)

    def _cut(self, what: Asked, of: tuple[Any, ...], only_deleted: bool) -> Cut:
        cut, sees = what.cut, self._switches.sees
        order, desc = cut.order, cut.desc
        if cut.noun == _EVENTS:
            order = "shuffled" if self._switches.event_order == "shuffled" else "created_at"
            desc = self._switches.event_order == "newest"
        among = (*cut.among, *of)
        if sees is not None and cut.noun in _OWNED:
            among = (*among, ("owner", tuple(sorted(sees))))
        late = ((_LATE, None, int(self._clock())),) if self._rows.has_late else ()
        state = BINNED if only_deleted else SHOWN
        return Cut(cut.noun, order, desc, among, (*cut.between, *late), cut.text, state)

    def _of_one(self, match: re.Match[str], request: Request) -> Response:
        """Notes or purchases of one row, or one of them."""
        noun, id_, end = (match[1], match[2], match[3]) if match[1] else match.group(4, 5, 6)
        path, number = f"{noun}/{end}", as_number("id", id_)
        if match[7]:
            return self._one(path, as_number("id", match[7]), request)
        return self._list(path, request, (("about", (number,)),))

    def _links(self, noun: str, number: str | None, request: Request) -> Response:
        ids = [as_number("id", number)] if number else entity_ids(request.query)
        found = [link for id_ in ids for link in links_of(self._rows, noun, id_)]
        return whole(request, "links", [orjson.dumps(link) for link in found])

    def _fields(self, noun: str, number: str | None, request: Request) -> Response:
        listed = definitions(noun)
        if number is not None:
            found = [field for field in listed if field["id"] == int(number)]
            return hal(found[0]) if found else NOTHING
        what = asked(f"{noun}/custom_fields", request.query, "ignored")
        bodies = [orjson.dumps(field) for field in listed][what.offset : what.offset + what.limit]
        return page(request, what, bodies, len(listed), self._switches)
