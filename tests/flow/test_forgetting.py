"""What was kept long enough is cut, the key figures stay, and nothing comes back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors import Noun
from kam_sync import flow
from kam_sync.accounts.store import SavingStore
from kam_sync.base.clock import stopped_at
from kam_sync.base.errors import WrongUse
from kam_sync.forgetting import forget, would_forget
from kam_sync.privacy.model import About, Did, Entry, How, Term
from kam_sync.privacy.store import EventStore, TermStore
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes.connecting import ask
from tests.fakes.memory_crm import ServicesOf, connected
from tests.fakes.person_crm import NAME, PersonCrm


def _keep(services: Services, term: Term, days: int | None) -> None:
    with services.database.transaction() as session:
        TermStore(session).set(term, days, by="Анна", now=services.now())


@pytest.fixture
def shop(services: Services) -> tuple[ServicesOf, int, PersonCrm]:
    """A CRM, synced."""
    crm = PersonCrm()
    opened, source_id = connected(services, crm)
    now = replace(opened, now=stopped_at(NOW))
    flow.sync(now, source_id)
    return now, source_id, crm


def _texts(services: Services) -> list[str | None]:
    return [text for (text,) in ask(services, "SELECT text FROM activity ORDER BY external_id")]


def test_old_texts_are_cut_and_stay_cut_whatever_comes(
    shop: tuple[ServicesOf, int, PersonCrm],
) -> None:
    services, source_id, crm = shop
    _keep(services, Term.TEXTS, 1)
    crm.put(Noun.TASK, "41", is_done=True)
    flow.sync(services, source_id)
    would = would_forget(services)[Term.TEXTS]
    assert forget(services)[Term.TEXTS] == would == 3  # the newest note is a day old, no more
    for full in (False, True):
        with services.database.transaction() as session:
            SavingStore(session, source_id).translate_again()
        flow.sync(services, source_id, full=full)
        assert _texts(services) == [None, None, "Пётр просил счёт"]
        assert ask(services, "SELECT text, is_done FROM task") == [("", True)]
    assert forget(services)[Term.TEXTS] == 0
    said = "SELECT about, subject, count, who FROM privacy_event"
    assert ask(services, said) == [("term", "texts", 3, "kam_sync")]


def test_of_what_a_fact_was_nothing_stays_where_its_text_alone_was_other(
    shop: tuple[ServicesOf, int, PersonCrm],
) -> None:
    services, source_id, crm = shop
    crm.put(Noun.COST, "61", purpose="Доставка")
    crm.put(Noun.RETURN, "71", reason="Брак", amount=20)
    flow.sync(services, source_id)
    history = "SELECT noun, was, became FROM fact_history"
    assert len(ask(services, history)) == 2
    later = replace(services, now=stopped_at(services.now() + timedelta(days=2)))
    _keep(services, Term.TEXTS, 1)
    forget(later)
    ((noun, was, became),) = ask(services, history)
    assert (noun, set(became), "reason" in was) == ("return", {"amount"}, False)


def test_the_log_of_personal_data_is_forgotten_after_its_term(services: Services) -> None:
    services = replace(services, now=stopped_at(NOW))
    entry = Entry("Анна", Did.READ, How.PAGE, About.CONTACTS)
    _keep(services, Term.AUDIT, 365)
    with services.database.transaction() as session:
        for days in (364, 366):
            EventStore(session).note(entry, services.now() - timedelta(days=days))
    assert would_forget(services)[Term.AUDIT] == 1
    assert forget(services)[Term.AUDIT] == 1
    left = "SELECT at FROM privacy_event"
    assert ask(services, left) == [(services.now() - timedelta(days=364),)]
    assert forget(services)[Term.AUDIT] == 0


def test_what_the_crm_has_no_more_is_cut_and_comes_back_when_it_does(
    shop: tuple[ServicesOf, int, PersonCrm],
) -> None:
    services, source_id, crm = shop
    row = crm.rows[Noun.CONTACT]["7"]
    crm.remove(Noun.CONTACT, "7", tell=True)
    flow.sync(services, source_id)
    later = replace(services, now=stopped_at(services.now() + timedelta(days=91)))
    assert forget(services).get(Term.RAW_GONE) == 0
    assert forget(later)[Term.RAW_GONE] == 1
    named = "SELECT count(*) FROM raw_record WHERE noun = 'contact' AND body::text LIKE '%Муром%'"
    assert ask(services, named) == [(0,)]
    assert ask(services, "SELECT name, is_deleted FROM contact WHERE external_id = '7'") == [
        ("", True)
    ]  # fmt: skip
    crm.put(Noun.CONTACT, "7", **row)
    flow.sync(services, source_id)
    assert ask(services, "SELECT name, is_deleted FROM contact WHERE external_id = '7'") == [
        (NAME, False)
    ]  # fmt: skip


def test_what_a_crm_sent_of_contacts_is_cut_to_what_is_shown(
    shop: tuple[ServicesOf, int, PersonCrm],
) -> None:
    services, source_id, crm = shop
    crm.put(Noun.CONTACT, "7", passport="4000 123456")
    flow.sync(services, source_id)
    later = replace(services, now=stopped_at(services.now() + timedelta(days=2)))
    assert Term.RAW_CONTACTS not in forget(later)  # for ever, where nobody says another
    _keep(services, Term.RAW_CONTACTS, 1)
    assert forget(later)[Term.RAW_CONTACTS] == 2
    with services.database.transaction() as session:
        SavingStore(session, source_id).translate_again()
    flow.sync(services, source_id, full=True)
    passport = "SELECT count(*) FROM raw_record WHERE body::text LIKE '%123456%'"
    assert ask(services, passport) == [(0,)]
    assert ask(services, "SELECT name FROM contact WHERE external_id = '7'") == [(NAME,)]


def test_a_term_of_no_days_is_refused(services: Services) -> None:
    with pytest.raises(WrongUse, match="1 to 36500"):
        _keep(services, Term.TEXTS, 0)
    _keep(services, Term.TEXTS, None)
    with services.database.transaction() as session:
        assert TermStore(session).terms()[Term.TEXTS] is None
