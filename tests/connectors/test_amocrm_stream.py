"""Notes and events of amoCRM as one stream of activities, and what events hint at."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.amocrm.log import hints
from connectors.amocrm.mapping import Mapper
from connectors.amocrm.settings import Settings
from connectors.kit.contract import Hint, HintKind
from connectors.kit.errors import BadRecord
from connectors.kit.marks import mark
from connectors.kit.records import Happening, Noun, RawRecord

_AT = 1_759_500_000


def note(note_type: str, params: Any, whose: str = "leads", **more: Any) -> Any:
    """A note in our words."""
    body = {
        "id": 55, "entity_id": 5001001, "created_by": 701, "created_at": _AT, "updated_at": _AT,
        "note_type": note_type, "params": params,
    }  # fmt: skip
    return Mapper(Settings(), {}).translate(RawRecord(Noun.NOTE, f"{whose}/55", body | more))


def logged(type_: str, **more: Any) -> RawRecord:
    """A line of the log as it comes."""
    body = {
        "id": "01k6zq", "type": type_, "entity_id": 5001001, "entity_type": "lead",
        "created_by": 701, "created_at": _AT, "value_before": [], "value_after": [],
    }  # fmt: skip
    return RawRecord(Noun.EVENT, "01k6zq", body | more)


def event(type_: str, **more: Any) -> Any:
    """A line of the log in our words."""
    return Mapper(Settings(), {}).translate(logged(type_, **more))


@pytest.mark.parametrize(
    ("whose", "noun"),
    [
        ("leads", Noun.DEAL), ("contacts", Noun.CONTACT), ("companies", Noun.COMPANY),
        ("customers", Noun.CUSTOMER),
    ],
)  # fmt: skip
def test_a_note_is_known_by_whose_it_is_and_its_number(whose: str, noun: Noun) -> None:
    found = note("common", {"text": "Ждут счёт"}, whose)
    assert (found.external_id, found.about_noun) == (f"{whose}/55", noun)
    assert (found.about_external_id, found.author_external_id) == ("5001001", "701")
    assert (found.happening, found.kind, found.text) == (Happening.NOTE, "common", "Ждут счёт")
    assert found.at == datetime(2025, 10, 3, 14, 0, tzinfo=UTC)


@pytest.mark.parametrize(("note_type", "is_incoming"), [("call_in", True), ("call_out", False)])
@pytest.mark.parametrize(("duration", "seconds"), [(75, 75), ("75", 75), ("", None), (None, None)])
def test_a_call_has_a_direction_and_a_length(
    note_type: str, is_incoming: bool, duration: Any, seconds: int | None
) -> None:
    found = note(note_type, {"duration": duration, "phone": "+7 495 000-00-00"})
    assert (found.happening, found.is_incoming) == (Happening.CALL, is_incoming)
    assert found.seconds == seconds


@pytest.mark.parametrize(("responsible", "said"), [(701, "701"), ("Оператор", "Оператор")])
def test_who_took_a_call_is_a_number_or_a_name(responsible: Any, said: str) -> None:
    found = note("call_in", {"duration": 5, "call_responsible": responsible})
    assert found.details["call_responsible"] == said


@pytest.mark.parametrize("params", [[], {}, None])
def test_a_note_without_content_is_a_note_all_the_same(params: Any) -> None:
    found = note("common", params)
    assert (found.text, found.details) == (None, {})


@pytest.mark.parametrize("note_type", ["ai_result", "of_tomorrow"])
def test_a_type_of_notes_that_nobody_knows_passes_through(note_type: str) -> None:
    found = note(note_type, {"text": "что-то"})
    assert (found.happening, found.kind, found.text) == (Happening.OTHER, note_type, "что-то")


def test_the_robot_is_no_author() -> None:
    assert note("common", {"text": "авто"}, created_by=0).author_external_id is None
    assert event("lead_added", created_by=0).author_external_id is None


def test_what_we_wrote_is_known_by_its_mark() -> None:
    ours = f"Позвонить {mark('alert:7')}"
    assert note("common", {"text": ours}).is_ours
    assert not note("common", {"text": "Позвонить"}).is_ours
    assert event("task_added", entity_type="task", value_after=[{"task": {"text": ours}}]).is_ours
    task = {"id": 1, "text": ours, "entity_type": "leads", "entity_id": 5}
    found: Any = Mapper(Settings(), {}).translate(RawRecord(Noun.TASK, "1", task))
    assert found.is_ours


def test_a_change_of_stage_tells_from_where_to_where() -> None:
    before = [{"lead_status": {"id": 4410, "pipeline_id": 3300}}]
    after = [{"lead_status": {"id": 143, "pipeline_id": 3300}}]
    found = event("lead_status_changed", value_before=before, value_after=after)
    assert found.happening is Happening.STAGE
    assert found.details == {
        "from": {"stage": "4410", "pipeline": "3300"},
        "to": {"stage": "143", "pipeline": "3300"},
    }


@pytest.mark.parametrize(
    ("type_", "happening"),
    [
        ("company_added", Happening.CREATED), ("lead_deleted", Happening.DELETED),
        ("contact_restored", Happening.RESTORED), ("entity_merged", Happening.MERGED),
        ("entity_linked", Happening.LINK), ("task_completed", Happening.TASK),
        ("incoming_call", Happening.CALL), ("incoming_chat_message", Happening.MESSAGE),
        ("outgoing_sms", Happening.MESSAGE), ("transaction_added", Happening.PURCHASE),
        ("entity_tag_added", Happening.CHANGE), ("sale_field_changed", Happening.CHANGE),
        ("custom_field_9011_value_changed", Happening.CHANGE),
        ("common_note_deleted", Happening.CHANGE), ("of_tomorrow", Happening.OTHER),
    ],
)  # fmt: skip
def test_events_are_told_apart_and_unknown_ones_pass_through(
    type_: str, happening: Happening
) -> None:
    found = event(type_)
    assert (found.happening, found.kind) == (happening, type_)


@pytest.mark.parametrize("empty", [[], None, {}])
def test_an_event_without_values_tells_none(empty: Any) -> None:
    assert event("sale_field_changed", value_before=empty, value_after=empty).details == {}


def test_an_event_that_only_announces_a_note_mirrors_it() -> None:
    found = event("common_note_added", value_after=[{"note": {"id": 55}}])
    assert found.mirrors == note("common", {}).external_id == "leads/55"


@pytest.mark.parametrize(
    ("entity", "noun"), [("task", Noun.TASK), ("customer", Noun.CUSTOMER), ("catalog_1001", None)]
)
def test_events_call_what_they_are_about_in_the_singular(entity: str, noun: Noun | None) -> None:
    assert event("custom_field_value_changed", entity_type=entity).about_noun is noun


@pytest.mark.parametrize("id_", ["55", "no-id-0a1b", "nonsense/55"])
def test_a_note_of_nobody_is_a_bad_record(id_: str) -> None:
    with pytest.raises(BadRecord, match="whose note"):
        Mapper(Settings(), {}).translate(RawRecord(Noun.NOTE, id_, {"id": 55}))


@pytest.mark.parametrize("type_", ["lead_deleted", "lead_restored"])
def test_a_deletion_or_a_restoration_is_a_hint_to_look(type_: str) -> None:
    assert hints([logged(type_)]) == (Hint(Noun.DEAL, "5001001"),)


def test_a_merge_names_the_survivor_alone() -> None:
    merged = logged("entity_merged", entity_type="contact", entity_id=7001)
    assert hints([merged]) == (Hint(Noun.CONTACT, "7001", HintKind.MERGED),)


def test_a_deleted_note_is_a_hint_with_the_id_that_we_know_it_by() -> None:
    gone = logged("common_note_deleted", value_before=[{"note": {"id": 55}}])
    assert hints([gone]) == (Hint(Noun.NOTE, "leads/55"),)


@pytest.mark.parametrize("word", ["link", "unlink"])
def test_a_link_is_a_hint_to_look_at_the_deal_whichever_side_tells_of_it(word: str) -> None:
    own = logged(f"entity_{word}ed", value_after=[{word: {"entity": {"type": "contact", "id": 7}}}])
    assert hints([own]) == (Hint(Noun.DEAL, "5001001"),)
    lead = {word: {"entity": {"type": "lead", "id": 5001002}}}
    other = logged(f"lead_{word}ed", entity_type="company", entity_id=6001, value_after=[lead])
    assert hints([other]) == (Hint(Noun.DEAL, "5001002"),)


def test_a_link_between_company_and_contact_is_a_hint_to_look_at_the_contact() -> None:
    contact = {"link": {"entity": {"type": "contact", "id": 7001}}}
    found = logged("contact_linked", entity_type="company", entity_id=6001, value_after=[contact])
    assert hints([found]) == (Hint(Noun.CONTACT, "7001"),)


def test_other_events_and_broken_ones_hint_at_nothing() -> None:
    broken = logged("lead_deleted", entity_id={"deep": 1})
    assert hints([logged("sale_field_changed"), logged("task_completed"), broken]) == ()
