"""What each request is given: the services, one transaction, a language."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Path, Query, Request

from kam_sync.access.model import LOCAL, Identity
from kam_sync.base.db import Session
from kam_sync.base.errors import NotHere
from kam_sync.base.settings import Locale
from kam_sync.intake.model import Source
from kam_sync.intake.store import GrantStore, SourceStore
from kam_sync.web.own import services_for
from kam_sync.wiring import Services

LANGUAGE_COOKIE = "lang"
_DOORS = ("the API", "the page")


def asker(request: Request) -> Identity:
    """Who asks, as the gate has found out; the same for all at what is open to everybody."""
    found: Identity = getattr(request.state, "identity", LOCAL)
    return found


def doer(request: Request) -> str:
    """Who did something, as it is kept: by e-mail or as a key is called, else by which door."""
    return asker(request).called or _DOORS[not request.url.path.startswith("/api/")]


def in_the_name_of(said: str, by: str) -> str:
    """In whose name something is done, and by whom; a door alone is not told beside a name."""
    if not said or by in _DOORS:
        return said or by
    return f"{said} ({by})"


def whole_services(request: Request) -> Services:
    """The services of this application, whoever asks: for what tells nothing of accounts."""
    found: Services = request.app.state.services
    return found


def services(request: Request, who: Annotated[Identity, Depends(asker)]) -> Services:
    """The services as who asks is given them; found out once for a request and who asks it."""
    known: tuple[Identity, Services] | None = getattr(request.state, "services", None)
    if known is None or known[0] is not who:
        known = who, services_for(who, request, whole_services(request))
        request.state.services = known
    return known[1]


def transaction(services: Annotated[Services, Depends(services)]) -> Iterator[Session]:
    """One transaction for the whole request."""
    with services.database.transaction() as session:
        yield session


def locale(request: Request) -> Locale:
    """The language: as asked (?lang=), as remembered, else that of the installation."""
    asked = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    for name in asked:
        if name in set(Locale):
            return Locale(name)
    default: Locale = request.app.state.services.settings.locale
    return default


def account_id(account_id: str) -> UUID:
    """The id of an account in the path; what is no id of ours is not here."""
    return read_id("account", account_id)


def alert_id(alert_id: str) -> UUID:
    """The id of an alert in the path."""
    return read_id("alert", alert_id)


def read_id(what: str, text: str) -> UUID:
    """An id that came from outside."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotHere(f"{what} {text}: no such {what}") from error


Reading = Annotated[Session, Depends(transaction, scope="function")]
"""It ends before the answer is sent, so that a slow reader holds no connection."""


class Sources:
    """The sources, by id and by name; read when first asked for."""

    def __init__(self, session: Reading) -> None:
        self._session = session
        self._known_options: dict[int, dict[str, str]] = {}

    @cached_property
    def all(self) -> list[Source]:
        """Every source, by name."""
        return SourceStore(self._session).all()

    @cached_property
    def granted(self) -> set[int]:
        """Those that OAuth opens."""
        return GrantStore(self._session).sources()

    @cached_property
    def names(self) -> dict[int, str]:
        """The name of each source by its id."""
        return {source.id: source.name for source in self.all}

    def called(self, source_ids: Iterable[int]) -> list[str]:
        """The names of sources, in their order."""
        return sorted(self.names[source_id] for source_id in source_ids)

    def card(self, services: Services, source_id: int, noun: str, external_id: str) -> str | None:
        """Where people see a record of a source in the CRM itself."""
        for source in self.all:
            if source.id == source_id:
                return services.card(source, noun, external_id, self._options(source_id))
        return None

    def _options(self, source_id: int) -> dict[str, str]:
        """The options of a source, read once for a page."""
        if source_id not in self._known_options:
            access = SourceStore(self._session).access(source_id)
            self._known_options[source_id] = access.options
        return self._known_options[source_id]

    def named(self, given: str) -> Source:
        """The source of an id, else of a name, or NotHere with the names there are."""
        for source in self.all:
            if str(source.id) == given:
                return source
        for source in self.all:
            if source.name == given:
                return source
        names = ", ".join(source.name for source in self.all) or "none yet"
        raise NotHere(f"source {given}: no such source; there are: {names}")


def named_source(services: Annotated[Services, Depends(services)], source: str) -> Source:
    """The source in the path, read in a transaction of its own.

    For who then asks the CRM: a request that waits for it must hold no connection.
    """
    with services.database.transaction() as session:
        found = Sources(session).named(source)
        session.expunge_all()
    return found


By = Annotated[str, Depends(doer)]
Serving = Annotated[Services, Depends(services)]
Whole = Annotated[Services, Depends(whole_services)]
Asking = Annotated[Identity, Depends(asker)]
Speaking = Annotated[Locale, Depends(locale)]
AccountId = Annotated[UUID, Depends(account_id)]
HeldId = Annotated[int, Path(ge=1, lt=2**63, description="Id of a held deletion.")]
AlertId = Annotated[UUID, Depends(alert_id)]
NamedSource = Annotated[Source, Depends(named_source)]
SeenToken = Annotated[
    str, Query(pattern="^[0-9a-f]{12}$", description="The token of the deletion as you saw it.")
]
AllSources = Annotated[Sources, Depends(Sources)]
