"""What people wish for the webhooks of a source; the CRM is told when they are looked after."""

from datetime import timedelta

from kam_sync.base.errors import WrongUse
from kam_sync.base.secrets import digest_of
from kam_sync.intake.model import Source
from kam_sync.intake.store import HookKeyStore, SourceStore, SubscriptionStore
from kam_sync.intake.subscription import HooksState
from kam_sync.subscribing.address import make_key
from kam_sync.wiring import Services, can_subscribe

_BY_HAND = timedelta(days=1)
"""So long an old key opens where a person has to tell the CRM the new address."""


def want(services: Services, name: str, *, wanted: bool) -> int:
    """Keep whether a source is to have webhooks; the id of the source, to be looked after now."""
    with services.database.transaction() as session:
        source = subscribable(SourceStore(session).by_name(name))
        SourceStore(session).set_option(source.id, "webhooks", "on" if wanted else "off")
        SubscriptionStore(session).ask_soon(source.id)
        return source.id


def rotate(services: Services, name: str) -> int:
    """Make another key; the old one opens until the CRM posts to the new address.

    Where it is not us who tell the CRM, the old one opens for a day more.
    """
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        SubscriptionStore(session).ask_soon(source.id)
        kept = SubscriptionStore(session).of(source.id)
        is_ours = kept is not None and kept.state is HooksState.ACTIVE
        key = make_key(services, session, source.id)
        if not is_ours:
            HookKeyStore(session).end_others(source.id, digest_of(key), services.now() + _BY_HAND)
        return source.id


def subscribable(source: Source) -> Source:
    """The source, or WrongUse when its CRM cannot be asked to call us."""
    if not can_subscribe(source.kind):
        raise WrongUse(f"source {source.name}: a CRM of kind {source.kind} cannot be asked to call")
    return source
