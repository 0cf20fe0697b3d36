"""What a key account manager may see and change: own accounts, with all that hangs on them.

Whoever asks for the services of the application is given them here. To somebody who sees own
accounts only they are given with a database in which each transaction sees these alone. What such a
person changes names its account or alert in the path: it is looked up among their own first, and
the change itself is then made by the service. A change that is not named here they may not make,
whatever else lets them in.
"""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from fastapi import Request

from kam_sync.access.model import Identity
from kam_sync.accounts.store import AccountStore, Own
from kam_sync.alerts.store import AlertStore
from kam_sync.base.db import LimitedDatabase, Session
from kam_sync.base.errors import NotAllowed, NotHere
from kam_sync.wiring import Services

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ALERT, _ACCOUNT = "alert_id", "account_id"
_ACTS = ("acknowledge", "assign", "comment", "expect", "resolve", "snooze", "task", "wake")
CHANGES: Mapping[str, str] = {
    "/alerts/{alert_id}": _ALERT,
    "/alerts/{alert_id}/task": _ALERT,
    **{f"/api/v1/alerts/{{alert_id}}/{act}": _ALERT for act in _ACTS},
    "/accounts/{account_id}/zone": _ACCOUNT,
    "/api/v1/accounts/{account_id}/time-zone": _ACCOUNT,
}
"""By path, the parameter that says which account or alert is changed. Here is no path whose body
names others: those who would be merged with an own account, or stand above it."""
_OWN_LOG_IN = "/me"
"""It changes the password and log-ins of who asks, and no account."""


def services_for(who: Identity, request: Request, whole: Services) -> Services:
    """The services as somebody is given them for a request.

    Raises:
        NotAllowed: they see own accounts only, and this is no change that they may make.
        NotHere: what they would change is not theirs.
    """
    if not who.sees_own_accounts_only:
        return whole
    limited = replace(whole, database=limit(whole, who.keeper_keys))
    if request.method in _SAFE or request.scope["path"] == _OWN_LOG_IN:
        return limited
    named, given = _subject(request)
    with limited.database.transaction() as session:
        _look_up(session, named, given)
    return whole


def limit(services: Services, keeper_keys: tuple[str, ...]) -> LimitedDatabase:
    """The database as it is shown to who looks after some accounts."""
    return LimitedDatabase(services.database, Own(keeper_keys).restrict)


def _subject(request: Request) -> tuple[str, str]:
    """What a request changes; NotAllowed where that is nothing that may be theirs."""
    for path, named in CHANGES.items():
        given = str(request.path_params.get(named, ""))
        if request.scope["path"] == path.replace(f"{{{named}}}", given):
            return named, given
    raise NotAllowed("a key account manager may not change this")


def _look_up(session: Session, named: str, given: str) -> None:
    """Raise NotHere where it is not among what is seen."""
    what = named.removesuffix("_id")
    try:
        found = UUID(given)
    except ValueError as error:
        raise NotHere(f"{what} {given}: no such {what}") from error
    if named == _ALERT:
        AlertStore(session).alert(found)
    else:
        AccountStore(session).account(found)
