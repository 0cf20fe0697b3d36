"""Documents are read by date and version: nothing is missed, and nothing is read in vain."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors.kit.contract import Connector, Credentials
from connectors.kit.errors import NoRights, RetryLater
from connectors.kit.records import Noun
from connectors.onec import OneC
from connectors.sandbox.faults import Fault
from connectors.sandbox.onec import OneCSandbox
from connectors.sandbox.world import MadeUpWorld
from tests.connectors.checks import last_cursor, records
from tests.connectors.onec.conftest import Open, Opened

_NOW = datetime(2026, 11, 28, 12, 0, 0)  # noqa: DTZ001 - a base has no time zone
_INVOICES = "Document_СчетНаОплатуПокупателю"
_DAYS = st.integers(0, 60)
_DEED = st.tuples(st.sampled_from(["add", "change", "purge", "mark", "move"]), st.integers(0, 29),
                  st.integers(0, 40), st.integers(0, 2))  # fmt: skip


class _Clock:
    at = _NOW.replace(tzinfo=UTC)

    def __call__(self) -> float:
        return self.at.timestamp()


@pytest.fixture(scope="module")
def box() -> Iterator[OneCSandbox]:
    """A base whose invoices each example writes anew."""
    world = MadeUpWorld(size=3, deals=20, contacts=3, today=_NOW.date())
    with OneCSandbox(world, clock=_Clock()) as box:
        yield box


def _clear(box: OneCSandbox) -> dict[str, Any]:
    rows = box.base.rows(_INVOICES)
    for row in rows:
        box.remove(_INVOICES, row["Ref_Key"])
    return rows[0] if rows else _first(box)


def _first(box: OneCSandbox) -> dict[str, Any]:
    return {**box.base.rows(box.names.shipment)[0], "Товары": []}


def _write(box: OneCSandbox, like: dict[str, Any], number: int, days: int, second: int) -> None:
    """A few seconds a day: many documents share one, as after an import."""
    key = f"{number:08x}-0010-11ee-8000-000000000000"
    at = (_NOW - timedelta(days=days, seconds=second)).isoformat()
    box.base.put(_INVOICES, {**like, "Ref_Key": key, "Date": at, "Posted": True})


def _do(box: OneCSandbox, like: dict[str, Any], deed: tuple[str, int, int, int]) -> None:
    """What people do in a base, with documents of the last 40 days."""
    what, number, days, second = deed
    key = f"{number:08x}-0010-11ee-8000-000000000000"
    row = box.base.get(_INVOICES, key)
    is_late = row is not None and row["Date"] >= (_NOW - timedelta(days=41)).isoformat()
    match what:
        case "add":
            _write(box, like, 100 + number, days, second)
        case "change" if is_late:
            box.change(_INVOICES, key, Комментарий=f"{days}")
        case "mark" if is_late:
            box.change(_INVOICES, key, DeletionMark=True)
        case "purge" if is_late:
            box.remove(_INVOICES, key)
        case "move" if is_late:
            _write(box, like, number, days, second)


def _open(box: OneCSandbox, **options: str) -> Connector:
    return OneC(Credentials(box.url, box.token, {"per_second": "0", "page_rows": "4", **options}))


def _store(kept: dict[str, Any], pages: Any) -> str:
    pages = list(pages)
    kept.update({raw.external_id: raw.body for raw in records(pages)})
    return last_cursor(pages)


def _shown(box: OneCSandbox) -> dict[str, str]:
    return {row["Ref_Key"]: row["DataVersion"] for row in box.base.rows(_INVOICES)}


@pytest.mark.heavy
@settings(
    max_examples=80, database=None, derandomize=True, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    days=st.lists(st.tuples(_DAYS, st.integers(0, 1)), max_size=30),
    deeds=st.lists(st.lists(_DEED, max_size=6), max_size=3),
    stop=st.integers(0, 8),
)
def test_after_each_pull_all_of_the_window_is_known_as_it_stands(
    box: OneCSandbox, days: list[tuple[int, int]], deeds: list[list[Any]], stop: int
) -> None:
    like = _clear(box)
    for number, (day, second) in enumerate(days):
        _write(box, like, number, day, second)
    kept: dict[str, Any] = {}
    cursor = None
    with closing(_open(box)) as crm:  # a stop in the middle of the first walk
        for _, page in zip(range(stop), crm.pull(Noun.INVOICE, None), strict=False):
            kept.update({raw.external_id: raw.body for raw in page.records})
            cursor = page.cursor or cursor
    for deed in [*deeds, []]:
        with closing(_open(box)) as crm:
            cursor = _store(kept, crm.pull(Noun.INVOICE, cursor))
            if "role" not in cursor and stop == 0:
                cursor = _store(kept, crm.pull(Noun.INVOICE, cursor))
        for one in deed:
            _do(box, like, one)
    with closing(_open(box)) as crm:
        cursor = _store(kept, crm.pull(Noun.INVOICE, cursor))
        shown = _shown(box)
        assert {key: kept[key]["DataVersion"] for key in shown} == shown
        before = crm.requests
        assert records(crm.pull(Noun.INVOICE, cursor)) == []
        assert crm.requests - before <= 2 + len(shown) // 4


def test_what_has_not_changed_costs_one_request_for_each_set(opened: Opened, again: Open) -> None:
    box, crm = opened()
    cursor = None
    for _ in range(2):
        cursor = last_cursor(crm.pull(Noun.PAYMENT, cursor))
    later = again(box)
    assert records(later.pull(Noun.PAYMENT, cursor)) == []
    assert later.requests == 3  # what is published, and two sets


def test_an_old_document_that_is_changed_comes_with_the_reading_of_all(
    opened: Opened, again: Open
) -> None:
    clock = _Clock()
    box, crm = opened(clock=clock)
    cursor = None
    for _ in range(2):
        cursor = last_cursor(crm.pull(Noun.INVOICE, cursor))
    oldest = min(box.base.rows(_INVOICES), key=lambda row: str(row["Date"]))["Ref_Key"]
    box.change(_INVOICES, oldest, СуммаДокумента=1)
    assert oldest not in {r.external_id for r in records(again(box).pull(Noun.INVOICE, cursor))}
    clock.at += timedelta(days=8)
    pages = list(again(box).pull(Noun.INVOICE, cursor))
    assert {page.is_whole for page in pages} == {True}
    assert oldest in {raw.external_id for raw in records(pages)}


def test_what_is_published_later_is_read_from_its_beginning(opened: Opened, again: Open) -> None:
    box, crm = opened(unpublished={"Document_ПриходныйКассовыйОрдер"})
    cursor = last_cursor(crm.pull(Noun.PAYMENT, None))
    assert cursor
    box.unpublished = frozenset()
    found = {raw.external_id for raw in records(again(box).pull(Noun.PAYMENT, cursor))}
    assert {f"cash/{key}" for key in box.ids("Document_ПриходныйКассовыйОрдер")} <= found


def test_what_is_named_otherwise_is_read_from_its_beginning(opened: Opened, again: Open) -> None:
    box, crm = opened()
    cursor = None
    for _ in range(2):
        cursor = last_cursor(crm.pull(Noun.PAYMENT, cursor))
    later = again(box, {"only.bank": "any", "only.cash": "any"})
    assert len(records(later.pull(Noun.PAYMENT, cursor))) == box.count(box.names.bank) + box.count(
        box.names.cash
    )


def test_a_field_that_1c_cannot_show_costs_one_noun(opened: Opened) -> None:
    box, crm = opened()
    box.faults.append(Fault(path=f".*{_INVOICES}", status=501))
    with pytest.raises(NoRights, match="501"):
        list(crm.pull(Noun.INVOICE, None))
    assert records(crm.pull(Noun.PAYMENT, None))


def test_a_set_that_is_published_no_more_is_no_sign_that_its_rows_are_gone(opened: Opened) -> None:
    box, crm = opened(unpublished={"Document_ПриходныйКассовыйОрдер"})
    with pytest.raises(NoRights, match="Document_ПриходныйКассовыйОрдер"):
        list(crm.get_many(Noun.PAYMENT, [f"cash/{box.ids(box.names.cash)[0]}"]))


def test_documents_before_a_day_may_be_left_out(opened: Opened) -> None:
    _, crm = opened({"since": "2026-06-01"})
    days = {raw.body["Date"][:10] for raw in records(crm.pull(Noun.SHIPMENT, None))}
    assert "2026-06-01" <= min(days) < "2026-06-10"


def test_a_catalog_is_read_again_only_when_a_version_differs(opened: Opened) -> None:
    box, crm = opened({"page_rows": "2"})
    cursor = last_cursor(crm.pull(Noun.COMPANY, None))
    assert records(crm.pull(Noun.COMPANY, cursor)) == []
    changed = box.ids("Catalog_Контрагенты")[3]
    box.change("Catalog_Контрагенты", changed, Description="Ромашка")
    pages = list(crm.pull(Noun.COMPANY, cursor))
    assert {raw.external_id for raw in records(pages)} == set(box.ids("Catalog_Контрагенты"))
    assert all(page.is_whole for page in pages)
    assert records(crm.pull(Noun.COMPANY, last_cursor(pages))) == []


@pytest.mark.parametrize("rows", ["1", "2"])
def test_a_catalog_whose_rows_move_while_it_is_read_is_read_to_its_end(
    opened: Opened, rows: str
) -> None:
    box, crm = opened({"page_rows": rows})
    pages = crm.pull(Noun.COMPANY, None)
    seen = [*next(pages).records]
    box.remove("Catalog_Контрагенты", seen[0].external_id)
    seen += records(pages)
    assert {*box.ids("Catalog_Контрагенты")} == {raw.external_id for raw in seen[1:]}


def test_the_same_rows_come_by_their_keys_in_urls_that_web_servers_take(opened: Opened) -> None:
    box, crm = opened()
    for noun in (Noun.COMPANY, Noun.INVOICE, Noun.PAYMENT, Noun.SHIPMENT, Noun.USER):
        listed = {raw.external_id: raw for raw in records(crm.pull(noun, None))}
        gone = [*list(listed)[:1], "no-key", "00000000-0000-0000-0000-0000000000ff"]
        found = list(crm.get_many(noun, [*listed, *gone]))
        assert {raw.external_id: raw for raw in found} == listed
    asked = [seen for seen in box.requests if "Ref_Key%20eq" in seen.query]
    assert len(asked) > 10
    assert max(len(seen.query) + 6 * len(seen.path) for seen in box.requests) < 1_800
    assert not any("+" in seen.query for seen in box.requests)


def test_a_document_without_a_date_or_an_answer_without_a_list_is_for_later(
    opened: Opened,
) -> None:
    box, crm = opened()
    for body in (b'{"value": [{"Ref_Key": "a", "Date": "soon"}]}', b'{"value": 5}', b"[]"):
        box.faults.append(Fault(path=".*Document_", body=body, status=200))
        with pytest.raises(RetryLater):
            list(crm.pull(Noun.INVOICE, None))


def test_the_rights_of_the_user_are_no_wrong_password(opened: Opened, again: Open) -> None:
    box, crm = opened()
    hidden = box.ids(_INVOICES)[5]
    box.base.hide(hidden)
    with pytest.raises(NoRights, match="code 20"):
        list(crm.pull(Noun.INVOICE, None))
    shown = records(again(box, {"allowed_only": "true"}).pull(Noun.INVOICE, None))
    assert {raw.external_id for raw in shown} == set(box.ids(_INVOICES)) - {hidden}


def test_filters_are_sent_as_1c_reads_them(opened: Opened) -> None:
    box, crm = opened()
    list(crm.pull(Noun.PAYMENT, None))
    asked = [unquote(seen.query) for seen in box.requests if box.names.bank in seen.path]
    assert "ВидОперации eq 'ОплатаПокупателя'" in asked[0]
    assert "$orderby=Date,Ref_Key&$top=500" in asked[0]
    assert "$format=application/json;odata=nometadata" in asked[0]
