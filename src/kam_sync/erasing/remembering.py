"""Sees that erased people do not come back: after a backup was restored, and until they may.

The register is copied into a file beside the database, with keyed digests alone: a backup that is
restored may be older than an erasure, and the file says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import structlog

from connectors import Hint, Noun
from kam_sync.accounts.store import ABOUT, ErasingAccounts
from kam_sync.base.db import Session
from kam_sync.base.errors import WrongSettings, WrongUse
from kam_sync.intake.model import Origin
from kam_sync.intake.store import ErasingIntake, HintStore
from kam_sync.matching.features import mail_address, phone_number
from kam_sync.matching.store import PersonStore
from kam_sync.privacy.model import About, Did, Entry, Erasure, How, Mark, MarkKind
from kam_sync.privacy.store import EventStore, RegisterStore
from kam_sync.wiring import Services

_FILE = "erased.json"
_log = structlog.get_logger()
_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Reapplied:
    """What came of applying the register anew."""

    erasures: int
    """Those that the database did not know."""
    people: tuple[UUID, ...]
    """Who has to be erased again."""


def register_file(services: Services) -> Path:
    """Where the register is copied to."""
    return services.settings.data_dir.expanduser().resolve() / _FILE


def take_in(services: Services) -> None:
    """Take in what the file alone knows, also before marks are made with another key than its own.

    One that cannot be taken in is put aside.
    """
    path = register_file(services)
    try:
        with services.database.transaction() as session:
            _take(services, session, _read(path, is_asked=False))
    except (WrongUse, WrongSettings) as error:
        aside = path.with_name(f"erased.{services.now():%Y%m%d-%H%M%S}.json")
        _log.warning("the register of erased people is put aside", file=aside.name, why=str(error))
        path.replace(aside)


def copy_register(services: Services) -> None:
    """Write the register beside the database; the file is whole at every moment.

    What the file alone knows is taken in before.
    """
    take_in(services)
    path = register_file(services)
    with services.database.transaction() as session:
        register = RegisterStore(session, services.cipher)
        marks = register.marks()
        erasures = [
            {
                **one.model_dump(mode="json"),
                "marks": [[mark.kind.value, mark.digest.hex()] for mark in marks.get(one.id, ())],
            }
            for one in register.all()
        ]
        if not erasures:
            return
        said = {"sealed_key": register.sealed_key(), "erasures": erasures}
    fresh = path.with_suffix(".new")
    fresh.touch(mode=0o600)
    fresh.write_bytes(orjson.dumps(said, option=orjson.OPT_INDENT_2))
    fresh.replace(path)


def reapply(services: Services, path: Path | None = None) -> Reapplied:
    """Take erasures from the file that the database does not know, and find who is here again.

    Args:
        path: another copy of the register.

    Raises:
        WrongUse: it is no register, or that of another installation.
    """
    said = _read(path or register_file(services), is_asked=path is not None)
    with services.database.transaction() as session:
        added = _take(services, session, said)
        people = _returned(session, RegisterStore(session, services.cipher))
    return Reapplied(added, tuple(people))


def allow(services: Services, erasure_id: UUID, *, by: str, why: str, how: How) -> Erasure:
    """Let an erased person be kept again: what the CRM sends next is theirs in full.

    Raises:
        NotHere: there is no such erasure.
        WrongUse: nobody says why.
    """
    if not why.strip():
        raise WrongUse("reason: say why the person may be kept again")
    with services.database.transaction() as session:
        register = RegisterStore(session, services.cipher)
        found = register.allow(erasure_id, by=by, why=why.strip(), now=services.now())
        _let_return(session, erasure_id, services.now())
        entry = Entry(by, Did.ALLOWED, how, About.PERSON, str(erasure_id))
        EventStore(session).note(entry, services.now())
        session.flush()
        session.expunge(found)
    copy_register(services)
    return found


def erased_like(services: Services, session: Session, text: str) -> list[Erasure]:
    """The erasures that an e-mail or a phone belongs to, if any."""
    marker = RegisterStore(session, services.cipher).marker()
    if marker is None:
        return []
    email, phone = mail_address(text), phone_number(text)
    marks = [marker.email(email)] if email else []
    marks += filter(None, [marker.phone(phone)]) if phone else []
    return RegisterStore(session, services.cipher).found_by(marks) if marks else []


def _let_return(session: Session, person_id: UUID, now: datetime) -> None:
    """Have the CRMs asked for the contacts; what is told of them comes when all is read anew."""
    links = PersonStore(session).links_of([person_id]).get(person_id, [])
    contacts = [(one.source_id, one.external_id) for one in links]
    accounts, intake = ErasingAccounts(session), ErasingIntake(session)
    for source_id in sorted({source for source, _ in contacts}):
        ids = [key for source, key in contacts if source == source_id]
        intake.let_return(source_id, (Noun.CONTACT,), ids)
        hints = (Hint(Noun.CONTACT, key) for key in ids)
        HintStore(session, source_id).note(hints, Origin.NAMED, now)
    for table in ABOUT:
        for row in accounts.told_of(table, contacts):
            intake.let_return(row.source_id, table.nouns, [row.external_id])


def _read(path: Path, *, is_asked: bool) -> Mapping[str, Any]:
    if not path.exists() and not is_asked:
        return {"erasures": []}
    try:
        said = orjson.loads(path.read_bytes())
        return {"sealed_key": said["sealed_key"], "erasures": list(said["erasures"])}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WrongUse(f"{path.name}: it is no register of erased people") from error


def _take(services: Services, session: Session, said: Mapping[str, Any]) -> int:
    """Add erasures and allowances that are not known; how many people are to be erased by them."""
    if not said["erasures"]:
        return 0
    register = RegisterStore(session, services.cipher)
    if not register.take_key(said["sealed_key"]):
        raise WrongUse("the register of erased people was made with another key than this one")
    known = {one.id: _state(one) for one in register.all()}
    added = 0
    for one in said["erasures"]:
        erasure = Erasure.model_validate({k: v for k, v in one.items() if k != "marks"})
        before = known.get(erasure.id)
        if before is not None and before >= _state(erasure):
            continue
        is_another = before is None or before[0] < erasure.at
        marks = [Mark(MarkKind(kind), bytes.fromhex(text)) for kind, text in one["marks"]]
        register.add(erasure, marks if is_another else ())
        if erasure.allowed_at is None:
            added += 1
        elif before is not None:
            _let_return(session, erasure.id, services.now())
    return added


def _state(erasure: Erasure) -> tuple[datetime, bool]:
    """How late it is: an erasure is allowed after it was made, and made anew after that."""
    return erasure.at, erasure.allowed_at is not None


def _returned(session: Session, register: RegisterStore) -> Sequence[UUID]:
    """The people who are erased, and have a contact here that says who they are."""
    masking = register.masking()
    if masking is None:
        return ()
    theirs: list[tuple[int, str]] = []
    for source_id, key, phones, emails in _contacts(session):
        if masking.holds((source_id, "contact", key)) or masking.knows(emails, phones):
            theirs.append((source_id, key))
    return list(dict.fromkeys(PersonStore(session).people_of(theirs).values()))


def _contacts(session: Session) -> Iterable[tuple[int, str, list[str], list[str]]]:
    accounts, after = ErasingAccounts(session), (0, "")
    while some := accounts.with_data(after=after, limit=_AT_ONCE):
        yield from some
        after = some[-1][:2]
