"""A sync brings everything over, once; what stands in its way is told, and costs nothing else."""

import pytest
import sqlalchemy as sa

from connectors import ErrorKind, Noun
from connectors.amocrm import AmoCrm
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.amocrm.fields import FIELDS
from connectors.sandbox.faults import Fault
from kam_sync import asking, connecting, flow
from kam_sync.accounts.match import own_account
from kam_sync.accounts.store import FACTS, AccountStore, records_of
from kam_sync.base.errors import Busy, WrongUse
from kam_sync.intake.model import NounCounts, RunState, Source, SourceState
from kam_sync.intake.store import RunStore
from kam_sync.wiring import Services
from tests.fakes.connecting import ask, raw_counts, state

_LISTS: dict[Noun, tuple[str, ...]] = {
    Noun.USER: ("users",), Noun.PIPELINE: ("leads/pipelines",),
    Noun.LOSS_REASON: ("leads/loss_reasons",), Noun.PRODUCT: ("catalogs/1001/elements",),
    Noun.COMPANY: ("companies",), Noun.CONTACT: ("contacts",), Noun.DEAL: ("leads",),
    Noun.CUSTOMER: ("customers",), Noun.PURCHASE: ("customers/transactions",),
    Noun.INVOICE: ("catalogs/1002/elements",), Noun.TASK: ("tasks",),
    Noun.NOTE: ("leads/notes", "contacts/notes", "companies/notes", "customers/notes"),
    Noun.EVENT: ("events",),
}  # fmt: skip
_FIELDS = ("leads", "contacts", "companies", "customers")


def there(box: AmoSandbox) -> dict[Noun, int]:
    """How many the account has of each noun."""
    found = {noun: sum(box.count(path) for path in paths) for noun, paths in _LISTS.items()}
    fields = sum(len(FIELDS[noun]) for noun in _FIELDS)
    return {noun: found.get(noun, 0) for noun in AmoCrm.nouns} | {
        Noun.GROUP: 1, Noun.FIELD: fields,
    }  # fmt: skip


def counted(result: flow.SyncResult, what: str) -> dict[Noun, int]:
    return {noun: getattr(counts, what) for noun, counts in result.nouns.items()}


def stored(services: Services) -> dict[str, int]:
    with services.database.transaction() as session:
        return AccountStore(session).counts()


