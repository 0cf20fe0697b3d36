"""What events of Bitrix24 tell, how a portal is asked to tell them, and its own queue of them."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.bitrix24.cursor import Reach
from connectors.bitrix24.subscribing import EVENTS
from connectors.kit import pace
from connectors.kit.contract import Hint, Subscribed
from connectors.kit.errors import BadHook, ErrorKind, NeedsPerson, NoRights, Refused, RetryLater
from connectors.kit.records import Noun
from connectors.sandbox.bitrix24 import BitrixSandbox
from connectors.sandbox.bitrix24.events import APP_TOKEN, Handler
from connectors.sandbox.faults import Fault
from kam_sync import connecting, flow
from kam_sync.intake.model import NewSource
from kam_sync.wiring import Services
from tests.fakes.connecting import ask
from tests.fakes.listener import Listener
from tests.fakes.portal import connected, portal, pulled

FORM = {"content-type": "application/x-www-form-urlencoded"}


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waited: list[float] = []
    monkeypatch.setattr(pace, "sleep", waited.append)
    return waited


@pytest.fixture(scope="module")
def box() -> Iterator[BitrixSandbox]:
    with portal(deals=12) as box:
        yield box


@pytest.fixture
def own() -> Iterator[BitrixSandbox]:
    """A portal of its own, for what changes it."""
    with portal(deals=60) as box:
        yield box


def event(name: str, **fields: object) -> bytes:
    pairs = {"event": name, **fields, "auth[domain]": "ACME.bitrix24.ru"}
    return urlencode(pairs | {"auth[application_token]": APP_TOKEN}).encode()


@pytest.mark.parametrize(
    ("name", "fields", "hints"),
    [
        ("ONCRMDEALUPDATE", {"data[FIELDS][ID]": 37}, [Hint(Noun.DEAL, "37")]),
        ("oncrmdealadd", {"data[FIELDS][ID]": 37}, [Hint(Noun.DEAL, "37")]),
        ("ONCRMDEALMOVETOCATEGORY", {"data[FIELDS][ID]": 37, "data[FIELDS][CATEGORY_ID]": 5},
         [Hint(Noun.DEAL, "37")]),
        ("ONCRMCOMPANYDELETE", {"data[FIELDS][ID]": 5}, [Hint(Noun.COMPANY, "5")]),
        ("ONCRMCONTACTADD", {"data[FIELDS][ID]": 6}, [Hint(Noun.CONTACT, "6")]),
        ("ONCRMPRODUCTUPDATE", {"data[FIELDS][ID]": 6}, [Hint(Noun.PRODUCT, "6")]),
        ("ONCRMACTIVITYADD", {"data[FIELDS][ID]": 9},
         [Hint(Noun.TASK, "todo/9"), Hint(Noun.NOTE, "activity/9")]),
        ("ONTASKADD", {"data[FIELDS_BEFORE][ID]": "undefined", "data[FIELDS_AFTER][ID]": 4},
         [Hint(Noun.TASK, "task/4")]),
        ("ONTASKDELETE", {"data[FIELDS_BEFORE][ID]": 4, "data[FIELDS_AFTER][ID]": "undefined"},
         [Hint(Noun.TASK, "task/4")]),
        ("ONCRMDYNAMICITEMUPDATE_31", {"data[FIELDS][ID]": 8, "data[FIELDS][ENTITY_TYPE_ID]": 31},
         [Hint(Noun.INVOICE, "8")]),
        ("ONCRMDYNAMICITEMUPDATE", {"data[FIELDS][ID]": 8, "data[FIELDS][ENTITY_TYPE_ID]": 128},
         []),
        ("ONCRMDYNAMICITEMUPDATE", {"data[FIELDS][ID]": 8, "data[FIELDS][ENTITY_TYPE_ID]": 1}, []),
        ("ONCRMLEADUPDATE", {"data[FIELDS][ID]": 8}, []),
        ("ONCRMREQUISITEUPDATE", {"data[FIELDS][ID]": 8}, []),
        ("ONAPPUNINSTALL", {"data[CLEAN]": 1}, []),
    ],
)  # fmt: skip
def test_an_event_is_word_of_a_record(
    box: BitrixSandbox, name: str, fields: dict[str, object], hints: list[Hint]
) -> None:
    with connected(box) as crm:
        hook = crm.read_hook(FORM, event(name, **fields))
    assert (list(hook.hints), hook.unknown) == (hints, ())
    assert hook.account == "acme.bitrix24.ru"


@pytest.mark.parametrize(
    "body",
    [event("ONCRMDEALUPDATE"), event("ONCRMDEALUPDATE", **{"data[FIELDS][ID]": "../1"}),
     event("ONIMBOTJOINCHAT", **{"data[FIELDS][ID]": 1}), b"a=1", b"event[]=1&data=2",
     event("ONCRMDYNAMICITEMADD_31", **{"data[FIELDS][ID]": 0})],
)  # fmt: skip
def test_what_makes_no_sense_is_told_by_its_name(box: BitrixSandbox, body: bytes) -> None:
    with connected(box) as crm:
        hook = crm.read_hook(FORM, body)
    assert (hook.hints, len(hook.unknown)) == ((), 1)


@pytest.mark.parametrize("given_token", [APP_TOKEN, "", "жетон"])
def test_a_call_has_to_bring_the_token_where_an_admin_has_given_it(
    box: BitrixSandbox, given_token: str
) -> None:
    body = urlencode({"event": "ONCRMDEALADD", "data[FIELDS][ID]": 1,
                      "auth[application_token]": given_token}).encode()  # fmt: skip
    with connected(box, {"hook_token": APP_TOKEN}) as crm:
        if given_token == APP_TOKEN:
            assert crm.read_hook(FORM, body).hints == (Hint(Noun.DEAL, "1"),)
        else:
            with pytest.raises(BadHook, match="application token") as caught:
                crm.read_hook(FORM, body)
            assert APP_TOKEN not in str(caught.value)


@settings(max_examples=200, database=None, derandomize=True)
@given(
    body=st.one_of(
        st.binary(max_size=200),
        st.dictionaries(
            st.sampled_from(
                ["event", "data[FIELDS][ID]", "data", "data[FIELDS]", "auth", "auth[domain]",
                 "auth[application_token]", "data[FIELDS_AFTER][ID]", "event[x]"]
            ),
            st.one_of(st.text(max_size=12), st.sampled_from(["ONCRMDEALADD", "ONTASKADD", "7"])),
        ).map(lambda pairs: urlencode(pairs, errors="replace").encode()),
    )
)  # fmt: skip
def test_any_call_is_read_or_is_bad(box: BitrixSandbox, body: bytes) -> None:
    with connected(box, {"hook_token": ""}) as crm:
        try:
            hook = crm.read_hook(FORM, body)
        except BadHook:
            return
    assert all(hint.external_id.rpartition("/")[2].isdecimal() for hint in hook.hints)


def test_what_happens_in_a_portal_is_heard(own: BitrixSandbox) -> None:
    deal = own.ids("deal")[0]
    with Listener() as ear, connected(own, token=own.access.token()) as crm:
        assert crm.subscribed(f"{ear.url}/hooks/1") is Subscribed.ABSENT
        crm.subscribe(f"{ear.url}/hooks/1")
        assert crm.subscribed(f"{ear.url}/hooks/1") is Subscribed.ACTIVE
        own.change("deal", deal, title="Новое")
        own.change("deal", deal, categoryId=1, stageId="C1:NEW")
        own.remove("deal", deal)
        own.change("task", own.ids("task")[0], title="Новое")
        own.change("product", own.ids("product")[0], NAME="Новое")  # nobody asked for it
        own.events.lost = True
        own.change("deal", own.ids("deal")[0], title="Не слышно")
        hooks = [crm.read_hook(post.headers, post.body) for post in ear.posts]
    assert [hook.hints for hook in hooks] == [
        *([(Hint(Noun.DEAL, str(deal)),)] * 3),
        (Hint(Noun.TASK, f"task/{own.ids('task')[0]}"),),
    ]
    assert {hook.account for hook in hooks} == {own.host}
    assert "ONCRMDEALMOVETOCATEGORY" in ear.posts[1].form["event"]


def test_subscribing_twice_is_subscribing_once_and_leaves_others_alone(
    own: BitrixSandbox,
) -> None:
    own.events.handlers.append(Handler("ONCRMDEALADD", "http://127.0.0.1:9/other"))
    with connected(own, token=own.access.token()) as crm:
        crm.subscribe("http://127.0.0.1:9/hooks/1")
        own.events.handlers.pop()
        assert crm.subscribed("http://127.0.0.1:9/hooks/1") is Subscribed.WRONG_EVENTS
        crm.subscribe("http://127.0.0.1:9/hooks/1")
        crm.subscribe("http://127.0.0.1:9/hooks/1")
        assert len(own.events.handlers) == len(EVENTS) + 1
        crm.unsubscribe("http://127.0.0.1:9/hooks/1")
        crm.unsubscribe("http://127.0.0.1:9/hooks/1")
        assert [one.url for one in own.events.handlers] == ["http://127.0.0.1:9/other"]
        with pytest.raises(Refused) as caught:
            crm.subscribe("https://kam.example.test/hooks/1")
        assert caught.value.kind is ErrorKind.ADDRESS_REFUSED


def test_a_webhook_cannot_subscribe_and_says_what_a_person_has_to_do(own: BitrixSandbox) -> None:
    with connected(own) as crm:
        for what in (crm.subscribed, crm.subscribe):
            with pytest.raises(NeedsPerson, match="outgoing webhook"):
                what("http://127.0.0.1:9/hooks/1")
        crm.unsubscribe("http://127.0.0.1:9/hooks/1")
        with connected(own, {"hook_token": APP_TOKEN}) as told:
            assert told.subscribed("http://127.0.0.1:9/hooks/1") is Subscribed.ACTIVE
        with pytest.raises(NoRights):
            crm._portal.call("event.get", {})


def test_events_of_the_queue_are_cleared_when_their_hints_are_stored(own: BitrixSandbox) -> None:
    deal = own.ids("deal")[0]
    with connected(own, {"offline": "yes"}, own.access.token()) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
        for _ in range(3):
            own.change("deal", deal, title="Новое")
        own.remove("task", own.ids("task")[0])
        first, *_ = pages = list(crm.pull(Noun.COMPANY, cursor))
        assert {(hint.noun, hint.external_id.partition("/")[0]) for hint in first.hints} == {
            (Noun.DEAL, str(deal)), (Noun.TASK, "task"),
        }  # fmt: skip
        assert len(own.events.queue) == 2  # reserved, not lost
        again = list(crm.pull(Noun.COMPANY, pages[-1].cursor))
        assert (again[0].hints, own.events.queue) == ((), {})
        assert not Reach.model_validate_json(again[-1].cursor or "").process


def test_a_pull_that_breaks_off_loses_no_event_of_the_queue(own: BitrixSandbox) -> None:
    with connected(own, {"offline": "yes"}, own.access.token()) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
        own.change("deal", own.ids("deal")[0], title="Новое")
        pages = crm.pull(Noun.COMPANY, cursor)
        kept = next(pages)
        own.faults.append(Fault(times=None, status=500))
        with pytest.raises(RetryLater):
            list(pages)
        own.faults.clear()
        assert kept.hints
        assert len(own.events.queue) == 1
        pulled(crm, Noun.COMPANY, pulled(crm, Noun.COMPANY, kept.cursor)[1])
        assert own.events.queue == {}


def test_more_events_than_one_reading_gives_are_all_heard(own: BitrixSandbox) -> None:
    for number in range(120):
        own.add("company", title=f"Фирма {number}", isMyCompany="N")
    with connected(own, {"offline": "yes"}, own.access.token()) as crm:
        _, cursor = pulled(crm, Noun.COMPANY)
        for id_ in own.ids("company"):
            own.change("company", id_, title="Новое")
        first, *_ = crm.pull(Noun.COMPANY, cursor)
    assert len(first.hints) == own.count("company")


def test_the_queue_works_for_a_source_of_the_house(own: BitrixSandbox, services: Services) -> None:
    """What stands in its hints is fetched, though the lists beside them bring nothing new."""
    options = {"per_second": "0", "offline": "yes", "whole_days": "0"}
    new = NewSource(name="portal", kind="bitrix24", base_url=own.url)
    source, *_ = connecting.add(services, new, own.access.token(), options)
    flow.sync(services, source.id)
    own.change("company", own.ids("company")[1], title="Новое")
    flow.sync(services, source.id)
    gone = own.ids("deal")[0]
    own.remove("deal", gone)
    flow.sync(services, source.id)
    flow.sync(services, source.id)
    deleted = ask(services, "SELECT external_id FROM deal WHERE is_deleted")
    assert deleted == [(str(gone),)]
