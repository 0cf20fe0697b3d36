"""What people decided of same customers and same people."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

from kam_sync.matching import people_showing, showing
from kam_sync.matching.model import Act
from kam_sync.matching.store import DecisionStore, PersonDecisionStore
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table
from kam_sync.web.wording import matching, people, persons


class Decided(Filter):
    """Of companies, or of contacts."""

    of: Literal["companies", "people"] = "companies"


def decisions(asking: Asking, wanted: Decided) -> Table:
    """All that was decided, the latest first, also what was taken back."""
    _ = asking.language.gettext
    columns = [
        Column("id", _("Id")),
        Column("says", _("Decision")),
        Column("one", _("One side")),
        Column("other", _("Other side")),
        Column("by", _("Who")),
        Column("at", _("When"), Kind.TIME),
        Column("note", _("Why")),
        Column("undone_by", _("Taken back by")),
        Column("undone_at", _("Taken back"), Kind.TIME),
    ]
    is_of_people = wanted.of == "people"
    title = (
        _("Decisions about same people") if is_of_people else _("Decisions about same customers")
    )
    return Table(title, columns, _rows(asking, is_of_people=is_of_people))


def _rows(asking: Asking, *, is_of_people: bool) -> Iterator[Cells]:
    session, language = asking.session, asking.language
    store: Any = PersonDecisionStore(session) if is_of_people else DecisionStore(session)
    words: Any = persons if is_of_people else matching
    told: Any = people_showing.told if is_of_people else showing.told
    found: Sequence[Act] = store.acts(limit=AT_ONCE)
    while found:
        for one in told(session, found):
            act = one.act
            sides = ("; ".join(_name(asking, each) for each in side) or None for side in one.sides)
            yield (
                str(act.id), words.act(language, act), *sides, people.person(language, act.by),
                act.at, act.note or None,
                people.person(language, act.undone_by) if act.undone_by else None, act.undone_at,
            )  # fmt: skip
        found = store.acts(before=found[-1].id, limit=AT_ONCE)


def _name(asking: Asking, record: Any) -> str:
    return f"{record.name} ({asking.source_name(record.source_id)})"
