"""Who was erased is erased again after an older backup was restored."""

from uuid import UUID

import pytest
import sqlalchemy as sa

from kam_sync.base.errors import Busy
from kam_sync.erasing import (
    Wish,
    allow,
    erase,
    erase_again,
    erased_like,
    reapply,
    register_file,
)
from kam_sync.jobs.upkeep import keep_house
from kam_sync.privacy.model import How
from kam_sync.privacy.store import RegisterStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.person_crm import EMAIL, traces
from tests.fakes.person_shop import Shop, erase_one, sync


def _restored(services: Services) -> None:
    """All as it was before the erasure, once the CRM is read."""
    with services.database.transaction() as session:
        session.execute(sa.text("TRUNCATE erasure, erasure_mark, erasure_key"))
        session.execute(sa.text("UPDATE raw_record SET digest = '', cut_why = ''"))
        session.execute(sa.text("UPDATE cursor SET cursor = NULL"))


def test_a_backup_that_is_restored_is_seen_through(shop: Shop) -> None:
    services, source_id = shop
    person = erase_one(shop)
    _restored(services)
    sync(services, source_id)
    assert "contact.name" in traces(services)
    found = reapply(services)
    assert (found.erasures, found.people) == (1, (person,))
    erase(services, Wish(found.people, "kam_sync", "restored"))
    assert traces(services) == set()
    assert reapply(services).people == ()


def test_who_the_file_alone_knows_is_not_forgotten_by_the_next_erasure(shop: Shop) -> None:
    services, source_id = shop
    person = erase_one(shop)
    _restored(services)
    sync(services, source_id)
    erase_one(shop, "8")
    assert str(person) in register_file(services).read_text()
    assert erase_again(services, by="kam_sync").people == (person,)
    assert traces(services) == set()


def test_who_could_not_be_erased_again_is_by_the_next_upkeep(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, source_id = shop
    erase_one(shop)
    erase_one(shop, "8")
    _restored(services)
    sync(services, source_id)
    tried: list[UUID] = []

    def busy(services: Services, wish: Wish) -> None:
        tried.extend(wish.people)
        raise Busy("people are being matched")

    with monkeypatch.context() as patched:
        patched.setattr("kam_sync.erasing.again.erase", busy)
        keep_house(services)
    assert len(tried) == 2  # each by themselves
    assert "contact.name" in traces(services)
    keep_house(services)
    assert traces(services) == set()


def test_who_is_erased_again_was_erased_by_whom_and_why_it_was_at_first(shop: Shop) -> None:
    services, source_id = shop
    person = erase_one(shop)
    said = "SELECT by, reason, counts FROM erasure"
    first = ask(services, said)
    _restored(services)
    sync(services, source_id)
    assert erase_again(services, by="kam_sync").people == (person,)
    assert ask(services, said) == first
    allow(services, person, by="Анна", why="новое согласие", how=How.COMMAND)
    erase(services, Wish((person,), "Борис", "новое заявление"))
    assert [row[:2] for row in ask(services, said)] == [("Борис", "новое заявление")]


def test_a_search_makes_no_key_and_one_without_marks_gives_way(shop: Shop) -> None:
    services, source_id = shop
    person = erase_one(shop)
    _restored(services)
    with services.database.transaction() as session:
        assert erased_like(services, session, EMAIL) == []
        assert session.scalar(sa.text("SELECT count(*) FROM erasure_key")) == 0
        RegisterStore(session, services.cipher).new_marker()
    sync(services, source_id)
    assert reapply(services).people == (person,)
    with services.database.transaction() as session:
        assert [one.id for one in erased_like(services, session, EMAIL)] == [person]


def test_who_was_allowed_after_the_backup_is_let_in_by_it_too(shop: Shop) -> None:
    services, source_id = shop
    person = erase_one(shop)
    allow(services, person, by="Анна", why="новое согласие", how=How.COMMAND)
    with services.database.transaction() as session:  # as it was between the two
        session.execute(sa.text("UPDATE erasure SET allowed_at = NULL, allowed_by = ''"))
        session.execute(sa.text("UPDATE raw_record SET cut_why = 'erased' WHERE cut_why = 'aged'"))
        session.execute(sa.text("TRUNCATE hint"))
    found = erase_again(services, by="kam_sync")
    assert (found.erasures, found.people) == (0, ())
    assert ask(services, "SELECT allowed_by FROM erasure") == [("Анна",)]
    sync(services, source_id, full=True)
    assert "activity.text" in traces(services)
    assert "contact.name" in traces(services)
    assert reapply(services).people == ()
