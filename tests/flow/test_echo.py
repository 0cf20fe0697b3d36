"""What we wrote comes back with the next sync and changes nothing in what we measure and tell."""

from dataclasses import replace
from datetime import date

import pytest

from connectors import AddTag, NewNote, NewTask, Noun, Ref, SetField
from connectors.sandbox.amocrm import AmoSandbox
from kam_sync import flow, writing
from kam_sync.accounts.match import own_account
from kam_sync.base.clock import utc_now
from kam_sync.intake.model import RunState, Source
from kam_sync.intake.store import WriteStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask

Days = list[tuple[object, ...]]


@pytest.fixture
def today(services: Services) -> Services:
    """Measuring as of now, for what is written is written now."""
    return replace(services, as_of=utc_now)


def look_again(today: Services, source: Source) -> dict[str, int]:
    """Sync and measure; returns what happened to alerts."""
    assert flow.sync(today, source.id).state is RunState.DONE
    reports = {report.step: report for report in flow.measure(today)}
    return dict(reports["alerts"].counts)


def silence(today: Services, source: Source, company: Ref) -> int:
    """How many days ago the account gave its last sign of life."""
    query = (
        "SELECT value FROM point WHERE account_id = :id AND kpi = 'days_since_last_activity'"
        ' ORDER BY "on" DESC LIMIT 1'
    )
    account_id = own_account(source.id, company.external_id)
    ((days,),) = ask(today, query, id=account_id)
    return int(days)


@pytest.mark.parametrize(
    "moves",
    [
        frozenset({"notes", "tasks", "tags"}), pytest.param(frozenset(), marks=pytest.mark.heavy),
    ],
)  # fmt: skip
def test_our_own_writes_are_no_news_and_what_a_person_makes_of_them_is(
    today: Services, box: AmoSandbox, source: Source, moves: frozenset[str]
) -> None:
    box.switches = replace(box.switches, updated_at_moves_on=moves)
    company = Ref(Noun.COMPANY, str(box.ids("companies")[0]))
    look_again(today, source)
    (deal,) = next(
        row for row in ask(today, "SELECT external_id FROM deal WHERE company_external_id = :id"
        " ORDER BY external_id", id=company.external_id)
    )  # fmt: skip
    before = silence(today, source, company)
    assert before > 1

    about = Ref(Noun.DEAL, deal)
    with today.database.transaction() as session:
        writes = [
            NewTask("t1", about, "Позвонить", due_on=date(2030, 1, 1)),
            NewNote("n1", about, "Нет телефона"),
            AddTag("a1", about, "проверить"),
            SetField("f1", about, "deal/9031", "17-К"),
        ]
        WriteStore(session, source.id).ask(writes, by="a test", now=today.now())
    assert writing.write(today, source.id).written == 4
    assert set(look_again(today, source).values()) == {0}
    assert silence(today, source, company) == before
    tags = "SELECT 'проверить' = ANY(tags) FROM deal WHERE external_id = :id"
    assert ask(today, tags, id=deal) == [(True,)]

    query = "SELECT external_id, is_ours FROM task WHERE text LIKE 'Позвонить%[ks-%'"
    ((task, is_ours),) = ask(today, query)
    assert is_ours
    box.change("tasks", int(task), is_completed=True)
    look_again(today, source)
    assert silence(today, source, company) == 0
