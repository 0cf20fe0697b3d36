"""Subscriptions to webhooks: `box.webhooks` keeps them, hears of changes and sends hooks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import orjson

from connectors.sandbox import http
from connectors.sandbox.amocrm.account import ACCOUNT
from connectors.sandbox.amocrm.answers import HAL, NOTHING, hal, problem
from connectors.sandbox.amocrm.change import Change
from connectors.sandbox.amocrm.hooks.post import is_success
from connectors.sandbox.amocrm.hooks.queue import HookQueue
from connectors.sandbox.amocrm.hooks.shapes import Account
from connectors.sandbox.amocrm.hooks.told import SETTINGS, Style, hooks_of
from connectors.sandbox.http import Request, Response

_MOST = 100
_MOST_FAILURES = 100
_WINDOW = 2 * 3_600


@dataclass(slots=True)
class Subscription:
    """A destination, what it wants to hear, and when it last failed to listen."""

    id: int
    destination: str
    settings: list[str]
    sort: int
    created_by: int
    created_at: int
    updated_at: int
    disabled: bool = False
    failures: list[float] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "id": self.id,
            "destination": self.destination,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "account_id": ACCOUNT,
            "created_by": self.created_by,
            "sort": self.sort,
            "disabled": self.disabled,
            "settings": self.settings,
        }


class Webhooks(HookQueue):
    """Destinations on this computer alone. `style` and what `HookQueue` lists are switches."""

    def __init__(
        self, account: Account, clock: Callable[[], float], *, user: int, admin: bool
    ) -> None:
        super().__init__(clock)
        self.style = Style()
        self.paid = True
        """Whether the plan has webhooks; those that were subscribed to go on."""
        self.lost = False
        """Hooks are lost on their way, and nobody is told."""
        self.post_enables = True
        """Whether subscribing anew enables what was disabled; undocumented."""
        self._account = account
        self._user = user
        self._admin = admin
        self._known: dict[str, Subscription] = {}
        self._made = 0

    def hear(self, change: Change) -> None:
        """Tell those who want to know."""
        is_heard = self._known and not self.lost
        hooks = hooks_of(change, self._account, self.style) if is_heard else []
        for known in list(self._known.values()):
            for hook in hooks:
                if not known.disabled and hook.settings.intersection(known.settings):
                    self.add(known.destination, hook)

    def is_wanted(self, destination: str) -> bool:
        """Whether it is subscribed and not disabled."""
        known = self._known.get(destination)
        return known is not None and not known.disabled

    def note(self, destination: str, status: int) -> None:
        """Disable who has failed too often and fails now."""
        known = self._known.get(destination)
        if known is None or is_success(status):
            return
        now = self._clock()
        recent = [at for at in known.failures if at > now - _WINDOW / self.speed]
        known.failures = [*recent, now]
        known.disabled = known.disabled or len(known.failures) > _MOST_FAILURES

    def disable(self, destination: str) -> None:
        """What amoCRM does when it gets too many bad answers."""
        self._known[destination].disabled = True

    def forget(self, destination: str) -> None:
        """What an admin does in the settings of the account."""
        del self._known[destination]

    def subscriptions(self) -> dict[str, bool]:
        """All destinations, and whether each is active."""
        return {known.destination: not known.disabled for known in self._known.values()}

    def answer(self, request: Request) -> Response:
        """GET, POST and DELETE of /api/v4/webhooks."""
        if not self.paid:
            return problem(402, "Payment Required", content_type="application/json")
        if not self._admin:
            return problem(403, "Доступ запрещён", content_type="application/json")
        match request.method:
            case "GET":
                return self._list(dict(request.query).get("filter[destination]"))
            case "POST":
                return self._subscribe(_asked(request.body))
            case "DELETE":
                return self._unsubscribe(_asked(request.body))
            case method:
                return problem(405, f"Method {method} is not allowed here")

    def _list(self, destination: str | None) -> Response:
        found = [
            known.shown()
            for known in self._known.values()
            if destination in {None, known.destination}
        ]
        if not found:
            return NOTHING
        return hal({"_total_items": len(found), "_embedded": {"webhooks": found}})

    def _subscribe(self, asked: Mapping[str, Any]) -> Response:
        destination, settings = asked.get("destination"), asked.get("settings")
        if not isinstance(destination, str) or not isinstance(settings, list) or not settings:
            return problem(400, "Request validation failed")
        if not all(isinstance(word, str) and word in SETTINGS for word in settings):
            return problem(400, "The value you selected is not a valid choice.")
        if why_not := _refusal(destination):
            return problem(422, why_not)
        known = self._known.get(destination)
        if known is None:
            if len(self._known) >= _MOST:
                return problem(422, f"Limit {_MOST} webhooks")
            known = self._new(destination)
        known.settings, known.sort = settings, asked.get("sort") or known.sort
        known.updated_at = int(self._clock())
        if self.post_enables:
            known.disabled, known.failures = False, []
        return http.json(known.shown(), 201, HAL)

    def _new(self, destination: str) -> Subscription:
        self._made += 1
        now = int(self._clock())
        known = Subscription(self._made, destination, [], self._made, self._user, now, now)
        self._known[destination] = known
        return known

    def _unsubscribe(self, asked: Mapping[str, Any]) -> Response:
        if self._known.pop(str(asked.get("destination")), None) is None:
            return problem(404, "Webhook not found")
        return NOTHING


def _refusal(destination: str) -> str | None:
    """Why nothing can be sent there; the sandbox itself never leaves this computer."""
    if not destination.isascii():
        return "Cyrillic domains are not supported"
    where = urlsplit(destination)
    name = where.hostname or ""
    if where.scheme not in {"http", "https"} or not name:
        return "The destination is not a valid URL"
    if where.scheme == "http" and (name == "localhost" or _is_loopback(name)):
        return None
    return "The sandbox sends hooks to http on this computer only"


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _asked(body: bytes) -> Mapping[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = None
    return found if isinstance(found, dict) else {}
