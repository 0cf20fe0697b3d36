"""What amoCRM did not show for a while comes with the first pull after it, whatever its time."""

from collections.abc import Iterator
from contextlib import suppress

import pytest

from connectors.amocrm import AmoCrm
from connectors.kit.contract import Page
from connectors.kit.errors import NoRights
from connectors.kit.records import Noun
from connectors.sandbox.amocrm import AmoSandbox
from connectors.sandbox.faults import Fault
from tests.connectors.checks import last_cursor, records
from tests.connectors.conftest import Opened

_OFTEN = {"notes_every": "0"}
"""All lists of notes are read by each pull, and all definitions of fields."""


def ids(pages: list[Page]) -> set[str]:
    return {raw.external_id for raw in records(pages)}


def pull(crm: AmoCrm, noun: Noun, cursor: str | None) -> list[Page]:
    """The pages that came, before a list was refused or not."""

    def until_refused() -> Iterator[Page]:
        with suppress(NoRights):
            yield from crm.pull(noun, cursor)

    return list(until_refused())


def shut(box: AmoSandbox, path: str, status: int, times: int | None = None) -> None:
    body = b'{"title": "Not for you"}'
    box.faults.append(Fault(path=f"/api/v4/{path}$", status=status, body=body, times=times))


def old_note(box: AmoSandbox, noun: str) -> str:
    """A note of long ago, that no window shows and no event tells of."""
    note = {"entity_id": box.ids(noun)[0], "note_type": "common", "params": {"text": "Ждут"}}
    id_ = box.add(f"{noun}/notes", note | {"updated_at": 1_600_000_000}, silent=True)
    return f"{noun}/{id_}"


@pytest.mark.parametrize("status", [402, 403, 422])
@pytest.mark.parametrize("options", [{}, _OFTEN])
def test_notes_that_were_shut_come_as_soon_as_they_are_shown_again(
    opened: Opened, options: dict[str, str], status: int
) -> None:
    box, crm = opened(options)
    cursor = last_cursor(crm.pull(Noun.NOTE, None))
    shut(box, "customers/notes", status)
    box.add("customers/notes", {"entity_id": box.ids("customers")[0]})
    cursor = last_cursor(pull(crm, Noun.NOTE, cursor))
    missed = old_note(box, "customers")
    cursor = last_cursor(pull(crm, Noun.NOTE, cursor))
    box.faults.clear()
    pages = list(crm.pull(Noun.NOTE, cursor))
    assert missed in ids(pages)
    assert not any(page.is_whole for page in pages)
    assert missed not in ids(list(crm.pull(Noun.NOTE, last_cursor(pages))))


def test_a_list_that_is_refused_is_told_of_and_does_not_hold_up_the_others(
    opened: Opened,
) -> None:
    box, crm = opened()
    shut(box, "leads/notes", 403)
    with pytest.raises(NoRights, match="no rights for this"):
        list(crm.pull(Noun.NOTE, None))
    cursor = last_cursor(pull(crm, Noun.NOTE, None))
    box.add("contacts/notes", {"entity_id": box.ids("contacts")[0]})
    pages = pull(crm, Noun.NOTE, cursor)
    assert {id_.split("/")[0] for id_ in ids(pages)} == {"contacts"}


def test_a_walk_that_was_stopped_still_knows_which_list_it_left_out(opened: Opened) -> None:
    box, crm = opened()
    shut(box, "leads/notes", 403)
    cursor = next(page.cursor for page in crm.pull(Noun.NOTE, None) if page.cursor)
    box.faults.clear()
    rest = list(crm.pull(Noun.NOTE, cursor))
    assert "leads" not in {id_.split("/")[0] for id_ in ids(rest)}
    assert not rest[-1].is_whole
    again = ids(list(crm.pull(Noun.NOTE, last_cursor(rest))))
    assert {f"leads/{id_}" for id_ in box.ids("leads/notes")} <= again


def test_one_catalog_that_is_refused_does_not_hold_up_the_other(opened: Opened) -> None:
    box, crm = opened()
    crm._reader._catalogs = [("1001", Noun.PRODUCT), ("1002", Noun.PRODUCT)]
    shut(box, "catalogs/1001/elements", 403)
    pages = pull(crm, Noun.PRODUCT, None)
    assert ids(pages) == {str(id_) for id_ in box.ids("catalogs/1002/elements")}
    box.faults.clear()
    pages = pull(crm, Noun.PRODUCT, last_cursor(pages))
    assert ids(pages) == {str(id_) for id_ in box.ids("catalogs/1001/elements")}


@pytest.mark.parametrize("status", [402, 403, 422])
def test_definitions_that_were_not_all_shown_are_read_by_the_next_pull_alone(
    opened: Opened, status: int
) -> None:
    box, crm = opened()
    shut(box, "customers/custom_fields", status, times=1)
    cursor = last_cursor(pull(crm, Noun.FIELD, None))
    pages = list(crm.pull(Noun.FIELD, cursor))
    assert {id_.split("/")[0] for id_ in ids(pages)} == {"customer"}
    assert not any(page.is_whole for page in pages)
    assert list(crm.pull(Noun.FIELD, last_cursor(pages))) == []


@pytest.mark.parametrize("noun", ["leads", "contacts", "companies", "customers"])
def test_definitions_are_never_believed_to_be_none_for_longer_than_to_the_next_pull(
    opened: Opened, noun: str
) -> None:
    box, crm = opened()
    box.faults.append(Fault(path=f"/api/v4/{noun}/custom_fields$", status=204, times=3))
    first = list(crm.pull(Noun.FIELD, None))
    second = list(crm.pull(Noun.FIELD, last_cursor(first)))
    assert ids(second) == set()
    third = list(crm.pull(Noun.FIELD, last_cursor(second)))
    assert len(ids(third)) > 0
    assert len(ids(first) | ids(third)) == len(ids(list(crm.pull(Noun.FIELD, None))))


def test_definitions_that_there_are_none_of_cost_one_request_a_pull(opened: Opened) -> None:
    box, crm = opened()
    box.faults.append(Fault(path="/api/v4/customers/custom_fields$", status=204, times=None))
    cursor = last_cursor(crm.pull(Noun.FIELD, None))
    asked = crm.requests
    cursor = last_cursor(crm.pull(Noun.FIELD, cursor))
    list(crm.pull(Noun.FIELD, cursor))
    assert crm.requests - asked == 2
