"""How many questions wait for a person: the number in the navigation of every page."""

from contextlib import suppress

from fastapi import Request

from kam_sync.base.errors import DatabaseTrouble
from kam_sync.matching.store import DecisionStore, PersonDecisionStore
from kam_sync.web.deps import Serving

MOST = 100
"""From so many on nobody counts."""


def count_questions(request: Request, services: Serving) -> None:
    """Count them in a transaction of its own, before the page takes one; no page fails for it."""
    with suppress(DatabaseTrouble), services.database.transaction() as session:
        request.state.waiting = {
            "companies": DecisionStore(session).count(most=MOST),
            "people": PersonDecisionStore(session).count(most=MOST),
        }
