"""Programs and people who use kam_sync all the while: API, pages, open pages that listen."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

import httpx

_API = "/api/v1"
_LISTS = (
    "accounts", "deals", "contacts", "tasks", "kpis", "alerts", "sources", "runs", "jobs",
    "people", "portfolio", "portfolio/accounts", "matches", "incidents", "schedules", "targets",
)  # fmt: skip
_PAGES = (
    "/", "/accounts", "/portfolio", "/sources", "/matches", "/people", "/kpis", "/rules",
    "/channels", "/targets", "/settings", "/metrics", "/readyz", "/openapi.json",
)  # fmt: skip
_LISTENERS = 5
_LISTENS = 40.0
"""Seconds until a page is left and another opened."""


class Readers:
    """They ask, and note what they were answered."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._stop = Event()
        self.statuses: Counter[int] = Counter()
        self.wrong: Counter[str] = Counter()
        """What was answered with 5xx, or not at all."""

    @contextmanager
    def reading(self) -> Iterator[None]:
        """All of them at work meanwhile."""
        works = [self._read_api, self._read_pages, self._act, *[self._listen] * _LISTENERS]
        threads = [Thread(target=work, daemon=True) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(timeout=60)

    def _read_api(self) -> None:
        with self._client() as client:
            for name in itertools.cycle(_LISTS):
                if self._stop.wait(0.5):
                    return
                found = self._get(client, f"{_API}/{name}?limit=50")
                if name == "accounts" and found is not None:
                    for one in found.json().get("items", [])[:2]:
                        for part in ("", "/kpis", "/timeline", "/deals"):
                            self._get(client, f"{_API}/accounts/{one['id']}{part}")

    def _read_pages(self) -> None:
        with self._client() as client:
            for number, path in enumerate(itertools.cycle(_PAGES)):
                if self._stop.wait(0.5):
                    return
                self._get(client, f"{path}?lang={'ru' if number % 2 else 'en'}")
                if path == "/accounts":
                    found = self._get(client, f"{_API}/accounts?limit=1&q={number % 10}")
                    for one in found.json()["items"] if found else []:
                        self._get(client, f"/accounts/{one['id']}")

    def _act(self) -> None:
        """A KAM who answers alerts and has notes written into the CRM."""
        with self._client() as client:
            for number in itertools.count():
                if self._stop.wait(4):
                    return
                found = self._get(client, f"{_API}/alerts?state=open&limit=20")
                items = found.json()["items"] if found else []
                if items:
                    alert = items[number % len(items)]["id"]
                    act = ("comment", "acknowledge", "wake")[number % 3]
                    self._post(client, f"{_API}/alerts/{alert}/{act}", {"note": f"note {number}"})
                about = {"noun": "company", "external_id": "6000001"}
                note = {
                    "key": f"soak-{number}",
                    "kind": "note",
                    "about": about,
                    "text": "Позвонить",
                }
                self._post(client, f"{_API}/sources/amocrm-{number % 6}/writes", [note])

    def _listen(self) -> None:
        """A page that stays open for a while."""
        while not self._stop.is_set():
            with suppress(httpx.ReadTimeout), self._client(read=_LISTENS) as client:
                ends = Event()
                Thread(target=lambda ends=ends: (self._stop.wait(_LISTENS), ends.set())).start()
                with client.stream("GET", "/events") as answer:
                    self.statuses[answer.status_code] += 1
                    for _ in answer.iter_lines():
                        if ends.is_set():
                            break

    def _get(self, client: httpx.Client, path: str) -> httpx.Response | None:
        return self._noted(path, lambda: client.get(path))

    def _post(self, client: httpx.Client, path: str, body: object) -> httpx.Response | None:
        return self._noted(path, lambda: client.post(path, json=body))

    def _noted(self, path: str, ask: Callable[[], httpx.Response]) -> httpx.Response | None:
        try:
            answer = ask()
        except httpx.HTTPError as error:
            self.wrong[f"{path.partition('?')[0]}: {type(error).__name__}"] += 1
            return None
        self.statuses[answer.status_code] += 1
        if answer.status_code >= 500:
            self.wrong[f"{path.partition('?')[0]}: {answer.status_code}"] += 1
        return answer if answer.is_success else None

    def _client(self, read: float = 60.0) -> httpx.Client:
        timeout = httpx.Timeout(60.0, read=read)
        return httpx.Client(base_url=self._address, timeout=timeout, follow_redirects=True)
