"""Ends a walk through a whole list: who did not come is asked for by id, or held for a person."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from connectors import Hint, Noun
from kam_sync.base.db import Session
from kam_sync.base.report import Report
from kam_sync.intake.guard import WINDOW, judge
from kam_sync.intake.model import HouseOptions, Origin
from kam_sync.intake.store import GoneStore, HeldStore, HintStore, SourceStore, WalkStore


def run(
    session: Session,
    source_id: int,
    noun: Noun,
    now: datetime,
    *,
    left: Callable[[Sequence[str]], Collection[str]],
) -> Report:
    """Judge the live records that a whole list did not bring; absence alone deletes nothing.

    Args:
        left: which of some records count no more, for the CRM had marked them, or an admin did not
            want them: that they are listed no more is no news.
    """
    SourceStore(session).write_alone(source_id)
    walk = WalkStore(session, source_id, noun)
    absent = walk.absent()
    walk.end()
    known = left(absent)
    absent = [key for key in absent if key not in known]
    return doubt(session, source_id, noun, absent, Origin.ABSENCE, now)


def doubt(
    session: Session, source_id: int, noun: Noun, absent: Sequence[str], origin: Origin,
    now: datetime,
) -> Report:  # fmt: skip
    """Ask about live records that a whole list did not bring, or hold them when they are many."""
    held, access = HeldStore(session, source_id), SourceStore(session).access(source_id)
    left_alone = held.left_alone(noun, absent)
    new = [key for key in absent if key not in left_alone]
    raws = GoneStore(session, source_id)
    live = raws.live(noun)
    why = judge(
        len(new), live, HouseOptions.among(access.options).most_deleted_percent,
        earlier=raws.marked_since(noun, now - WINDOW), sees_all=access.sees_all,
    )  # fmt: skip
    if why:
        held.hold(noun, dict.fromkeys(new), live=live, why=why, now=now)
        return Report("absence").add(held=len(new))
    HintStore(session, source_id).note((Hint(noun, key) for key in new), origin, now)
    return Report("absence").add(held=0, asked=len(new))
