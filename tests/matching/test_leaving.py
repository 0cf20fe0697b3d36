"""A source that is removed leaves accounts and people as they are without it, at once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

import connectors as gate
from connectors import Noun
from kam_sync import flow, removing
from kam_sync.accounts.match import own_person
from kam_sync.accounts.store import LinkingStore, SavingStore
from kam_sync.base.db import Session
from kam_sync.intake.model import Access, NewSource
from kam_sync.intake.store import SourceStore
from kam_sync.jobs.joining import while_nobody_matches
from kam_sync.matching.parenting import Parenting
from kam_sync.wiring import Services
from tests.conftest import NOW
from tests.fakes import joining
from tests.fakes.books import Book
from tests.fakes.connecting import ask

INN = "7707083893"
_ALERT = """
    INSERT INTO alert (id, account_id, rule, kpi, kind, severity, grain, state, opened_at,
        changed_at, unit, observed, expected, low, high, gap, since, resolved_at, entered_at,
        badness, before, is_armed, assignee)
    VALUES (gen_random_uuid(), :account, 'won_revenue', 'won_revenue', 'level', 'normal', 'month',
        'resolved', now(), now(), 'RUB', 1, 2, 1, 3, 1, '2026-01-01', now(), now(),
        1, 'firing', true, '')
