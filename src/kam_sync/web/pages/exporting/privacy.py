"""The log of personal data as a table."""

from collections.abc import Iterator

from kam_sync.privacy.model import Did, Event
from kam_sync.privacy.store import EventStore, WantedEvents
from kam_sync.web.pages.exporting.asked import Asking, Filter
from kam_sync.web.pages.exporting.table import AT_ONCE, Cells, Column, Kind, Table, paged
from kam_sync.web.paging import Text
from kam_sync.web.wording import privacy as words


class Logged(Filter):
    """Which events: by whom, of which kind, about whom."""

    who: Text = ""
    did: Did | None = None
    subject: Text = ""


def log(asking: Asking, wanted: Logged) -> Table:
    """Who did what with whose data, the latest first."""
    _ = asking.language.gettext
    columns = [
        Column("at", _("When"), Kind.TIME),
        Column("who", _("Who")),
        Column("did", _("What")),
        Column("how", _("By")),
        Column("about", _("Whose")),
        Column("subject", _("Id")),
        Column("count", _("Records"), Kind.NUMBER),
    ]
    return Table(_("Log of personal data"), columns, _rows(asking, wanted))


def _rows(asking: Asking, wanted: Logged) -> Iterator[Cells]:
    asked = WantedEvents(who=wanted.who, did=wanted.did, subject=wanted.subject)

    def some(last: Event | None) -> list[Event]:
        before = last.id if last else None
        return list(EventStore(asking.session).find(asked, before=before, limit=AT_ONCE))

    for one in paged(some):
        said = words.event(asking.language, one)
        yield one.at, said.who, said.did, said.how, said.about, one.subject, one.count
