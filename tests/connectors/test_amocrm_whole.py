"""What amoCRM shows as a whole, and when: nobody is taken for deleted who was only not shown."""

from typing import Any

import orjson
import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.errors import NoRights
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened

PRODUCTS = "catalogs/1001/elements"
BY_TIME = {
    Noun.COMPANY: "companies", Noun.CONTACT: "contacts", Noun.DEAL: "leads",
    Noun.CUSTOMER: "customers", Noun.TASK: "tasks",
}  # fmt: skip


def ids(crm: AmoCrm, noun: Noun, cursor: str | None = None) -> set[str]:
    return {raw.external_id for raw in records(crm.pull(noun, cursor))}


def off(box: AmoSandbox, path: str, status: int = 402) -> None:
    """Switch a list off."""
    body = b'{"title": "Payment Required"}'
    box.faults.append(Fault(path=f"/api/v4/{path}", status=status, body=body, times=None))


def with_whole(cursor: str, at: str | None) -> str:
    """The cursor as if the noun had been read whole at that time."""
    told: dict[str, Any] = orjson.loads(cursor)
    del told["whole"]
    return orjson.dumps(told | ({"whole": at} if at else {})).decode()


def test_an_empty_answer_about_catalogs_is_doubted(opened: Opened) -> None:
    box, crm = opened()
    box.faults.append(Fault(path="/api/v4/catalogs$", status=204, times=1))
    assert ids(crm, Noun.PRODUCT) == {str(id_) for id_ in box.ids(PRODUCTS)}


def test_without_catalogs_nothing_was_read_and_they_are_asked_for_again(opened: Opened) -> None:
    box, crm = opened({"whole_every": "0"})
    cursor = last_cursor(crm.pull(Noun.PRODUCT, None))
    crm._reader._catalogs.clear()  # another process, the day after
    box.faults.append(Fault(path="/api/v4/catalogs$", status=204, times=4))
    assert list(crm.pull(Noun.PRODUCT, cursor)) == []
    with pytest.raises(NoRights):
        list(crm.get_many(Noun.PRODUCT, [str(box.ids(PRODUCTS)[0])]))
    assert ids(crm, Noun.PRODUCT, cursor) == {str(id_) for id_ in box.ids(PRODUCTS)}


def test_the_catalog_on_a_second_page_is_read_too(opened: Opened) -> None:
    box, crm = opened()
    first = [{"id": 5000 + number, "type": "suppliers"} for number in range(250)]
    for place, rows in enumerate((first, [{"id": 1001, "type": "products"}])):
        body = orjson.dumps({"_embedded": {"catalogs": rows}})
        box.faults.append(Fault(path="/api/v4/catalogs$", after=place, status=200, body=body))
    assert ids(crm, Noun.PRODUCT) == {str(id_) for id_ in box.ids(PRODUCTS)}


@pytest.mark.parametrize("status", [402, 422])
@pytest.mark.parametrize(
    ("noun", "path"),
    [(Noun.NOTE, "customers/notes"), (Noun.FIELD, "customers/custom_fields")],
)
def test_a_walk_in_which_a_list_was_off_is_none_through_all_there_is(
    opened: Opened, noun: Noun, path: str, status: int
) -> None:
    box, crm = opened()
    assert list(crm.pull(noun, None))[-1].is_whole
    off(box, path, status)
    pages = list(crm.pull(noun, None))
    assert not pages[-1].is_whole


def test_definitions_are_all_there_are_where_the_account_says_it_has_no_customers(
    opened: Opened,
) -> None:
    box, crm = opened()
    off(box, "customers")
    body = orjson.dumps({"id": 30000001, "customers_mode": "unavailable"})
    box.faults.append(Fault(path="/api/v4/account", status=200, body=body, times=None))
    assert all(page.is_whole for page in crm.pull(Noun.FIELD, None))


@pytest.mark.parametrize("status", [402, 422])
@pytest.mark.parametrize("api_filter", ["on", "ignored"])
@pytest.mark.parametrize(
    ("noun", "path", "id_"),
    [(Noun.NOTE, "customers/notes", "customers/1"), (Noun.CUSTOMER, "customers", "1")],
)
def test_of_a_list_that_is_off_single_rows_are_left_out_and_not_absent(
    opened: Opened, noun: Noun, path: str, id_: str, api_filter: str, status: int
) -> None:
    box, crm = opened(api_filter=api_filter)
    was_on = crm._reader.is_filter_on
    off(box, path, status)
    with pytest.raises(NoRights):
        list(crm.get_many(noun, [id_]))
    assert crm._reader.is_filter_on is was_on


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
@pytest.mark.parametrize("noun", BY_TIME)
def test_once_a_week_all_is_read_and_shows_what_is_dated_back(
    opened: Opened, noun: Noun, api_filter: str
) -> None:
    box, crm = opened(api_filter=api_filter)
    path = BY_TIME[noun]
    cursor = last_cursor(crm.pull(noun, None))
    box.put(path, box.row(path, box.ids(path)[0]) | {"id": 5_999_999, "updated_at": 1_500_000_000})
    assert "5999999" not in ids(crm, noun, cursor)
    pages = list(crm.pull(noun, with_whole(cursor, "2020-01-01T00:00:00Z")))
    assert {raw.external_id for raw in records(pages)} == {str(id_) for id_ in box.ids(path)}
    assert all(page.is_whole for page in pages)
    assert "5999999" not in ids(crm, noun, last_cursor(pages))  # that was it for a week


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
def test_that_a_week_is_over_is_remembered_from_pull_to_pull(
    opened: Opened, api_filter: str
) -> None:
    _, crm = opened(api_filter=api_filter)
    for noun in BY_TIME:
        first = last_cursor(crm.pull(noun, None))
        again = last_cursor(crm.pull(noun, with_whole(first, "2099-01-01T00:00:00Z")))
        assert orjson.loads(again)["whole"] == "2099-01-01T00:00:00Z"


@pytest.mark.parametrize("api_filter", ["on", "ignored"])
def test_a_cursor_of_an_older_version_counts_as_just_read(opened: Opened, api_filter: str) -> None:
    _, crm = opened(api_filter=api_filter)
    for noun in BY_TIME:
        first = last_cursor(crm.pull(noun, None))
        pages = list(crm.pull(noun, with_whole(first, None)))
        assert not any(page.is_whole for page in pages)
        assert orjson.loads(last_cursor(pages))["whole"]


def test_no_weekly_reading_begins_amid_a_walk_nor_where_it_is_switched_off(opened: Opened) -> None:
    box, crm = opened()
    old = with_whole(last_cursor(crm.pull(Noun.DEAL, None)), "2020-01-01T00:00:00Z")
    amid = orjson.dumps(orjson.loads(old) | {"path": "leads", "page": 2}).decode()
    assert not any(page.is_whole for page in crm.pull(Noun.DEAL, amid))
    _, never = opened({"whole_days": "0"})
    never._reader._http._client.base_url = box.url
    assert not any(page.is_whole for page in never.pull(Noun.DEAL, old))
