"""People and keys for tests of the pages."""

from kam_sync.access import keys, members
from kam_sync.access.keys import KeyWish
from kam_sync.access.members import Change
from kam_sync.access.model import COMMAND, Member, Role
from kam_sync.wiring import Services

GOOD = "three mild winters"
ADMIN = "olga@example.com"


def add_member(
    services: Services, email: str = ADMIN, role: Role = Role.ADMIN, keepers: tuple[str, ...] = ()
) -> Member:
    """Somebody with a good password."""
    with services.database.transaction() as session:
        _, link = members.invite(session, email, Change("", role, keepers), COMMAND, services.now())
        member = members.take_link(session, link, GOOD, "", services.now())
        session.expunge_all()
    return member


def add_key(services: Services, role: Role, *, areas: tuple[str, ...] = ()) -> dict[str, str]:
    """The header of a key."""
    keepers = ("anna@example.com",) if role is Role.KAM else ()
    wish = KeyWish(f"{role.value} {'-'.join(areas)}".replace(":", " "), role, areas, "9d", keepers)
    with services.database.transaction() as session:
        _, text = keys.make(session, wish, COMMAND, services.now())
    return {"Authorization": f"Bearer {text}"}
