"""By a profile: signing in, writing, calls of the CRM, single records, renamed attributes."""

import logging
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from typing import Any

import orjson
import pytest

from connectors import registry
from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials, FetchesSome, Hint, ReadsHooks
from connectors.kit.errors import BadHook, NeedsPerson, NoRights, RetryLater
from connectors.kit.http import CrmHttp
from connectors.kit.records import Noun, Task
from connectors.kit.writes import NewNote, NewTask, NotWritten, Ref, Writes, Written
from connectors.profiled import Generic, SberCrm
from connectors.sandbox.faults import Fault
from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.sbercrm.box import WEBHOOK
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import records
from tests.fakes import profiles


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SberSandbox]:
    """A small tenant, on which nobody waits."""
    monkeypatch.setattr(kit_pace, "sleep", lambda _seconds: None)
    with SberSandbox(MadeUpWorld(size=3, deals=60, contacts=6, today=date(2026, 11, 1))) as box:
        yield box


def _sbercrm(box: SberSandbox, text: str, url: str | None = None) -> Any:
    token = profiles.secrets(box.token, box.url if url is None else url)
    return SberCrm(Credentials(box.url, token, {"profile": text}))


def _generic(box: SberSandbox, text: str = "", token: str = "") -> Any:
    options = {"profile": text or profiles.generic()}
    return Generic(Credentials(box.url, token or box.token, options))


def _task(box: SberSandbox, key: str = "k1") -> NewTask:
    about = Ref(Noun.DEAL, box.ids("deal")[0])
    return NewTask(key, about, "Позвонить\nСрочно", due_on=date(2026, 11, 5))


def test_what_a_connection_can_do_follows_from_its_profile(box: SberSandbox) -> None:
    with closing(_sbercrm(box, profiles.sbercrm())) as plain, closing(_generic(box)) as able:
        assert not isinstance(plain, FetchesSome | ReadsHooks | Writes)
        assert isinstance(able, FetchesSome)
        assert isinstance(able, ReadsHooks)
        assert isinstance(able, Writes)
        assert plain.kind == "sbercrm"
        assert plain.nouns[Noun.DEAL].is_whole
        assert not able.nouns[Noun.DEAL].is_whole


def test_a_login_that_ends_in_the_middle_is_renewed_by_itself() -> None:
    now = [0.0]
    world = MadeUpWorld(size=3, deals=600, contacts=6, today=date(2026, 11, 1))
    with (
        SberSandbox(world, life=10, clock=lambda: now[0]) as box,
        closing(_sbercrm(box, profiles.sbercrm())) as crm,
    ):
        pages = crm.pull(Noun.DEAL, None)
        first = next(pages)
        now[0] += 11
        assert len(records([first, *pages])) == box.count("deal")


def test_a_task_is_written_by_the_webhook_and_carries_our_mark(box: SberSandbox) -> None:
    with closing(_sbercrm(box, profiles.writing_sbercrm())) as crm:
        (written,) = crm.write([_task(box)])
    row = box.books.rows["task"][written.external_id]
    assert (row["name"], row["srok$c"]) == ("Позвонить", "2026-11-05")
    assert row["kommentarij$c"].startswith("Позвонить\nСрочно\n[ks-")


