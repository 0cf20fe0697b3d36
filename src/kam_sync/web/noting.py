"""Writes down who looked at personal data, changed it or took it away; never the data."""

from collections.abc import Sized
from typing import Annotated

from fastapi import Depends, Request

from kam_sync.privacy.model import About, Did, Entry, How
from kam_sync.privacy.store import EventStore
from kam_sync.web.deps import Whole, asker


class Notes:
    """The log of one request. It is written apart: what a KAM's request may write is little."""

    def __init__(self, request: Request, services: Whole) -> None:
        self._services = services
        who = asker(request)
        self.who = who.called or who.id
        path = request.url.path
        self.how = How.API if path.startswith("/api/") else How.PAGE
        if path.startswith("/export/"):
            self.how = How.EXPORT

    def read(self, about: About, subject: object = "", *, count: int = 1) -> None:
        """Somebody was shown so many records; of a list there is one line."""
        if count:
            self._note(Did.READ, about, subject, count)

    def read_list(self, shown: Sized) -> None:
        """Somebody was shown people of whatever account."""
        self.read(About.CONTACTS, count=len(shown))

    def changed(self, about: About, subject: object = "", *, count: int = 1) -> None:
        """Somebody changed so many records."""
        self._note(Did.CHANGED, about, subject, count)

    def exported(self, about: About, subject: object = "", *, count: int = 1) -> None:
        """Somebody took so many records away as a file."""
        self._note(Did.EXPORTED, about, subject, count)

    def set_term(self, subject: object) -> None:
        """Somebody set how long something is kept."""
        self._note(Did.SET, About.TERM, subject, 1)

    def _note(self, did: Did, about: About, subject: object, count: int) -> None:
        entry = Entry(self.who, did, self.how, about, str(subject), count)
        with self._services.database.transaction() as session:
            EventStore(session).note(entry, self._services.now())


Noting = Annotated[Notes, Depends(Notes)]
