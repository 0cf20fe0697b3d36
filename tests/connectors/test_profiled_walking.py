"""Lists are walked to their end, whatever happens to them meanwhile."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest

from connectors.kit import pace as kit_pace
from connectors.kit.contract import Credentials
from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import NAMELESS, Noun, RawRecord
from connectors.profiled import Generic, SberCrm
from connectors.sandbox.faults import Fault
from connectors.sandbox.sbercrm import SberSandbox
from connectors.sandbox.sbercrm.box import WEBHOOK
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import last_cursor, records
from tests.fakes import profiles


@pytest.fixture
def box(monkeypatch: pytest.MonkeyPatch) -> Iterator[SberSandbox]:
    """A tenant with a few pages of deals, on which nobody waits."""
    monkeypatch.setattr(kit_pace, "sleep", lambda _seconds: None)
    with SberSandbox(MadeUpWorld(size=3, deals=430, contacts=6, today=date(2026, 11, 1))) as box:
        yield box


def _generic(box: SberSandbox, text: str) -> Any:
    return closing(Generic(Credentials(box.url, box.token, {"profile": text})))


def _remove(box: SberSandbox, rows: tuple[RawRecord, ...]) -> None:
    for raw in rows:
        box.remove("deal", raw.external_id)


@pytest.mark.parametrize("kind", ["offset", "page"])
def test_a_list_that_shrank_too_much_meanwhile_is_for_later(box: SberSandbox, kind: str) -> None:
    with _generic(box, profiles.generic(kind)) as crm:
        pages = crm.pull(Noun.DEAL, None)
        _remove(box, next(pages).records)
        with pytest.raises(RetryLater, match="does not go on where the last one ended"):
            list(pages)


def test_a_place_that_is_not_found_again_begins_anew(box: SberSandbox) -> None:
    with _generic(box, profiles.generic()) as crm:
        pages = crm.pull(Noun.DEAL, None)
        first = next(pages)
        _remove(box, first.records)
        found = {raw.external_id for raw in records(crm.pull(Noun.DEAL, first.cursor))}
        assert found == set(box.ids("deal"))


@pytest.mark.parametrize("kind", ["cursor", "link"])
def test_an_old_cursor_that_the_crm_refuses_begins_anew(box: SberSandbox, kind: str) -> None:
    with _generic(box, profiles.generic(kind)) as crm:
        cursor = next(crm.pull(Noun.DEAL, None)).cursor
        box.faults.append(Fault(status=400))
        found = {raw.external_id for raw in records(crm.pull(Noun.DEAL, cursor))}
        assert found == set(box.ids("deal"))
        box.faults.append(Fault(status=400))
        with pytest.raises(NoRights):
            list(crm.pull(Noun.DEAL, None))


@pytest.mark.parametrize("kind", ["cursor", "link"])
def test_a_cursor_that_leads_nowhere_is_for_later(box: SberSandbox, kind: str) -> None:
    with _generic(box, profiles.generic(kind)) as crm:
        box.faults.append(Fault(after=1, times=None, repeat=True))
        with pytest.raises(RetryLater, match="repeats"):
            list(crm.pull(Noun.DEAL, None))


def test_a_short_page_may_be_the_end_and_one_answer_all(box: SberSandbox) -> None:
    short = profiles.generic().replace("size: 100", "size: 100, stop: short")
    whole = short.replace("kind: offset", "kind: none").replace('"{size}"', '"1000"')
    for text in (short, whole.replace('offset: "{offset}"', 'page: "1"')):
        with _generic(box, text) as crm:
            box.requests.clear()
            box_most = len(records(crm.pull(Noun.DEAL, None)))
            assert box_most == min(box.count("deal"), 500)
            assert box.requests.total == (1 if text is not short else 5)


def test_without_an_overlap_pages_are_asked_for_by_their_own_size(box: SberSandbox) -> None:
    text = profiles.generic("page").replace("size: 100", "size: 100, overlap: 0")
    with _generic(box, text) as crm:
        assert len(records(crm.pull(Noun.DEAL, None))) == box.count("deal")
    assert {dict(pair.split("=") for pair in seen.query.split("&"))["limit"]
            for seen in box.requests} == {"100"}  # fmt: skip


@pytest.mark.parametrize("form", ["iso", "'%Y-%m-%dT%H:%M:%SZ'"])
def test_changes_are_asked_for_by_conditions_too(box: SberSandbox, form: str) -> None:
    since = (
        "    changed_since: {at: modifiedDate, format: " + form + ", conditions: "
        '[{field: modifiedDate, operator: GREATER, value: "{since}"}]}\n'
    )
    text = profiles.sbercrm().replace(
        '    may_lack: ["kontakt$c"', since + '    may_lack: ["kontakt$c"'
    )
    credentials = Credentials(box.url, profiles.secrets(box.token), {"profile": text})
    with closing(SberCrm(credentials)) as crm:
        cursor = last_cursor(crm.pull(Noun.DEAL, None))
        changed = box.ids("deal")[7]
        now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")  # noqa: TID251 - the sandbox's
        box.change("deal", changed, modifiedDate=now)
        pages = list(crm.pull(Noun.DEAL, cursor))
        assert [raw.external_id for raw in records(pages)] == [changed]
        assert not any(page.is_whole for page in pages)


def test_rows_that_make_no_sense_are_passed_on_under_a_name(box: SberSandbox) -> None:
    answer = b'{"items": [7, {"name": "x"}, {"id": [1]}, {"id": "a", "modifiedDate": "soon"}]}'
    box.faults.append(Fault(status=200, body=answer))
    with _generic(box, profiles.generic().replace("100}", "100, stop: short}")) as crm:
        found = [raw.external_id for raw in records(crm.pull(Noun.DEAL, None))]
    assert [one.startswith(NAMELESS) for one in found] == [True, True, True, False]


@pytest.mark.parametrize("answer", [b"[]", b'{"items": {}}', b'{"items": null}', b"7"])
def test_an_answer_without_a_list_is_for_later(box: SberSandbox, answer: bytes) -> None:
    box.faults.append(Fault(status=200, body=answer, times=None))
    opened = _generic(box, profiles.generic())
    with opened as crm, pytest.raises(RetryLater, match="there is no list at items"):
        list(crm.pull(Noun.DEAL, None))


def test_a_cursor_of_another_time_begins_anew(box: SberSandbox) -> None:
    with _generic(box, profiles.generic()) as crm:
        for cursor in ("", "not json", "[]", '{"place": {"read": 1}}', '{"since": 5}'):
            assert len(records(crm.pull(Noun.DEAL, cursor))) == box.count("deal")


def test_the_webhook_makes_and_changes_records_as_was_seen(box: SberSandbox) -> None:
    address = f"{box.url}/react-gateway/api/webhook/{WEBHOOK}"
    assert httpx.options(address).status_code == 204
    assert httpx.post(address, json={"name": ""}).status_code == 400
    assert httpx.post(f"{address[:-1]}x", json={"name": "a"}).status_code == 404
    made = httpx.post(address, json={"name": "a", "istochnik_lida$c": "sajt"}).json()["id"]
    assert httpx.post(address, json={"name": "b", "id": made}).json()["id"] == made
    assert box.books.rows["task"][made]["name"] == "b"
