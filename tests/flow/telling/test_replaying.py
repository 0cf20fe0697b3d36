"""Messages that are sent once more because a person wants it."""

import pytest

from connectors import Noun
from kam_sync import targeting
from kam_sync.base.errors import NotHere, WrongUse
from tests.fakes.telling import BEGIN, Told


def change(shop: Told, amount: int = 7) -> None:
    """One more event that waits."""
    shop.crm.put(Noun.DEAL, "1", amount=amount)
    shop.sync()
    shop.announce()


def test_everything_since_a_moment_is_replayed(told_shop: Told) -> None:
    change(told_shop)
    told_shop.deliver()
    told_shop.time.go_on(hours=1)
    change(told_shop, 8)
    change(told_shop, 9)
    told_shop.deliver()
    with told_shop.services.database.transaction() as session:
        assert targeting.replay(session, "bridge", told_shop.time(), since=told_shop.time()) == 2
    told_shop.deliver()
    ids = [post.headers["webhook-id"] for post in told_shop.ear.posts]
    assert ids[3:] == ids[1:3]
    with told_shop.services.database.transaction() as session:
        with pytest.raises(NotHere, match="delivery 999"):
            targeting.replay(session, "bridge", told_shop.time(), ids=["999"])
        with pytest.raises(WrongUse, match="which"):
            targeting.replay(session, "bridge", told_shop.time())


def test_a_replay_of_a_time_leaves_pings_out(told_shop: Told) -> None:
    told_shop.crm.put(Noun.DEAL, "1", name="Другое имя")
    assert told_shop.types() == ["deal.updated"]
    targeting.ping(told_shop.services, told_shop.target.name)
    with told_shop.services.database.transaction() as session:
        now = told_shop.time()
        assert targeting.replay(session, told_shop.target.name, now, since=BEGIN) == 1
    told_shop.seen = len(told_shop.ear.posts)
    assert told_shop.types() == ["deal.updated"]
