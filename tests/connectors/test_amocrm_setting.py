"""Setting custom fields and tags in amoCRM over HTTP, each as its type wants it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.kit.records import Noun
from connectors.kit.writes import (
    AddTag,
    NotWritten,
    Ref,
    SetField,
)
from tests.fakes.writable import Opened, company, sent, values, written


def test_only_the_changed_field_is_sent(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    before = box.row("companies", int(about.external_id))
    (found,) = written(crm, SetField("f1", about, "company.segment", "Ключевой"))
    ((_, path, (item,)),) = box.sent
    assert path == "companies"
    assert item.keys() == {"id", "custom_fields_values", "request_id"}
    assert values(box, "companies", about, 9013) == ["Ключевой"]
    after = box.row("companies", int(about.external_id))
    assert after["responsible_user_id"] == before["responsible_user_id"]
    assert found.updated_at == datetime.fromtimestamp(after["updated_at"], UTC)


def test_a_phone_is_added_and_the_others_stay(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    written(crm, SetField("f1", about, "PHONE", "+7 912 000-00-01"))
    before = values(box, "companies", about, 9002)
    written(
        crm,
        SetField("f2", about, "PHONE", "+7 912 000-00-02"),
        SetField("f3", about, "PHONE", "+7 912 000-00-03"),
    )
    after = values(box, "companies", about, 9002)
    assert after == [*before, "+7 912 000-00-02", "+7 912 000-00-03"]


def test_a_phone_that_is_there_in_another_form_is_not_added(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    written(crm, SetField("f1", about, "PHONE", "+7 (912) 000-00-01"))
    box.sent.clear()
    (found,) = written(crm, SetField("f2", about, "PHONE", "+7 912 0000001"))
    assert box.sent == []
    assert found.remark == "it was there already"


def test_a_phone_of_a_record_that_is_gone_is_not_written(writable: Opened) -> None:
    _, crm = writable()
    outcomes = sent(crm, [SetField("f1", Ref(Noun.COMPANY, "987654321"), "PHONE", "1")])
    assert outcomes["f1"] == NotWritten("f1", "company 987654321: the CRM has no such record")


@pytest.mark.parametrize(
    ("noun", "field", "value", "kept"),
    [
        (Noun.COMPANY, "company/9011", "7707083893", ["7707083893"]),
        (Noun.COMPANY, "company/9016", "1 500,50", ["1500.50"]),
        (Noun.COMPANY, "company/9013", "средний", ["Средний"]),
        (Noun.COMPANY, "company/9013", None, []),
        (Noun.CONTACT, "contact/9022", ["Кабель", "Сервис"], ["Кабель", "Сервис"]),
        (Noun.CONTACT, "contact/9023", "да", [True]),
        (Noun.DEAL, "deal/9036", "2026-12-01T15:00", [1_796_119_200]),
        (Noun.DEAL, "UTM_SOURCE", "yandex", ["yandex"]),
    ],
)
def test_a_value_is_written_as_its_field_wants_it(
    writable: Opened, noun: Noun, field: str, value: Any, kept: list[Any]
) -> None:
    box, crm = writable()
    path = {Noun.COMPANY: "companies", Noun.CONTACT: "contacts", Noun.DEAL: "leads"}[noun]
    about = Ref(noun, str(box.ids(path)[0]))
    (found,) = written(crm, SetField("f1", about, field, value))
    number = 9040 if field == "UTM_SOURCE" else int(field.partition("/")[2])
    assert values(box, path, about, number) == kept
    assert found.external_id == about.external_id


def test_a_day_is_written_as_local_midnight(writable: Opened) -> None:
    box, crm = writable()
    about = company(box)
    written(crm, SetField("f1", about, "company.contract_ends_on", "2027-03-31"))
    (stamp,) = values(box, "companies", about, 9014)
    assert datetime.fromtimestamp(stamp, UTC) == datetime(2027, 3, 30, 19, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("company.segment", "Средненький", "there is no choice 'Средненький'; there are: Ключевой"),
        ("company.contract_ends_on", "31.03.2027", "write the day as 2026-12-31"),
        ("company/9016", "много", "'много' is not a number"),
        ("company/9011", ["1", "2"], "it holds one value, not 2"),
        ("company/9015", "ООО", "cannot be written into a legal_entity field"),
        ("company/1", "x", "companies have no such field"),
        ("contact/9011", "x", "companies have no such field"),
        ("company.inn", "x", "map it first: source map NAME company.inn=company/ID"),
    ],
)
def test_a_value_that_does_not_fit_is_not_sent(
    writable: Opened, field: str, value: Any, says: str
) -> None:
    box, crm = writable()
    outcome = sent(crm, [SetField("f1", company(box), field, value)])["f1"]
    assert isinstance(outcome, NotWritten)
    assert says in outcome.reason
    assert box.sent == []


def test_a_tag_is_added_by_its_name_and_the_others_stay(writable: Opened) -> None:
    box, crm = writable()
    deal = Ref(Noun.DEAL, str(box.ids("leads")[0]))
    written(crm, AddTag("a1", deal, "срочно"), AddTag("a2", deal, "опт"))
    tags = [tag["name"] for tag in box.row("leads", int(deal.external_id))["_embedded"]["tags"]]
    assert tags[-2:] == ["срочно", "опт"]


def test_a_change_that_did_not_move_updated_at_leaves_no_echo(writable: Opened) -> None:
    box, crm = writable()
    deal = Ref(Noun.DEAL, str(box.ids("leads")[0]))
    (found,) = written(crm, AddTag("a1", deal, "срочно"))
    assert found.updated_at is None
