"""Step 2: says raw records in our words and saves them, one batch in one transaction."""

from collections.abc import Callable
from datetime import datetime

from connectors import BadRecord, Noun, RawRecord, Record
from kam_sync.accounts.store import SavingStore
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.intake.store import RawStore, SourceStore

_BATCH = 1500


def run(
    session: Session,
    source_id: int,
    noun: Noun,
    translate: Callable[[RawRecord], Record],
    now: datetime,
) -> Report:
    """Translate the next raw records that wait; `read` is 0 when none is left."""
    SourceStore(session).write_alone(source_id)
    raws, accounts = RawStore(session, source_id), SavingStore(session, source_id)
    waiting = raws.waiting(noun, after=accounts.translated_to(noun), limit=_BATCH)
    report = Report("accounts").add(read=len(waiting), rejected=0)
    if not waiting:
        return report
    records: list[Record] = []
    bad: dict[str, str] = {}
    for raw in waiting:
        try:
            records.append(translate(RawRecord(noun, raw.external_id, raw.body)))
        except BadRecord as error:
            bad[raw.external_id] = str(error)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            # A fault of ours: it costs this record and not all that come after it.
            bad[raw.external_id] = f"cannot be read ({type(error).__name__}); please report this"
    merged = accounts.save(noun, records, now)
    accounts.take_back(noun, [record.external_id for record in records])
    if bad:
        accounts.set_aside(noun, bad, now)
    accounts.move_translation(noun, waiting[-1].change_no, now)
    deleted = sum(getattr(record, "is_deleted", False) for record in records)
    return report.add(
        created=merged.created, updated=merged.updated, deleted=deleted, rejected=len(bad)
    )
