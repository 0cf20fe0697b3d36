"""Whom the word of an identity provider lets in."""

from concurrent.futures import ThreadPoolExecutor

from kam_sync.access import trusting
from kam_sync.access.model import Role
from kam_sync.access.oidc import Claims
from kam_sync.access.store import MemberStore
from kam_sync.base.db import Database
from tests.conftest import NOW


def test_a_first_log_in_twice_at_once_makes_one_member(database: Database) -> None:
    claims = Claims("https://id.example.test anna", "anna@example.test", "Анна", ("kams",))

    def admit(_: int) -> object:
        with database.transaction() as session:
            member = trusting.admit(session, claims, {"kams": "kam"}, "192.0.2.7", NOW)
            return member and (member.email, member.role)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(admit, range(4))) == [("anna@example.test", Role.KAM)] * 4
    with database.transaction() as session:
        assert len(MemberStore(session).all()) == 1
