"""What every page tells beside its own matter: how many questions wait for a person (the number in
the navigation), and what there was to hear of when it was made (so that it hears what comes after).
"""

from contextlib import suppress

from fastapi import Request

from kam_sync.accounts.store import AccountStore
from kam_sync.base.db import is_limited
from kam_sync.base.errors import DatabaseTrouble
from kam_sync.matching.store import DecisionStore, PersonDecisionStore
from kam_sync.web.deps import Serving
from kam_sync.web.live import seen_by_now

MOST = 100
"""From so many on nobody counts."""


def look_around(request: Request, services: Serving) -> None:
    """Look in a transaction of its own, before the page takes one; no page fails for it."""
    with suppress(DatabaseTrouble), services.database.transaction() as session:
        request.state.seen = seen_by_now(session)
        if is_limited(session):  # such questions are about accounts of others, too
            request.state.owns_none = not AccountStore(session).accounts(limit=1)
            return
        request.state.waiting = {
            "companies": DecisionStore(session).count(most=MOST),
            "people": PersonDecisionStore(session).count(most=MOST),
        }
