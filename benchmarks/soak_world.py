"""Twenty sandbox CRMs that change all the time, and a receiver of what we send."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random
from threading import Event, Thread
from typing import Any

from connectors.sandbox import served
from connectors.sandbox.server import Sandbox
from connectors.sandbox.world import MadeUpWorld
from kam_sync import connecting
from kam_sync.intake.model import NewSource
from kam_sync.wiring import Services

KINDS = {"amocrm": 6, "kommo": 2, "bitrix24": 4, "megaplan": 3, "sbercrm": 2, "1c": 3}
"""How many sources there are of each kind."""
_CHANGED = {
    "amocrm": ("leads", "price"), "kommo": ("leads", "price"), "bitrix24": ("deal", "opportunity"),
    "megaplan": ("deal", "name"), "sbercrm": ("deal", "name"),
}  # fmt: skip
_SIZE, _DEALS, _CONTACTS = 12, 150, 30
_EVERY = 1.0
"""Seconds between two changes of a CRM."""


@dataclass
class Ears:
    """Takes webhooks and messages, and counts them."""

    heard: int = 0
    url: str = ""


@dataclass
class Company:
    """The CRMs by the names of their sources."""

    boxes: Mapping[str, Sandbox]
    ears: Ears
    changes: int = 0
    _stop: Event = field(default_factory=Event)

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Users of all CRMs are at work meanwhile."""
        threads = [
            Thread(target=self._work, args=(name, box), daemon=True)
            for name, box in self.boxes.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(timeout=10)

    def _work(self, name: str, box: Any) -> None:
        dice = Random(name)
        noun, field = _hand(name.partition("-")[0], box)
        while not self._stop.wait(dice.uniform(0, 2 * _EVERY)):
            number = dice.randrange(1_000, 90_000)
            value = f"Поставка № {number}" if field == "name" else number
            box.change(noun, dice.choice(box.ids(noun)), **{field: value})
            self.changes += 1


def _hand(kind: str, box: Any) -> tuple[str, str]:
    """Which field of which records a user of that kind of CRM changes."""
    return (box.names.bank, "СуммаДокумента") if kind == "1c" else _CHANGED[kind]


@contextmanager
def company() -> Iterator[Company]:
    """The CRMs, each behind a port of its own, and the ears."""
    with ExitStack() as stack:
        boxes: dict[str, Sandbox] = {}
        for kind, count in KINDS.items():
            for number in range(count):
                box = _opened(kind, seed=len(boxes))
                box.start()
                stack.callback(box.stop)
                boxes[f"{kind}-{number}"] = box
        yield Company(boxes, stack.enter_context(_listening()))


def connect(services: Services, company: Company) -> None:
    """Every CRM as a source; they say that they are the same few accounts, so nobody asks them."""
    for name, box in company.boxes.items():
        kind, said = name.partition("-")[0], box.announced()
        new = NewSource(name=name, kind=kind, base_url=box.url)
        options = {**said.get("options", {}), "per_second": "0"}
        connecting.add(services, new, said["token"], options, unchecked=True)


def _opened(kind: str, *, seed: int) -> Sandbox:
    one, parser = served.found()[kind], ArgumentParser()
    one.add_options(parser)
    chosen = parser.parse_args([])
    chosen.token, chosen.rate, chosen.port = None, 0.0, 0
    today = date.today()  # noqa: DTZ011 - the sandboxes show the day of this machine
    world = MadeUpWorld(seed=seed, size=_SIZE, deals=_DEALS, contacts=_CONTACTS, today=today)
    return one.open(world, chosen)


@contextmanager
def _listening() -> Iterator[Ears]:
    ears = Ears()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Take it."""
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            ears.heard += 1
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Ear)
    ears.url = f"127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ears
    finally:
        server.shutdown()
        server.server_close()
