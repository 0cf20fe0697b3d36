"""What the amoCRM connector asks for, and what it never does."""

import re
from urllib.parse import parse_qsl

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened

Asked = list[tuple[str, dict[str, str]]]


@pytest.fixture(params=["on", "ignored"])
def asked(opened: Opened, request: pytest.FixtureRequest) -> Asked:
    """All requests of a first load and of two pulls of changes."""
    box, crm = opened({"whole_every": "0", "notes_every": "0"}, api_filter=request.param)
    crm.about()
    for noun in crm.nouns:
        pull_twice(box, crm, noun)
    return [(seen.path, dict(parse_qsl(seen.query))) for seen in box.requests]


def pull_twice(box: AmoSandbox, crm: AmoCrm, noun: Noun) -> None:
    cursors = [page.cursor for page in crm.pull(noun, None) if page.cursor]
    box.change("leads", box.ids("leads")[0], price=777)
    records(crm.pull(noun, cursors[-1] if cursors else None))


def test_pages_have_250_rows_at_most_and_those_of_the_log_100(asked: Asked) -> None:
    limits = {
        (path == "/api/v4/events", int(query["limit"])) for path, query in asked if "limit" in query
    }
    assert max(limit for is_log, limit in limits if not is_log) == 250
    assert {limit for is_log, limit in limits if is_log} == {100}


def test_a_window_of_time_always_has_both_ends(asked: Asked) -> None:
    # a bare number is "since" for tasks, notes and events, and nothing of the kind for others
    for _, query in asked:
        times = {key for key in query if re.match(r"filter\[\w+_at\]", key)}
        assert not times or {key[-5:] for key in times} >= {"[to]", "from]"} or len(times) == 2
        assert not any(key.endswith("_at]") for key in times)


def test_nothing_is_ordered_by_what_its_list_cannot_be_ordered_by(asked: Asked) -> None:
    orders = {
        (path.rpartition("/")[2], key) for path, query in asked for key in query if "order" in key
    }
    assert {name for name, key in orders if key == "order[updated_at]"} <= {
        "leads", "contacts", "companies",
    }  # fmt: skip
    assert {name for name, key in orders if key == "order[id]"} == {
        "leads", "contacts", "companies", "tasks", "notes",
    }  # fmt: skip


def test_the_bin_is_never_asked_for(asked: Asked) -> None:
    # where that word is passed over, living deals would be taken for deleted ones
    assert not [query for _, query in asked if "only_deleted" in str(query)]


def test_every_page_is_asked_for_by_its_number_and_no_link_is_followed(opened: Opened) -> None:
    box, crm = opened(next_link="always")
    last_cursor(crm.pull(Noun.DEAL, None))
    pages = [dict(parse_qsl(seen.query))["page"] for seen in box.requests if seen.query]
    # pages 4 and 3 are empty, and an empty page behind a full one is doubted
    assert pages == ["1", "2", "4", "4", "3", "3", "2", "1"]
