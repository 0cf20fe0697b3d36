"""Asks about the grant of a source, and lets time go by."""

from dataclasses import replace
from datetime import timedelta

from connectors.sandbox.amocrm import AmoSandbox
from kam_sync.base.clock import stopped_at
from kam_sync.intake.grant import SealedGrant
from kam_sync.intake.model import Source
from kam_sync.intake.store import GrantStore
from kam_sync.wiring import Services

TOKENS = "/oauth2/access_token"


def renewals(box: AmoSandbox) -> int:
    """How often a token was asked for, the first exchange not counted."""
    return sum(seen.path == TOKENS for seen in box.requests) - 1


def after(services: Services, **gone: float) -> Services:
    """The same services some time later, when the clock stands still."""
    return replace(services, now=stopped_at(services.now() + timedelta(**gone)))


def sealed(services: Services, source: Source) -> SealedGrant:
    """The grant that is stored."""
    with services.database.transaction() as session:
        grant = GrantStore(session).of(source.id)
    assert grant is not None
    return grant


def held(services: Services, source: Source) -> str:
    """The access token that is stored."""
    return services.cipher.unlock(sealed(services, source).sealed_access)
