"""How long people take to be made of contacts: all at once, and of one contact that has changed.

    python -m benchmarks.people_speed [--contacts 100000] [--json]

Everything is invented: two contacts for each company of five CRMs; who is in several has a phone, a
mailbox or both there. Companies are matched before, and are not counted. On two cores that others
used too, 100,000 contacts took 18 to 27 seconds, and one that had changed 28 to 36 milliseconds.
"""

import argparse
import json
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

import connectors as gate
from benchmarks.fresh_server import fresh_server
from benchmarks.matching_speed import fill, opened
from benchmarks.matching_world import companies
from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.store import SavingStore
from kam_sync.base.clock import utc_now
from kam_sync.base.db.migrate import migrate
from kam_sync.matching.store import PersonDecisionStore
from kam_sync.wiring import Services

_PAGE = 5_000
_CHANGES = 20
_FIRST = ("Анна", "Борис", "Вера", "Глеб", "Дарья", "Егор", "Жанна", "Захар", "Инна", "Кирилл")
_LAST = ("Бел", "Вол", "Гор", "Дуб", "Ель", "Жук", "Зим", "Ким", "Лис", "Мор", "Нос", "Орл", "Пав")
_ENDS = ("енко", "ская", "овец", "ина", "юк", "адзе", "ян", "ман", "ко", "их")


def main() -> None:
    """Fill, match, change and match again; print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = _measured(asked.contacts)
    print(json.dumps(found) if asked.json else "\n".join(f"{k}: {v}" for k, v in found.items()))


def _measured(count: int) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with fresh_server(data):
            services = Services(*opened(data))
            migrate(services.database)
            sources = fill(services, count // 2)
            flow.match(services)
            began = time.monotonic()
            pages: dict[int, list[gate.Contact]] = defaultdict(list)
            for source, contact in _contacts(count):
                pages[source].append(contact)
            for source, all_ in pages.items():
                for at in range(0, len(all_), _PAGE):
                    _save(services, sources[source], *all_[at : at + _PAGE])
            with services.database.transaction() as session:  # as autovacuum does soon
                session.execute(sa.text("ANALYZE contact, person_due"))
            saved = time.monotonic() - began
            began = time.monotonic()
            _, report = flow.match(services)
            seconds = time.monotonic() - began
            again = sorted(_again(services, sources))
            query = "SELECT count(DISTINCT person_id) FROM person_link"
            with services.database.transaction() as session:
                people = session.scalar(sa.text(query))
            began = time.monotonic()
            with services.database.transaction() as session:
                waiting = PersonDecisionStore(session).count(most=100)
            counted = time.monotonic() - began
            services.database.close()
    return {
        "contacts": count, "saved_seconds": round(saved, 1), "seconds": round(seconds, 1),
        **report.as_dict(), "people": people,
        "waiting": waiting, "count_ms": round(counted * 1000, 1),
        "again_ms": round(statistics.median(again) * 1000, 1),
        "again_ms_longest": round(again[-1] * 1000, 1),
    }  # fmt: skip


def _contacts(count: int) -> Iterator[tuple[int, gate.Contact]]:
    """Two people of each client, in every CRM that the client is in."""
    rng = random.Random(7)
    client, seen = -1, set[int]()
    staff: list[tuple[str, str, str]] = []
    for number, (source, company) in enumerate(companies(count // 2)):
        if source in seen or not seen:
            client, seen, staff = client + 1, set(), [_somebody(rng, client + 1) for _ in range(2)]
        seen.add(source)
        for at, (name, phone, mail) in enumerate(staff):
            says = rng.random()
            yield source, gate.Contact(
                f"p{number}-{at}", name, company.external_id,
                phones=(phone,) if says < 0.7 else (), emails=(mail,) if says > 0.4 else (),
            )  # fmt: skip


def _somebody(rng: random.Random, client: int) -> tuple[str, str, str]:
    name = f"{rng.choice(_FIRST)} {rng.choice(_LAST)}{rng.choice(_ENDS)}"
    phone = f"+79{rng.randrange(10**9):09}" if rng.random() < 0.97 else "+74950000000"
    return name, phone, f"p{rng.randrange(10**9)}@client{client}.example"


def _again(services: Services, sources: list[int]) -> Iterator[float]:
    """Change contacts one at a time; the seconds that each took to be matched again."""
    for at, (source, contact) in enumerate(_contacts(_CHANGES * 50)):
        if at % 50 == 0:
            _save(services, sources[source], replace(contact, name=f"{contact.name} Младший"))
            began = time.monotonic()
            flow.match(services)
            yield time.monotonic() - began


def _save(services: Services, source_id: int, *all_: gate.Contact) -> None:
    with services.database.transaction() as session:
        SavingStore(session, source_id).save(Noun.CONTACT, all_, utc_now())


if __name__ == "__main__":
    main()