def test_the_webhook_is_opened_once_for_many_tasks(
    box: SberSandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []

    class Counted(CrmHttp):
        def __init__(self, *given: Any, **more: Any) -> None:
            opened.append(given)
            super().__init__(*given, **more)

    monkeypatch.setattr("connectors.profiled.client.CrmHttp", Counted)
    with closing(_sbercrm(box, profiles.writing_sbercrm())) as crm:
        written = [*crm.write([_task(box), _task(box, "k2")]), *crm.write([_task(box, "k3")])]
    assert [type(one) for one in written] == [Written] * 3
    assert len(opened) == 1


def test_an_id_in_a_path_stays_one_part_of_it(box: SberSandbox) -> None:
    text = profiles.generic().replace("path: /tasks", "path: /deals/{about}/tasks")
    task = NewTask("k1", Ref(Noun.DEAL, "7/../8?all=1#x"), "Позвонить")
    with closing(_generic(box, text)) as crm:
        list(crm.write([task]))
    (asked,) = box.requests
    assert (asked.path, asked.query) == ("/api/deals/7/../8?all=1#x/tasks", "")  # as it is read


def test_what_may_have_been_written_is_not_written_again(box: SberSandbox) -> None:
    box.faults.append(Fault(path=".*webhook", lose_answer=True))
    before = box.count("task")
    with closing(_sbercrm(box, profiles.writing_sbercrm())) as crm:
        (outcome,) = crm.write([_task(box)])
        assert isinstance(outcome, NotWritten)
        assert outcome.is_unsure
        assert crm.find_written(_task(box)).is_unsure
    assert box.count("task") == before + 1


def test_a_refusal_is_told_in_the_words_of_the_crm(box: SberSandbox) -> None:
    text = profiles.writing_sbercrm().replace('"srok$c"', '"istochnik_lida$c"')
    with closing(_sbercrm(box, text)) as crm:
        refused, unknown = crm.write([_task(box), NewNote("k2", _task(box).about, "Заметка")])
    assert "Не найдено значение 2026-11-05 в справочнике" in refused.reason
    assert "does not say how a NewNote is written" in unknown.reason


def test_the_address_of_a_webhook_is_told_to_nobody(
    box: SberSandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box.faults.append(Fault(path=".*webhook", status=404, times=None))
    with closing(_sbercrm(box, profiles.writing_sbercrm())) as crm:
        with pytest.raises(NoRights) as caught:
            list(crm.write([_task(box)]))
        assert WEBHOOK not in f"{caught.value}{caplog.text}"
    with closing(_sbercrm(box, profiles.writing_sbercrm(), "https://example.org")) as crm:
        (outcome,) = crm.write([_task(box)])
        assert "another host" in outcome.reason


def test_a_write_that_was_surely_not_done_waits(box: SberSandbox) -> None:
    box.faults.append(Fault(is_limit=True, times=None))
    with closing(_generic(box)) as crm, pytest.raises(RetryLater):
        list(crm.write([_task(box)]))


def test_a_task_of_the_api_is_read_back_as_it_was_written(box: SberSandbox) -> None:
    with closing(_generic(box)) as crm:
        (written,) = crm.write([_task(box)])
        assert isinstance(written, Written)
        (raw,) = crm.get_many(Noun.TASK, [written.external_id, "nobody"])
        task = crm.translate(raw)
        assert isinstance(task, Task)
        assert (task.about_noun, task.about_external_id) == (Noun.DEAL, box.ids("deal")[0])
        assert task.is_ours
        assert list(crm.get_related(Noun.DEAL, "x")) == []
        with pytest.raises(NoRights, match="how one is asked for"):
            list(crm.get_many(Noun.USER, ["1"]))


def test_a_call_is_a_hint_about_the_record_that_it_names(box: SberSandbox) -> None:
    with closing(_generic(box)) as crm:

        def read(said: Any) -> Any:
            return crm.read_hook({"content-type": "application/json"}, orjson.dumps(said))

        assert read({"entity": "deal", "data": {"id": "a"}}).hints == (Hint(Noun.DEAL, "a"),)
        assert read({"entity": "wish", "data": {"id": "a"}}).unknown == ("wish",)
        assert read({"entity": "deal", "data": {}}).unknown == ("deal: no id at data.id",)
        assert read({"entity": "deal", "data": {"id": True}}).hints == ()
        with pytest.raises(BadHook):
            crm.read_hook({}, b"")
    silent = profiles.generic().partition("\nhook_in:")[0]
    with closing(_generic(box, silent)) as crm, pytest.raises(BadHook, match="hook_in"):
        crm.read_hook({}, b"{}")


def test_an_attribute_that_nobody_has_any_more_stops_the_noun(box: SberSandbox) -> None:
    for id_ in box.ids("deal"):
        box.books.rows["deal"][id_].pop("czena_prodazhi$c")
    with closing(_sbercrm(box, profiles.sbercrm())) as crm:
        with pytest.raises(NoRights, match=r"no row has czena_prodazhi\$c.*was it renamed"):
            list(crm.pull(Noun.DEAL, None))
        assert len(records(crm.pull(Noun.COMPANY, None))) == 3


def test_a_next_page_at_another_host_is_told_no_secret(box: SberSandbox) -> None:
    answer = b'{"items": [{"id": 1}], "next": {"link": "https://example.org/x"}}'
    box.faults.append(Fault(status=200, body=answer, times=None))
    linked = closing(_generic(box, profiles.generic("link")))
    with linked as crm, pytest.raises(NeedsPerson, match="another host"):
        list(crm.pull(Noun.DEAL, None))


@pytest.mark.parametrize(
    ("auth", "said"),
    [
        ("{kind: header, header: X-Key, value: \"${token}\"}", "401"),
        ("{kind: basic, user: u, password: \"${token}\"}", "401"),
        ("{kind: none}", "401"),
        ("{kind: json_login, path: /users, body: {a: \"${token}\"}, token_at: t}", "signing in"),
        ("{kind: oauth_client, path: /users, client_id: c, client_secret: \"${token}\","
         " scope: all, token_at: t}", "signing in"),
    ],
)  # fmt: skip
def test_every_way_of_signing_in_is_refused_in_the_same_words(
    box: SberSandbox, auth: str, said: str
) -> None:
    text = profiles.generic().replace('{kind: bearer, value: "${token}"}', auth)
    with closing(_generic(box, text)) as crm, pytest.raises(NeedsPerson, match=said):
        crm.about()


@pytest.mark.parametrize(
    "auth",
    [
        '{kind: json_login, path: /token, body: {key: "${token}"}, token_at: data.key}',
        '{kind: oauth_client, path: /token, client_id: c, client_secret: "${token}",'
        " token_at: data.key}",
        '{kind: header, header: Authorization, before: "Bearer ", value: "${token}"}',
    ],
)
def test_who_has_signed_in_reads(box: SberSandbox, auth: str) -> None:
    given = orjson.dumps({"data": {"key": box.token}})
    box.faults.append(Fault(path="/api/token", status=200, body=given, times=None))
    text = profiles.generic().replace('{kind: bearer, value: "${token}"}', auth)
    with closing(_generic(box, text, "x" if "token_at" in auth else "")) as crm:
        assert len(records(crm.pull(Noun.DEAL, None))) == box.count("deal")
        assert crm.requests == sum(1 for _ in box.requests)


def test_a_sign_in_without_a_token_in_its_answer_needs_a_person(box: SberSandbox) -> None:
    text = profiles.sbercrm().replace("token_at: access_token", "token_at: tokens.access")
    with (
        closing(_sbercrm(box, text)) as crm,
        pytest.raises(NeedsPerson, match="no token at tokens"),
    ):
        crm.about()


def test_an_account_is_known_by_its_address_and_name(box: SberSandbox) -> None:
    text = profiles.generic().replace("profile: Another CRM", "profile: Another CRM\naccount: two")
    with closing(_generic(box, text)) as crm:
        assert crm.about().account == "two"
    box.faults.append(Fault(status=403, times=None))
    with closing(_generic(box)) as crm:
        assert crm.about().warnings


def test_a_record_is_linked_where_the_profile_says() -> None:
    text = profiles.generic().replace(
        "with: {name: deals}", "with: {name: deals}\n    card: crm/deals"
    )
    at = "https://crm.example.com"
    options = {"profile": text}
    assert registry.card("generic", at, "deal", "a b", options) == f"{at}/crm/deals/a%20b"
    assert registry.card("generic", at, "task", "1", options) is None
    assert registry.card("sbercrm", at, "deal", "1") is None
