"""Events of leads, what is written about them, and what becomes of them in the house."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from connectors.bitrix24.subscribing import EVENTS, OF_LEADS
from connectors.kit.contract import Hint, Subscribed
from connectors.kit.marks import mark
from connectors.kit.records import Noun
from connectors.kit.writes import NewNote, NewTask, NotWritten, Ref, SetField, Written
from connectors.sandbox.bitrix24 import BitrixSandbox, setup
from kam_sync import connecting, flow
from kam_sync.intake.model import NewSource, RunState
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.portal import connected, portal, pulled

LEADS = {"leads": "yes"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture
def own() -> Iterator[BitrixSandbox]:
    with portal(deals=60) as box:
        yield box


def test_events_of_leads_are_asked_for_where_leads_are_wanted(own: BitrixSandbox) -> None:
    id_, token = own.ids("lead")[0], own.access.token()
    with Listener() as ear, connected(own, LEADS, token) as crm:
        url = f"{ear.url}/hooks/1"
        crm.subscribe(url)
        assert {one.event for one in own.events.handlers} == {*EVENTS, *OF_LEADS}
        assert crm.subscribed(url) is Subscribed.ACTIVE
        own.change("lead", id_, title="Другое")
        own.remove("lead", id_)
        hooks = [crm.read_hook(post.headers, post.body) for post in ear.posts]
        assert [hook.hints for hook in hooks] == [(Hint(Noun.DEAL, f"lead/{id_}"),)] * 2
        with connected(own, token=token) as off:
            assert off.read_hook(ear.posts[0].headers, ear.posts[0].body).hints == ()
            assert off.subscribed(url) is Subscribed.WRONG_EVENTS
            off.subscribe(url)
            assert off.subscribed(url) is Subscribed.ACTIVE
        assert {one.event for one in own.events.handlers} == set(EVENTS)
        assert crm.subscribed(url) is Subscribed.WRONG_EVENTS


def test_the_queue_tells_of_leads_as_soon_as_they_are_wanted(own: BitrixSandbox) -> None:
    id_, token = own.ids("lead")[0], own.access.token()
    with connected(own, {"offline": "yes"}, token) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
    with connected(own, {"offline": "yes", **LEADS}, token) as crm:
        _, cursor = pulled(crm, Noun.COMPANY, cursor)
        own.change("lead", id_, title="Другое")
        first, *_ = crm.pull(Noun.COMPANY, cursor)
    assert first.hints == (Hint(Noun.DEAL, f"lead/{id_}"),)
    with connected(own, {"offline": "yes"}, token) as crm:
        pulled(crm, Noun.COMPANY, cursor)
    assert {one.event for one in own.events.handlers} == set(EVENTS)


def test_what_is_written_about_a_lead_stands_there(own: BitrixSandbox) -> None:
    number = own.ids("lead")[0]
    about = Ref(Noun.DEAL, f"lead/{number}")
    writes = [
        NewTask("todo", about, "Позвонить", due_on=date(2026, 12, 1)),
        NewTask("task", about, "Счёт", due_on=date(2026, 12, 1), type_external_id="task"),
        NewNote("note", about, "Отгрузили"),
        SetField("field", about, "UF_CRM_1700000010", "Сайт"),
        SetField("deals", about, f"deal/{setup.TENDER}", "да"),
    ]
    with connected(own, LEADS) as crm:
        outcomes = {one.key: one for one in crm.write(writes)}
        assert [key for key, one in outcomes.items() if isinstance(one, NotWritten)] == ["deals"]
        for write in writes[:3]:
            assert crm.find_written(write) == outcomes[write.key]
        crm.about()
        own.change("lead", number, title="Другое")
        field = crm.find_written(writes[3], timedelta(minutes=5))
        assert isinstance(field, Written)
        assert "changed" in field.remark
    todo = own.row("activity", own.ids("activity")[-1])
    assert (todo["OWNER_TYPE_ID"], todo["OWNER_ID"]) == ("1", str(number))
    assert own.row("task", own.ids("task")[-1])["ufCrmTask"] == [f"L_{number}"]
    comment = own.row("comment", own.ids("comment")[-1])
    assert (comment["ENTITY_TYPE"], mark("note") in comment["COMMENT"]) == ("lead", True)
    assert own.row("lead", number)[setup.REQUEST] == "52"


@pytest.mark.heavy
def test_leads_that_are_wanted_no_more_are_gone_with_the_next_sync(
    own: BitrixSandbox, services: Services
) -> None:
    """And are there again when they are wanted again, with what has changed meanwhile."""
    own.add("activity", OWNER_TYPE_ID="1", OWNER_ID=str(own.ids("lead")[0]), COMPLETED="N",
            PROVIDER_ID="CRM_TODO", SUBJECT="Позвонить")  # fmt: skip
    for number in range(12):
        own.add("lead", title=f"Заявка {number}", stageId="NEW", stageSemanticId="P", opportunity=1)
    new = NewSource(name="portal", kind="bitrix24", base_url=own.url)
    source, *_ = connecting.add(services, new, own.token, {"per_second": "0", **LEADS})
    flow.sync(services, source.id)
    leads = "FROM deal WHERE starts_with(external_id, 'lead/') AND NOT is_deleted"
    about = "SELECT count(*) FROM task WHERE starts_with(about_external_id, 'lead/')"
    (before,) = ask(services, f"SELECT count(*), max(pipeline_external_id) {leads}")
    assert before == (own.count("lead") - converted(own), "leads")
    assert ask(services, about) == [(1,)]

    connecting.change(services, "portal", options={"leads": "no"})
    assert flow.sync(services, source.id).state is RunState.DONE
    assert ask(services, f"SELECT count(*) {leads}") == [(0,)]
    assert ask(services, about) == [(0,)]
    deals = "SELECT count(*) FROM deal WHERE NOT is_deleted"
    assert ask(services, deals) == [(own.count("deal"),)]
    lines = "SELECT is_archived FROM pipeline WHERE external_id = 'leads'"
    fields = "SELECT is_deleted FROM custom_field WHERE starts_with(external_id, 'deal/lead/')"
    assert ask(services, lines) == ask(services, fields) == [(True,)]
    whole = flow.sync(services, source.id, full=True)
    assert sum(counts.held for counts in whole.nouns.values()) == 0  # nobody is asked about them

    own.add("lead", title="Новый", stageId="NEW", stageSemanticId="P", opportunity=1)
    connecting.change(services, "portal", options={"leads": "yes"})
    assert flow.sync(services, source.id).state is RunState.DONE
    assert ask(services, f"SELECT count(*) {leads}") == [(before[0] + 1,)]


@pytest.mark.heavy
def test_the_ledger_agrees_before_and_after_leads_are_turned_off(
    own: BitrixSandbox, services: Services
) -> None:
    new = NewSource(name="portal", kind="bitrix24", base_url=own.url)
    source, *_ = connecting.add(services, new, own.token, {"per_second": "0", **LEADS})
    flow.sync(services, source.id)
    for options in ({}, {"leads": "no"}):
        connecting.change(services, "portal", options=options)
        flow.sync(services, source.id)
        checked = flow.reconcile(services, source.id, Noun.DEAL, watch=lambda *_: None)
        assert checked.check is not None
        assert checked.check.found == 0


def converted(box: BitrixSandbox) -> int:
    return sum(box.row("lead", id_)["stageId"] == setup.CONVERTED for id_ in box.ids("lead"))