def test_a_sync_stores_every_row_raw_and_in_our_words(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    result = flow.sync(services, source.id)
    all_ = there(box)
    assert (result.state, result.message) == (RunState.DONE, "")
    assert counted(result, "read") == counted(result, "created") == all_
    assert counted(result, "rejected") == dict.fromkeys(all_, 0)
    assert raw_counts(services, source) == {noun.value: count for noun, count in all_.items()}
    assert stored(services) == {
        "account": 5, "account_link": 5, "company": 5, "contact": 12,
        "deal": all_[Noun.DEAL], "task": all_[Noun.TASK], "crm_user": 6, "pipeline": 2,
        "crm_group": 1, "custom_field": all_[Noun.FIELD], "loss_reason": all_[Noun.LOSS_REASON],
        "product": all_[Noun.PRODUCT], "customer": all_[Noun.CUSTOMER],
        "purchase": all_[Noun.PURCHASE], "invoice": all_[Noun.INVOICE],
        "activity": all_[Noun.NOTE] + all_[Noun.EVENT],
        "set_aside": 0, **dict.fromkeys(FACTS, 0),
    }  # fmt: skip


def test_a_second_sync_creates_and_updates_nothing(services: Services, source: Source) -> None:
    flow.sync(services, source.id)
    before = everything(services)
    again = flow.sync(services, source.id)
    assert counted(again, "created") == counted(again, "updated") == dict.fromkeys(AmoCrm.nouns, 0)
    assert everything(services) == before


def test_a_sync_with_nothing_new_asks_the_database_little(
    services: Services, source: Source
) -> None:
    flow.sync(services, source.id)
    asked: list[str] = []
    sa.event.listen(
        services.database.engine, "before_cursor_execute",
        lambda _connection, _cursor, statement, *_: asked.append(statement),
    )  # fmt: skip
    flow.sync(services, source.id)
    assert len(asked) / len(AmoCrm.nouns) < 28


@pytest.mark.heavy
def test_a_full_sync_reads_everything_and_changes_nothing(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.sync(services, source.id)
    before = everything(services)
    full = flow.sync(services, source.id, full=True)
    assert counted(full, "read") == counted(full, "unchanged") == there(box)
    assert counted(full, "created") == counted(full, "updated") == dict.fromkeys(AmoCrm.nouns, 0)
    assert everything(services) == before


def test_one_change_updates_one_row(services: Services, box: AmoSandbox, source: Source) -> None:
    flow.sync(services, source.id)
    id_ = box.ids("leads")[3]
    box.change("leads", id_, price=777)
    result = flow.sync(services, source.id)
    deal = result.nouns[Noun.DEAL]
    assert (deal.created, deal.updated) == (0, 1)
    query = "SELECT external_id FROM deal WHERE amount = 777"
    assert ask(services, query) == [(str(id_),)]


def test_the_runs_are_written_down(services: Services, box: AmoSandbox, source: Source) -> None:
    flow.sync(services, source.id)
    with services.database.transaction() as session:
        runs = RunStore(session).latest(source_id=source.id, limit=20)
        states = {run.noun: run.state for run in runs}
        created = {run.noun: run.counts.get("created") for run in runs}
    assert states == dict.fromkeys(["", *(noun.value for noun in AmoCrm.nouns)], RunState.DONE)
    assert created["deal"] == box.count("leads")


def test_progress_is_told_after_every_batch(services: Services, source: Source) -> None:
    told: list[tuple[Noun, int]] = []

    def watch(_source: Source, noun: Noun, counts: NounCounts) -> None:
        told.append((noun, counts.read))

    result = flow.sync(services, source.id, watch=watch)
    assert dict(told) == counted(result, "read")


@pytest.mark.heavy
def test_what_amocrm_marks_deleted_is_deleted_and_its_account_inactive(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    flow.sync(services, source.id)
    company, lead = box.ids("companies")[0], box.ids("leads")[0]
    box.change("companies", company, is_deleted=True)
    box.change("leads", lead, is_deleted=True)
    result = flow.sync(services, source.id)
    assert (result.nouns[Noun.COMPANY].deleted, result.nouns[Noun.DEAL].deleted) == (1, 1)
    query = "SELECT external_id FROM {} WHERE is_deleted"
    assert ask(services, query.format("company")) == [(str(company),)]
    assert ask(services, query.format("deal")) == [(str(lead),)]
    inactive = own_account(source.id, str(company))
    assert ask(services, "SELECT id FROM account WHERE NOT is_active") == [(inactive,)]
    connecting.change(services, source.name)  # all is said anew, and nothing more has gone
    again = flow.sync(services, source.id)
    assert counted(again, "deleted") == dict.fromkeys(again.nouns, 0)
    with services.database.transaction() as session:
        left = records_of(session, source.id)
    assert (left["company"], left["deal"]) == (box.count("companies") - 1, box.count("leads") - 1)


def test_who_is_no_administrator_syncs_all_but_the_users(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    forbidden = b'{"title":"Forbidden","status":403}'
    box.faults.append(Fault(path="/api/v4/users", status=403, body=forbidden, times=None))
    result = flow.sync(services, source.id)
    assert result.state is RunState.DONE
    assert result.message.startswith("user: ")
    assert ": the token has no rights" in result.message
    assert "user" not in raw_counts(services, source)
    assert raw_counts(services, source)["deal"] == box.count("leads")
    assert state(services, source) == (SourceState.ACTIVE, "")


def test_a_paused_source_stays_paused_after_a_sync_by_hand(
    services: Services, source: Source
) -> None:
    connecting.set_paused(services, source.name, paused=True)
    assert flow.sync(services, source.id).state is RunState.DONE
    assert state(services, source)[0] is SourceState.PAUSED
    assert connecting.due(services) == []


def test_a_paused_source_is_still_paused_when_a_sync_by_hand_has_failed_and_then_gone_well(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    connecting.set_paused(services, source.name, paused=True)
    box.faults.append(Fault(status=401))
    assert flow.sync(services, source.id).state is RunState.FAILED
    assert flow.sync(services, source.id).state is RunState.DONE
    assert state(services, source)[0] is SourceState.PAUSED


def test_another_account_behind_the_address_is_refused(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    body = b'{"id":30000002,"name":"Other","currency":"RUB"}'
    box.faults.append(Fault(path="/api/v4/account", status=200, body=body))
    result = flow.sync(services, source.id)
    assert result.state is RunState.FAILED
    said = "this is account 30000002 (Other), the source was account 30000001"
    assert said in result.message
    assert result.error_kind is ErrorKind.OTHER_ACCOUNT
    assert state(services, source) == (SourceState.NEEDS_PERSON, result.message)
    assert raw_counts(services, source) == {}


def test_a_check_says_that_another_account_stands_behind_the_address(
    services: Services, box: AmoSandbox, source: Source
) -> None:
    body = b'{"id":30000002,"name":"Other","currency":"RUB"}'
    box.faults.append(Fault(path="/api/v4/account", status=200, body=body))
    with pytest.raises(WrongUse, match="the source was account 30000001"):
        asking.check(services, source.name)


def test_a_source_that_is_being_synced_is_busy(services: Services, source: Source) -> None:
    with services.database.alone(f"source {source.id}"), pytest.raises(Busy, match="source"):
        flow.sync(services, source.id)
    assert flow.sync(services, source.id).state is RunState.DONE


def everything(services: Services) -> dict[str, list[tuple[object, ...]]]:
    """All rows with our own time stamps and change numbers: nothing may have been touched."""
    tables = ("raw_record", "company", "contact", "deal", "task", "account", "account_link")
    queries = {table: f"SELECT row_to_json(t)::text FROM {table} t ORDER BY 1" for table in tables}
    return {table: ask(services, query) for table, query in queries.items()}
