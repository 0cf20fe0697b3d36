"""What amoCRM deletes, restores, merges and hides, over real HTTP and down to the store."""

from typing import Any

import pytest

from connectors import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from kam_sync import deciding, flow
from kam_sync.accounts.match import own_account
from kam_sync.intake.model import RunState, Source
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, connect
from tests.flow.conftest import SHOP, with_and_without_filter


@pytest.fixture
def synced(services: Services, source: Source) -> Source:
    """The shop, synced once."""
    assert flow.sync(services, source.id).state is RunState.DONE
    return source


def live(services: Services, table: str) -> set[int]:
    query = f"SELECT external_id FROM {table} WHERE NOT is_deleted"
    return {int(row[0]) for row in ask(services, query)}


def gone(services: Services) -> list[tuple[Any, ...]]:
    query = "SELECT noun, external_id, gone_why FROM raw_record WHERE gone_at IS NOT NULL"
    return ask(services, query + " ORDER BY 1, 2")


@with_and_without_filter
@pytest.mark.parametrize(
    ("noun", "table"),
    [
        ("leads", "deal"),
        pytest.param("contacts", "contact", marks=pytest.mark.heavy),
        pytest.param("companies", "company", marks=pytest.mark.heavy),
        pytest.param("tasks", "task", marks=pytest.mark.heavy),
    ],
)
def test_a_deletion_is_seen_by_its_event_and_a_restore_too(
    services: Services, box: AmoSandbox, synced: Source, noun: str, table: str
) -> None:
    id_ = box.ids(noun)[1]
    box.remove(noun, id_)
    flow.sync(services, synced.id)
    assert gone(services) == [(table, str(id_), "event")]
    if noun != "tasks":  # there is no bin for them
        box.restore(noun, id_)
        flow.sync(services, synced.id)
        assert live(services, table) == set(box.ids(noun))


@pytest.mark.heavy
def test_a_deletion_without_an_event_is_found_by_a_full_sync(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    id_ = box.ids("leads")[1]
    box.remove("leads", id_, silent=True)
    flow.sync(services, synced.id)
    assert id_ in live(services, "deal")
    flow.sync(services, synced.id, full=True)
    assert gone(services) == [("deal", str(id_), "absence")]


@pytest.mark.heavy
def test_a_sync_after_which_nothing_happened_finds_nothing_gone(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    flow.sync(services, synced.id)
    flow.sync(services, synced.id, full=True)
    assert gone(services) == []
    assert live(services, "deal") == set(box.ids("leads"))


def test_an_event_that_comes_twice_in_the_overlap_is_acted_on_once(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    id_ = box.ids("leads")[1]
    box.remove("leads", id_)
    flow.sync(services, synced.id)
    assert [seen for seen in box.requests if str(id_) in seen.path + seen.query]
    box.requests.clear()
    flow.sync(services, synced.id)
    assert [seen for seen in box.requests if str(id_) in seen.path + seen.query] == []


@with_and_without_filter
def test_a_merge_that_names_no_loser_is_understood_and_history_follows_the_survivor(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    loser, survivor = box.ids("companies")[:2]
    deals = ask(
        services, "SELECT count(*) FROM deal WHERE company_external_id = :id", id=str(loser)
    )
    assert deals != [(0,)]
    box.merge("companies", loser, survivor)
    result = flow.sync(services, synced.id)
    assert result.state is RunState.DONE
    [(noun, id_, why)] = gone(services)
    assert (noun, id_) == ("company", str(loser))
    assert why.startswith(f"probably merged into {survivor}: ")
    left = "SELECT count(*) FROM deal WHERE company_external_id = :id"
    assert ask(services, left, id=str(loser)) == [(0,)]
    both = "SELECT DISTINCT account_id FROM account_link WHERE company_external_id = ANY(:ids)"
    accounts = ask(services, both, ids=[str(loser), str(survivor)])
    assert accounts == [(own_account(synced.id, str(loser)),)]  # that of the first company


@pytest.mark.heavy
def test_two_contacts_become_one_and_their_deals_name_the_survivor(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    named = ask(
        services, "SELECT contact_external_ids[1] FROM deal WHERE contact_external_ids <> '{}'"
    )
    loser = int(named[0][0])
    survivor = next(id_ for id_ in box.ids("contacts") if id_ != loser)
    box.change("contacts", survivor, silent=True, name=box.row("contacts", loser)["name"])
    box.merge("contacts", loser, survivor)
    flow.sync(services, synced.id)
    assert live(services, "contact") == set(box.ids("contacts"))
    query = "SELECT count(*) FROM deal WHERE :id = ANY(contact_external_ids)"
    assert ask(services, query, id=str(loser)) == [(0,)]


def test_what_an_employees_token_does_not_see_is_held_and_not_deleted(services: Services) -> None:
    with AmoSandbox(SHOP, rate=0, admin=False) as box:
        source = connect(services, box)
        flow.sync(services, source.id)
        lost = box.ids("leads")[:2]
        for id_ in lost:
            box.remove("leads", id_, silent=True)
        result = flow.sync(services, source.id, full=True)
    assert (result.nouns[Noun.DEAL].held, gone(services)) == (2, [])
    with services.database.transaction() as session:
        [one] = deciding.waiting(session, source.id)
        assert set(one.outlook.sample) == {str(id_) for id_ in lost}
        assert "no administrator's rights" in one.held.in_words


@pytest.mark.heavy
def test_an_unsorted_lead_brings_its_company_when_somebody_accepts_it(services: Services) -> None:
    with AmoSandbox(SHOP, rate=0, unsorted_in_leads=True) as box:
        pipeline = box.row("leads/pipelines", box.ids("leads/pipelines")[0])
        unsorted = next(s["id"] for s in pipeline["_embedded"]["statuses"] if s["type"] == 1)
        source = connect(services, box)
        flow.sync(services, source.id)
        company = box.add("companies", {"name": "Новая", "is_unsorted": True, "updated_at": 1})
        lead = box.add("leads", {
            "pipeline_id": pipeline["id"], "status_id": unsorted,
            "_embedded": {"companies": [{"id": company}]},
        })  # fmt: skip
        flow.sync(services, source.id)
        assert lead in live(services, "deal")
        assert company not in live(services, "company")
        box.accept(lead)
        flow.sync(services, source.id)
        assert company in live(services, "company")


def test_a_deletion_during_a_first_load_whose_log_comes_late_is_seen(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    box.faults.append(Fault(path="/api/v4/events$", status=500, times=None))
    flow.sync(services, source.id)
    removed = box.ids("leads")[3]
    box.remove("leads", removed)
    box.faults.clear()
    flow.sync(services, source.id)
    assert live(services, "deal") == set(box.ids("leads"))
    assert ("deal", str(removed), "event") in gone(services)


def test_an_answer_that_is_empty_by_mistake_deletes_nothing(
    services: Services, box: AmoSandbox, synced: Source
) -> None:
    kept = box.ids("leads")[3]
    box.remove("leads", kept)
    box.restore("leads", kept)
    box.faults.append(Fault(path=f"/api/v4/leads(/{kept})?$", after=1, status=204, times=1))
    flow.sync(services, synced.id)
    assert kept in live(services, "deal")
