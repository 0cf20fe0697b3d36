"""Several people who are erased as one are each let in by themselves; long addresses are found."""

from connectors import Noun
from kam_sync.accounts.match import own_person
from kam_sync.erasing import Wish, allow, erase, find
from kam_sync.privacy.model import How
from tests.fakes.connecting import ask
from tests.fakes.person_crm import PersonCrm
from tests.fakes.person_shop import Shop, sync

_NAMES = "SELECT name FROM contact ORDER BY external_id"


def test_each_of_several_may_be_kept_again_without_the_others(shop: Shop) -> None:
    services, source_id = shop
    both = (own_person(source_id, "7"), own_person(source_id, "8"))
    erase(services, Wish(both, "Анна", "заявление"))
    marked = "SELECT DISTINCT erasure_id FROM erasure_mark"
    assert {one for (one,) in ask(services, marked)} == set(both)
    allow(services, both[1], by="Анна", why="новое согласие", how=How.COMMAND)
    sync(services, source_id, full=True)
    assert ask(services, _NAMES) == [("",), ("Пётр Сидоров",)]


def test_who_has_an_address_longer_than_a_key_is_found_and_blocks_nobody(
    shop: Shop, crm: PersonCrm
) -> None:
    services, source_id = shop
    long = f"{'z' * 60}@{'.'.join(['a' * 60] * 3)}.example.org"
    crm.put(Noun.CONTACT, "8", emails=[long])
    crm.put(Noun.CONTACT, "9", name="Ольга Котова", company_external_id="2", emails=[long])
    sync(services, source_id)
    with services.database.transaction() as session:
        assert len([c for one in find(session, long) for c in one.contacts]) == 2
    said = erase(services, Wish((own_person(source_id, "8"),), "Анна", "заявление"))
    assert said.shared == 1
    sync(services, source_id, full=True)
    assert ask(services, _NAMES)[2] == ("Ольга Котова",)
