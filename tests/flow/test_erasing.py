"""A person who is erased leaves no trace and does not come back; the key figures stay."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from connectors import Hint, Noun, NpsAnswer, columns
from kam_sync import flow
from kam_sync.accounts.match import own_person
from kam_sync.accounts.store import SavingStore
from kam_sync.base.errors import Busy
from kam_sync.erasing import (
    Wish,
    allow,
    erase,
    erase_again,
    erased_like,
    find,
    reapply,
    register_file,
)
from kam_sync.importing import giving
from kam_sync.intake.inbox import HookState, Post, Reading
from kam_sync.intake.model import Origin
from kam_sync.intake.store import HintStore, InboxStore
from kam_sync.jobs.upkeep import keep_house
from kam_sync.ledger.model import LedgerState
from kam_sync.privacy.model import How
from kam_sync.privacy.store import RegisterStore
from kam_sync.reconciling import Reconciling
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import ServicesOf, connected
from tests.fakes.person_crm import EMAIL, NAME, PHONE, PersonCrm, traces

Shop = tuple[ServicesOf, int]


@pytest.fixture
def crm() -> PersonCrm:
    """A CRM in which one person is named everywhere."""
    return PersonCrm()


@pytest.fixture
def shop(services: Services, crm: PersonCrm) -> Shop:
    """The CRM, connected, and synced; a webhook of it was read, too."""
    register_file(services).unlink(missing_ok=True)
    opened, source_id = connected(services, crm)
    _sync(opened, source_id)
    with services.database.transaction() as session:
        body = f"contact[name]={NAME}&phone={PHONE}".encode()
        InboxStore(session).keep([Post(source_id, {}, body)])
        session.execute(sa.text("UPDATE hook SET state = 'read'"))
    return opened, source_id


def _sync(services: Services, source_id: int, *, full: bool = False) -> None:
    flow.sync(services, source_id, full=full)
    flow.match(services)


def figures(services: Services) -> list[Any]:
    query = "SELECT account_id, kpi, unit, grain, ons, known FROM series ORDER BY 1, 2, 3, 4"
    return ask(services, query)


def _erase(shop: Shop, key: str = "7") -> UUID:
    services, source_id = shop
    person = own_person(source_id, key)
    erase(services, Wish((person,), "Анна", "заявление субъекта"))
    return person


def test_no_table_holds_anything_of_her_and_every_figure_stays(shop: Shop) -> None:
    services, source_id = shop
    assert {"contact.name", "deal.name", "activity.text", "raw_record.body", "hook.body"} <= traces(
        services
    )
    flow.measure(services)
    before = figures(services)
    assert len({kpi for _, kpi, *_ in before}) >= 10
    said = erase(services, Wish((own_person(source_id, "7"),), "Анна", "заявление"))
    assert traces(services) == set()
    assert said.counts == {
        "activity": 2, "contact": 1, "deal": 1, "hook": 1, "person_key": said.counts["person_key"],
        "raw_record": 5, "task": 1,
    }  # fmt: skip
    with services.database.transaction() as session:
        SavingStore(session, source_id).translate_again()
    flow.measure(services)
    assert figures(services) == before
    kept = "SELECT name, phones, company_external_id FROM contact ORDER BY external_id"
    assert ask(services, kept) == [("", [], "1"), ("Пётр Сидоров", ["+79161110000"], "1")]
    assert ask(services, "SELECT text FROM activity ORDER BY external_id") == [
        (None,), ("Передать … …",), ("Пётр просил счёт",),
    ]  # fmt: skip
    assert ask(services, "SELECT name FROM deal ORDER BY 1") == [
        ("Заказ без имени",), ("Заказ, …",)
    ]  # fmt: skip


def test_a_dry_run_says_the_same_and_changes_nothing(shop: Shop) -> None:
    services, source_id = shop
    before = traces(services)
    person = own_person(source_id, "7")
    tried = erase(services, Wish((person,), "Анна", "", is_dry=True))
    assert traces(services) == before
    assert ask(services, "SELECT count(*) FROM erasure") == [(0,)]
    assert not register_file(services).exists()
    done = erase(services, Wish((person,), "Анна", "заявление"))
    assert tried.counts == done.counts


def _full_sync(shop: Shop, crm: PersonCrm) -> None:
    _sync(*shop, full=True)


def _changed(shop: Shop, crm: PersonCrm) -> None:
    crm.put(Noun.CONTACT, "7", position="Президент")
    crm.put(Noun.DEAL, "21", amount=2000)
    crm.put(Noun.TASK, "41", is_done=True)
    _sync(*shop)


def _named_by_a_webhook(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        hints = [Hint(Noun.CONTACT, "7"), Hint(Noun.NOTE, "32")]
        HintStore(session, source_id).note(hints, Origin.HOOK, services.now())
    _sync(*shop)


def _translated_again(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SavingStore(session, source_id).translate_again()
    _sync(*shop)


def _entered_anew(shop: Shop, crm: PersonCrm) -> None:
    crm.put(Noun.CONTACT, "9", name=NAME, company_external_id="1", phones=["8 (916) 555 01 42"])
    crm.put(Noun.NOTE, "39", happening="note", kind="note", at=None, about_noun="contact",
            about_external_id="9", text="Муромская звонила")  # fmt: skip
    _sync(*shop)
    crm.put(Noun.CONTACT, "9", phones=[])  # she is known by its id now
    _sync(*shop)


def _in_another_crm(shop: Shop, crm: PersonCrm) -> None:
    services, _ = shop
    plain = Services(services.settings, services.database, services.cipher, as_of=services.as_of)
    other, source_id = connected(plain, crm)
    del crm.rows[Noun.NOTE]["32"]  # a text that names her alone, in a CRM that is new to us:
    del crm.rows[Noun.DEAL]["21"]  # nobody can know that, and it is told to who erases
    _sync(other, source_id)


def _merged_in_the_crm(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    crm.merge(Noun.CONTACT, "7", "8")
    _sync(services, source_id)


@pytest.mark.parametrize(
    "comes",
    [_full_sync, _changed, _named_by_a_webhook, _translated_again, _entered_anew, _in_another_crm,
     _merged_in_the_crm],
)  # fmt: skip
def test_she_does_not_come_back(
    shop: Shop, crm: PersonCrm, comes: Callable[[Shop, PersonCrm], None]
) -> None:
    _erase(shop)
    comes(shop, crm)
    assert traces(shop[0]) == set()


def test_a_contact_who_mentions_her_stays_and_her_address_does_not(
    shop: Shop, crm: PersonCrm
) -> None:
    services, _ = shop
    _erase(shop)
    crm.put(Noun.CONTACT, "8", comment=f"раньше писали на {EMAIL}, {PHONE}")
    _sync(*shop)
    assert ask(services, "SELECT name FROM contact WHERE external_id = '8'") == [
        ("Пётр Сидоров",)
    ]  # fmt: skip
    kept = "SELECT body ->> 'comment', cut_why FROM raw_record WHERE noun = 'contact'"
    assert ("раньше писали на …, …", "masked") in ask(services, kept)
    assert traces(services) == set()


def test_a_change_of_what_is_not_hers_is_still_followed(shop: Shop, crm: PersonCrm) -> None:
    _erase(shop)
    _changed(shop, crm)
    assert ask(shop[0], "SELECT is_done FROM task") == [(True,)]
    assert ask(shop[0], "SELECT amount, name FROM deal WHERE external_id = '21'") == [
        (2000, "Заказ, …")
    ]  # fmt: skip


def test_the_ledger_counts_her_shadow_and_finds_nothing_to_mend(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    _erase(shop)
    for noun in (Noun.CONTACT, Noun.DEAL, Noun.NOTE, Noun.TASK):
        check = Reconciling(services, source_id, noun, watch=lambda *_: None).run().check
        assert check is not None
        assert (check.state, check.found) == (LedgerState.EQUAL, 0), noun
    assert traces(services) == set()


def _restored(services: Services) -> None:
    """All as it was before the erasure, once the CRM is read."""
    with services.database.transaction() as session:
        session.execute(sa.text("TRUNCATE erasure, erasure_mark, erasure_key"))
        session.execute(sa.text("UPDATE raw_record SET digest = '', cut_why = ''"))
        session.execute(sa.text("UPDATE cursor SET cursor = NULL"))


def test_a_backup_that_is_restored_is_seen_through(shop: Shop) -> None:
    services, source_id = shop
    person = _erase(shop)
    _restored(services)
    _sync(services, source_id)
    assert "contact.name" in traces(services)
    found = reapply(services)
    assert (found.erasures, found.people) == (1, (person,))
    erase(services, Wish(found.people, "kam_sync", "restored"))
    assert traces(services) == set()
    assert reapply(services).people == ()


def test_who_the_file_alone_knows_is_not_forgotten_by_the_next_erasure(shop: Shop) -> None:
    services, source_id = shop
    person = _erase(shop)
    _restored(services)
    _sync(services, source_id)
    _erase(shop, "8")
    assert str(person) in register_file(services).read_text()
    assert erase_again(services, by="kam_sync").people == (person,)
    assert traces(services) == set()


def test_who_could_not_be_erased_again_is_by_the_next_upkeep(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    services, source_id = shop
    _erase(shop)
    _erase(shop, "8")
    _restored(services)
    _sync(services, source_id)
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
    person = _erase(shop)
    said = "SELECT by, reason, counts FROM erasure"
    first = ask(services, said)
    _restored(services)
    _sync(services, source_id)
    assert erase_again(services, by="kam_sync").people == (person,)
    assert ask(services, said) == first
    allow(services, person, by="Анна", why="новое согласие", how=How.COMMAND)
    erase(services, Wish((person,), "Борис", "новое заявление"))
    assert [row[:2] for row in ask(services, said)] == [("Борис", "новое заявление")]


def test_a_search_makes_no_key_and_one_without_marks_gives_way(shop: Shop) -> None:
    services, source_id = shop
    person = _erase(shop)
    _restored(services)
    with services.database.transaction() as session:
        assert erased_like(services, session, EMAIL) == []
        assert session.scalar(sa.text("SELECT count(*) FROM erasure_key")) == 0
        RegisterStore(session, services.cipher).new_marker()
    _sync(services, source_id)
    assert reapply(services).people == (person,)
    with services.database.transaction() as session:
        assert [one.id for one in erased_like(services, session, EMAIL)] == [person]


def test_who_is_a_customer_again_is_let_in_with_a_reason(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    person = _erase(shop)
    with services.database.transaction() as session:
        (known,) = erased_like(services, session, "8-916-555-01-42")
        assert known.id == person
    allow(services, person, by="Анна", why="новое согласие", how=How.COMMAND)
    _sync(services, source_id)
    assert ask(services, "SELECT name FROM contact WHERE external_id = '7'") == [(NAME,)]
    crm.put(Noun.CONTACT, "9", name=NAME, phones=[PHONE])
    _sync(services, source_id, full=True)
    assert "activity.text" in traces(services)


def test_she_is_found_by_phone_mail_contact_and_id(shop: Shop) -> None:
    services, source_id = shop
    person = own_person(source_id, "7")
    (name,) = ask(services, "SELECT name FROM source")[0]
    with services.database.transaction() as session:
        for said in ("8 916 5550142", EMAIL.upper(), f"{name}:7", str(person)):
            assert [one.id for one in find(session, said)] == [person], said
        assert find(session, "+7 916 000-00-00") == []


def test_a_phone_of_the_whole_office_blocks_nobody_else(shop: Shop, crm: PersonCrm) -> None:
    services, _ = shop
    crm.put(Noun.CONTACT, "8", phones=[PHONE])
    crm.put(Noun.CONTACT, "7", updated_at=(services.now() - timedelta(days=1)).isoformat())
    _sync(*shop)
    person = own_person(shop[1], "7")
    said = erase(services, Wish((person,), "Анна", "заявление"))
    assert said.shared == 1
    _sync(*shop, full=True)
    assert ask(services, "SELECT name FROM contact WHERE external_id = '8'") == [
        ("Пётр Сидоров",)
    ]  # fmt: skip


def test_a_file_that_is_imported_again_does_not_bring_her_back(shop: Shop) -> None:
    services, _ = shop
    plain = Services(services.settings, services.database, services.cipher, as_of=services.as_of)
    row = {
        "external_id": "900",
        "client": {"inn": "7707083893"},
        "name": NAME,
        "phones": [PHONE],
        "emails": [EMAIL],
    }
    table = columns.table_named("contacts")
    assert giving.give(plain, table, "file", [row]).created == 1
    flow.match(plain)
    with services.database.transaction() as session:
        people = tuple(one.id for one in find(session, EMAIL))
    assert len(people) == 1  # one person of two sources
    erase(services, Wish(people, "Анна", "заявление"))
    again = giving.give(plain, table, "file", [row, {**row, "external_id": "901"}])
    assert (again.created, again.updated, again.unchanged) == (1, 0, 1)
    assert traces(services) == set()


def test_a_webhook_about_her_keeps_no_body_once_it_is_read(shop: Shop) -> None:
    services, source_id = shop
    _erase(shop)
    with services.database.transaction() as session:
        inbox = InboxStore(session)
        for text in (f"name={NAME}", "name=Пётр"):
            inbox.keep([Post(source_id, {"x": "y"}, text.encode())])
        hers, others = (one.id for one in inbox.unread(source_id, limit=9))
        named = ((hers, "7"), (others, "8"))
        inbox.note(
            [Reading(one, HookState.READ, "", {"contact": [key]}) for one, key in named],
            services.now(),
        )
    assert ask(services, "SELECT body, headers FROM hook ORDER BY id") == [
        (b"", {}), ("name=Пётр".encode(), {"x": "y"}),
    ]  # fmt: skip


def test_answers_of_hers_and_deals_of_no_firm_are_taken_care_of(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    crm.put(Noun.DEAL, "29", **{**crm.rows[Noun.DEAL]["21"], "company_external_id": None})
    _sync(*shop)
    for comment in ("Муромская довольна", "Муромская недовольна"):
        answer = NpsAnswer(
            external_id="51", company_external_id="1", answered_on=date(2026, 11, 1), score=3,
            contact_external_id="7", comment=comment,
        )  # fmt: skip
        with services.database.transaction() as session:
            SavingStore(session, source_id).save(Noun.NPS_ANSWER, [answer], services.now())
    assert "fact_history.was" in traces(services)
    _erase(shop)
    assert traces(services) == set()
    assert ask(services, "SELECT score, comment FROM nps_answer") == [(3, None)]
    assert ask(services, "SELECT count(*) FROM fact_history") == [(0,)]
