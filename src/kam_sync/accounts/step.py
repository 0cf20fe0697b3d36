"""Step 2: says raw records in our words and saves them, one batch in one transaction."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

import orjson

from connectors import (
    Activity,
    BadRecord,
    Group,
    LossReason,
    Noun,
    NpsAnswer,
    Pipeline,
    RawRecord,
    Record,
    Task,
    User,
)
from kam_sync.accounts.shadow import bare, body_of, reading
from kam_sync.accounts.store import LeavingStore, SavingStore, kind_of_noun
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.intake.model import Waiting
from kam_sync.intake.store import RawStore, SourceStore
from kam_sync.privacy.model import Cut

BATCH = 1250

Translate = Callable[[RawRecord], Record]


def run(
    session: Session, source_id: int, noun: Noun, translate: Translate, now: datetime
) -> Report:
    """Translate the next raw records that wait; `read` is 0 when none is left."""
    SourceStore(session).write_alone(source_id)
    raws, accounts = RawStore(session, source_id), SavingStore(session, source_id)
    waiting = raws.waiting(noun, after=accounts.translated_to(noun), limit=BATCH)
    report = Report("accounts").add(read=len(waiting), rejected=0)
    if not waiting:
        return report
    records, bad = _say(noun, waiting, reading(kind_of_noun(noun), translate))
    records = _without_erased(raws, noun, records)
    gone = {raw.external_id: raw.gone for raw in waiting if raw.gone}
    leaving = LeavingStore(session, source_id)
    flagged = {record.external_id for record in records if getattr(record, "is_deleted", False)}
    left = leaving.living(noun, flagged | set(gone))  # the others were told of before
    merged = accounts.save(noun, records, now)
    accounts.take_back(noun, [record.external_id for record in records])
    leaving.see_off(noun, gone, now)
    if bad:
        accounts.set_aside(noun, bad, now)
    accounts.move_translation(noun, waiting[-1].change_no, now)
    return report.add(
        created=merged.created, updated=merged.updated, deleted=len(left), rejected=len(bad)
    )


def _say(
    noun: Noun, waiting: Sequence[Waiting], translate: Translate
) -> tuple[list[Record], dict[str, str]]:
    """The records in our words, and why the others cannot be said in them."""
    records: list[Record] = []
    bad: dict[str, str] = {}
    for raw in waiting:
        try:
            record = translate(RawRecord(noun, raw.external_id, orjson.loads(raw.body)))
            records.append(_as_gone(record) if raw.gone else record)
        except BadRecord as error:
            bad[raw.external_id] = str(error)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # A fault of ours: it costs this record and not all that come after it.
            bad[raw.external_id] = f"cannot be read ({type(error).__name__}); please report this"
    return records, bad


def _without_erased(raws: RawStore, noun: Noun, records: list[Record]) -> list[Record]:
    """What is told of contacts who were erased says no more than that it happened."""
    about = {one.external_id: key for one in records if (key := _contact_of(one))}
    cuts = raws.cuts(Noun.CONTACT, set(about.values())) if about else {}
    theirs = {key for key, why in cuts.items() if why is Cut.ERASED}
    if not theirs:
        return records
    kept = [bare(one) if about.get(one.external_id) in theirs else one for one in records]
    changed = [new for new, old in zip(kept, records, strict=True) if new != old]
    bodies = {one.external_id: body_of(one) for one in changed}
    raws.cut(noun, bodies, Cut.ERASED, is_final=True)
    return kept


def _contact_of(record: Record) -> str | None:
    """The contact that an activity or a task is about."""
    match record:
        case Activity(about_noun=Noun.CONTACT) | Task(about_noun=Noun.CONTACT):
            return record.about_external_id
        case NpsAnswer():
            return record.contact_external_id
        case _:
            return None


def _as_gone(record: Record) -> Record:
    """What the CRM no longer has; departments and reasons that history still names stay."""
    if isinstance(record, User):
        return replace(record, is_active=False)
    if isinstance(record, Pipeline):
        return replace(record, is_archived=True)
    if isinstance(record, Group | LossReason):
        return record
    return replace(record, is_deleted=True)
