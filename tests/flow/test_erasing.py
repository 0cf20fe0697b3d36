"""A person who is erased leaves no trace and does not come back; the key figures stay."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from connectors import Hint, Noun, NpsAnswer, columns
from kam_sync import flow
from kam_sync.accounts.match import own_person
from kam_sync.accounts.store import SavingStore
from kam_sync.erasing import (
    Wish,
    allow,
    erase,
    erased_like,
    find,
    register_file,
)
from kam_sync.importing import giving
from kam_sync.intake.inbox import HookState, Post, Reading
from kam_sync.intake.model import Origin
from kam_sync.intake.store import HintStore, InboxStore
from kam_sync.ledger.model import LedgerState
from kam_sync.privacy.model import How
from kam_sync.reconciling import Reconciling
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import connected
from tests.fakes.person_crm import EMAIL, NAME, PHONE, PersonCrm, traces
from tests.fakes.person_shop import Shop, erase_one, sync


def figures(services: Services) -> list[Any]:
    query = "SELECT account_id, kpi, unit, grain, ons, known FROM series ORDER BY 1, 2, 3, 4"
    return ask(services, query)


def test_no_table_holds_anything_of_her_and_every_figure_stays(shop: Shop) -> None:
    services, source_id = shop
    named = {"contact.name", "deal.name", "activity.text", "cost.purpose", "return.reason"}
    assert named | {"raw_record.body", "hook.body"} <= traces(services)
    flow.measure(services)
    before = figures(services)
    assert len({kpi for _, kpi, *_ in before}) >= 10
    said = erase(services, Wish((own_person(source_id, "7"),), "Анна", "заявление"))
    assert traces(services) == set()
    assert said.counts == {
        "activity": 2, "contact": 1, "cost": 1, "deal": 1, "hook": 1,
        "person_key": said.counts["person_key"], "raw_record": 7, "return": 1, "task": 1,
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
    sync(*shop, full=True)


def _changed(shop: Shop, crm: PersonCrm) -> None:
    crm.put(Noun.CONTACT, "7", position="Президент")
    crm.put(Noun.DEAL, "21", amount=2000)
    crm.put(Noun.TASK, "41", is_done=True)
    crm.put(Noun.COST, "61", amount=20)
    crm.put(Noun.RETURN, "71", amount=20)
    sync(*shop)


def _named_by_a_webhook(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        hints = [Hint(Noun.CONTACT, "7"), Hint(Noun.NOTE, "32")]
        HintStore(session, source_id).note(hints, Origin.HOOK, services.now())
    sync(*shop)


def _translated_again(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    with services.database.transaction() as session:
        SavingStore(session, source_id).translate_again()
    sync(*shop)


def _entered_anew(shop: Shop, crm: PersonCrm) -> None:
    crm.put(Noun.CONTACT, "9", name=NAME, company_external_id="1", phones=["8 (916) 555 01 42"])
    crm.put(Noun.NOTE, "39", happening="note", kind="note", at=None, about_noun="contact",
            about_external_id="9", text="Муромская звонила")  # fmt: skip
    sync(*shop)
    crm.put(Noun.CONTACT, "9", phones=[])  # she is known by its id now
    sync(*shop)


def _in_another_crm(shop: Shop, crm: PersonCrm) -> None:
    services, _ = shop
    plain = Services(services.settings, services.database, services.cipher, as_of=services.as_of)
    other, source_id = connected(plain, crm)
    # A text that names her alone, in a CRM that is new to us: nobody can know that, and it is told
    # to who erases.
    for noun, key in ((Noun.NOTE, "32"), (Noun.DEAL, "21"), (Noun.COST, "61"), (Noun.RETURN, "71")):
        del crm.rows[noun][key]
    sync(other, source_id)


def _merged_in_the_crm(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    crm.merge(Noun.CONTACT, "7", "8")
    sync(services, source_id)


@pytest.mark.parametrize(
    "comes",
    [_full_sync, _changed, _named_by_a_webhook, _translated_again, _entered_anew, _in_another_crm,
     _merged_in_the_crm],
)  # fmt: skip
def test_she_does_not_come_back(
    shop: Shop, crm: PersonCrm, comes: Callable[[Shop, PersonCrm], None]
) -> None:
    erase_one(shop)
    comes(shop, crm)
    assert traces(shop[0]) == set()


def test_a_contact_who_mentions_her_stays_and_her_address_does_not(
    shop: Shop, crm: PersonCrm
) -> None:
    services, _ = shop
    erase_one(shop)
    crm.put(Noun.CONTACT, "8", comment=f"раньше писали на {EMAIL}, {PHONE}")
    sync(*shop)
    assert ask(services, "SELECT name FROM contact WHERE external_id = '8'") == [
        ("Пётр Сидоров",)
    ]  # fmt: skip
    kept = "SELECT body ->> 'comment', cut_why FROM raw_record WHERE noun = 'contact'"
    assert ("раньше писали на …, …", "masked") in ask(services, kept)
    assert traces(services) == set()


def test_a_change_of_what_is_not_hers_is_still_followed(shop: Shop, crm: PersonCrm) -> None:
    erase_one(shop)
    _changed(shop, crm)
    assert ask(shop[0], "SELECT is_done FROM task") == [(True,)]
    assert ask(shop[0], "SELECT amount, name FROM deal WHERE external_id = '21'") == [
        (2000, "Заказ, …")
    ]  # fmt: skip


def test_the_ledger_counts_her_shadow_and_finds_nothing_to_mend(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    erase_one(shop)
    for noun in (Noun.CONTACT, Noun.DEAL, Noun.NOTE, Noun.TASK):
        check = Reconciling(services, source_id, noun, watch=lambda *_: None).run().check
        assert check is not None
        assert (check.state, check.found) == (LedgerState.EQUAL, 0), noun
    assert traces(services) == set()


def test_who_is_a_customer_again_is_let_in_with_a_reason(shop: Shop, crm: PersonCrm) -> None:
    services, source_id = shop
    person = erase_one(shop)
    with services.database.transaction() as session:
        (known,) = erased_like(services, session, "8-916-555-01-42")
        assert known.id == person
    allow(services, person, by="Анна", why="новое согласие", how=How.COMMAND)
    sync(services, source_id)
    assert ask(services, "SELECT name FROM contact WHERE external_id = '7'") == [(NAME,)]
    crm.put(Noun.CONTACT, "9", name=NAME, phones=[PHONE])
    sync(services, source_id, full=True)
    assert "activity.text" in traces(services)


def test_she_is_found_by_phone_mail_contact_and_id(shop: Shop) -> None:
    services, source_id = shop
    person = own_person(source_id, "7")
    (name,) = ask(services, "SELECT name FROM source")[0]
    with services.database.transaction() as session:
        for said in ("8 916 5550142", EMAIL.upper(), f"{name}:7", str(person)):
            assert [one.id for one in find(session, said)] == [person], said
        assert find(session, "+7 916 000-00-00") == []


@pytest.mark.heavy
def test_a_phone_of_the_whole_office_blocks_nobody_else(shop: Shop, crm: PersonCrm) -> None:
    services, _ = shop
    crm.put(Noun.CONTACT, "8", phones=[PHONE])
    crm.put(Noun.CONTACT, "7", updated_at=(services.now() - timedelta(days=1)).isoformat())
    sync(*shop)
    person = own_person(shop[1], "7")
    said = erase(services, Wish((person,), "Анна", "заявление"))
    assert said.shared == 1
    sync(*shop, full=True)
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
    erase_one(shop)
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
    sync(*shop)
    for comment in ("Муромская довольна", "Муромская недовольна"):
        answer = NpsAnswer(
            external_id="51", company_external_id="1", answered_on=date(2026, 11, 1), score=3,
            contact_external_id="7", comment=comment,
        )  # fmt: skip
        with services.database.transaction() as session:
            SavingStore(session, source_id).save(Noun.NPS_ANSWER, [answer], services.now())
    assert "fact_history.was" in traces(services)
    erase_one(shop)
    assert traces(services) == set()
    assert ask(services, "SELECT score, comment FROM nps_answer") == [(3, None)]
    assert ask(services, "SELECT count(*) FROM fact_history") == [(0,)]