"""


def _say(services: Services, query: str, **values: Any) -> None:
    with services.database.transaction() as session:
        session.execute(sa.text(query), values)


def _accounts(services: Services) -> dict[UUID, tuple[str, UUID | None]]:
    return {
        key: (name, into)
        for key, name, into in ask(services, "SELECT id, name, merged_into FROM account")
    }


def test_an_account_lives_on_under_the_id_of_the_company_that_stays(services: Services) -> None:
    a, b, c = (Book(services, name) for name in "abc")
    for book, name in ((a, "ООО Ромашка"), (b, "РОМАШКА"), (c, "Ромашка")):
        book.save(Noun.COMPANY, gate.Company("1", name, inn=INN))
    flow.match(services)
    _say(services, _ALERT, account=a.account())
    assert _accounts(services)[c.account()] == ("", a.account())
    removing.remove(services, "a")
    left = _accounts(services)
    assert left == {
        a.account(): ("", b.account()),
        b.account(): ("РОМАШКА", None),
        c.account(): ("", b.account()),
    }
    (evidence,) = ask(
        services, "SELECT evidence FROM account_link WHERE source_id = :id", id=c.source_id
    )
    assert evidence[0][0]["with"] == [b.source_id, "1"]
    removing.remove(services, "b")
    assert {key: into for key, (_, into) in _accounts(services).items()} == {
        a.account(): c.account(), b.account(): c.account(), c.account(): None,
    }  # fmt: skip
    assert ask(services, "SELECT count(*) FROM alert") == [(1,)]
    removing.remove(services, "c")
    assert _accounts(services) == {}


def test_removing_a_source_leaves_the_accounts_of_others_alone(services: Services) -> None:
    a, b = Book(services, "a"), Book(services, "b")
    for book in (a, b):
        book.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn=INN))
    flow.match(services)
    _say(services, _ALERT, account=b.account())
    before = _accounts(services)
    Book(services, "c").save(Noun.COMPANY, gate.Company("1", "Совсем иное"))
    removing.remove(services, "c")
    assert (_accounts(services), ask(services, "SELECT count(*) FROM alert")) == (before, [(1,)])


def test_two_that_a_removed_company_alone_made_one_are_two_at_once(services: Services) -> None:
    a, b, c = (Book(services, name) for name in "abc")
    phones, emails = ("84951234567",), ("x@sokol-trade.ru",)
    a.save(Noun.COMPANY, gate.Company("1", "Сокол", phones=phones))
    b.save(Noun.COMPANY, gate.Company("1", "Сокол", phones=phones, emails=emails))
    c.save(Noun.COMPANY, gate.Company("1", "Сокол", emails=emails))
    for book in (a, b, c):
        book.save(Noun.CONTACT, gate.Contact("1", "Вера Сокол", phones=phones))
    flow.match(services)
    assert len(set(ask(services, "SELECT account_id FROM account_link"))) == 1
    removing.remove(services, "b")
    assert len(set(ask(services, "SELECT account_id FROM account_link"))) == 2
    assert ask(services, "SELECT count(*) FROM match_due") == [(2,)]
    flow.match(services)
    before = ask(services, "SELECT source_id, person_id FROM person_link ORDER BY 1")
    assert before == [
        (a.source_id, own_person(a.source_id, "1")),
        (c.source_id, own_person(a.source_id, "1")),
    ]
    removing.remove(services, "a")
    assert ask(services, "SELECT person_id FROM person_link") == [(own_person(c.source_id, "1"),)]


def test_branches_have_another_head_when_that_of_theirs_is_removed_even_if_it_was_cut_short(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    head, book = Book(services, "head"), Book(services)
    head.save(Noun.COMPANY, gate.Company("1", "Ромашка", inn=INN, kpp="770701001"))
    book.save(
        Noun.COMPANY,
        gate.Company("1", "Ромашка Самара", inn=INN, kpp="631643001"),
        gate.Company("3", "Ромашка Казань", inn=INN, kpp="526002001"),
    )
    flow.match(services)
    assert ask(services, "SELECT DISTINCT parent_id FROM account_parent") == [(head.account(),)]

    def die(_: Session) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patched:
        patched.setattr(removing.parenting, "renew", die)
        with pytest.raises(RuntimeError):
            removing.remove(services, "head")
    removing.remove(services, "head")
    assert ask(services, "SELECT account_id, parent_id FROM account_parent") == [
        (book.account("3"), book.account("1"))
    ]


def test_an_account_that_is_merged_while_its_company_is_saved_does_not_lead_to_itself(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = Book(services, "a"), Book(services, "b")
    b.save(Noun.COMPANY, gate.Company("1", "Лютик"))
    flow.match(services)
    ensure = LinkingStore._ensure

    def merge_meanwhile(store: LinkingStore, *args: Any) -> None:
        ensure(store, *args)
        monkeypatch.undo()
        joining.merge(services, a.account(), b.account(), by="Анна")

    monkeypatch.setattr(LinkingStore, "_ensure", merge_meanwhile)
    with services.database.transaction() as session:
        saving = SavingStore(session, b.source_id)
        saving.save(Noun.COMPANY, [gate.Company("1", "Лютик 2")], NOW + timedelta(1))
    assert _accounts(services) == {a.account(): ("Ромашка", None), b.account(): ("", a.account())}


def test_what_people_decided_holds_again_when_a_removed_source_comes_back(
    services: Services,
) -> None:
    a, b = Book(services, "a"), Book(services, "b")
    a.save(Noun.COMPANY, gate.Company("2", "Лютик"), gate.Company("3", "Пион"))

    def sync() -> None:
        b.save(Noun.COMPANY, gate.Company("1", "Пион"), gate.Company("4", "Астра"))
        flow.match(services)

    sync()
    joining.merge(services, a.account(), b.account(), by="Анна")
    joining.keep_apart(services, (a.source_id, "1"), (a.source_id, "2"), by="Анна")
    with while_nobody_matches(services) as session:
        Parenting(session, "Анна", NOW).place(b.account("4"), a.account("2"))
    removing.remove(services, "b")
    said = "SELECT says FROM match_decision WHERE undone_at IS NULL ORDER BY id"
    assert ask(services, said) == [("together",), ("apart",)]
    assert Book(services, "b").source_id == b.source_id
    sync()
    assert _accounts(services)[b.account()] == ("", a.account())
    assert ask(services, "SELECT account_id, parent_id FROM account_parent") == [
        (b.account("4"), a.account("2"))
    ]
    assert Book(services, "c").source_id not in {a.source_id, b.source_id}


@pytest.mark.parametrize(
    ("name", "account", "is_same"),
    [
        ("new", "shop.amocrm.ru", True), ("old", "other.amocrm.ru", False), ("old", "", True),
        ("new", "", False),
    ],
)  # fmt: skip
def test_a_source_comes_back_as_itself_by_its_account_or_else_its_name(
    services: Services, name: str, account: str, *, is_same: bool
) -> None:
    old = Book(services, "old").source_id
    with services.database.transaction() as session:
        sources = SourceStore(session)
        sources.learn(old, account="shop.amocrm.ru", name="", facts={})
        sources.remove(old)
        new = NewSource(name=name, kind="amocrm", base_url="")
        added = sources.add(new, Access(sealed_token=""), NOW, remote_account=account)
        assert (added.id == old) is is_same
