"""The secret address that the CRM of a source posts to."""

from kam_sync.base.db import Session
from kam_sync.base.errors import WrongUse
from kam_sync.base.secrets import digest_of, new_key
from kam_sync.intake.model import Source
from kam_sync.intake.reach import Reach, reach
from kam_sync.intake.store import HookKeyStore, SourceStore
from kam_sync.wiring import Services


def hook_key(services: Services, name: str) -> str:
    """The secret in the address that the CRM posts webhooks of a source to; made when first asked.

    The address is `/hooks/` and this key under the public one.
    """
    with services.database.transaction() as session:
        source = SourceStore(session).by_name(name)
        SourceStore(session).write_alone(source.id)
        sealed = HookKeyStore(session).current(source.id)
        if sealed is not None:
            return services.cipher.unlock(sealed)
        return make_key(services, session, source.id)


def make_key(services: Services, session: Session, source_id: int) -> str:
    """Another current key of a source; none for one that is being removed."""
    SourceStore(session).refuse_removing(source_id)
    key = new_key()
    HookKeyStore(session).add(source_id, digest_of(key), services.cipher.lock(key), services.now())
    return key


def address(services: Services, key: str) -> str:
    """Where the CRM is to post to."""
    if services.settings.public_url is None:
        raise WrongUse("KAM_SYNC_PUBLIC_URL: set it to the address at which the CRM reaches us")
    return f"{str(services.settings.public_url).rstrip('/')}/hooks/{key}"


def reached(services: Services, source: Source) -> Reach:
    """Whether the CRM of a source could reach us."""
    ours = services.settings.public_url
    return reach(None if ours is None else str(ours), source.base_url)
