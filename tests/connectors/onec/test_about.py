"""Which base it is, in which money it keeps its books, and what it does not publish."""

import pytest

from connectors import registry
from connectors.kit.contract import Credentials
from connectors.kit.errors import BadRecord, NeedsReauth, NoRights
from connectors.kit.records import Invoice, Noun, RawRecord, Shipment
from connectors.onec import OneC
from tests.connectors.checks import records
from tests.connectors.onec.conftest import Open, Opened

_OWN = "Catalog_Организации"


def test_a_base_is_known_by_one_of_our_companies_also_when_others_come(
    opened: Opened, again: Open
) -> None:
    box, crm = opened()
    about = crm.about()
    assert (about.account, about.name, about.warnings) == (min(box.ids(_OWN)), "Торговый дом", ())
    first = {**box.base.rows(_OWN)[0], "Ref_Key": "00000000-0001-11ee-8000-000000000000"}
    box.base.put(_OWN, first)
    assert again(box, dict(about.facts)).about().account == about.account
    assert again(box).about().account == first["Ref_Key"]
    box.remove(_OWN, about.account)
    assert again(box, dict(about.facts)).about().account == first["Ref_Key"]


def test_the_whole_address_of_the_interface_may_be_pasted(opened: Opened) -> None:
    box, _ = opened()
    crm = OneC(Credentials(f"{box.url}/odata/standard.odata/", box.token, {"per_second": "0"}))
    assert crm.about().account in box.ids(_OWN)
    crm.close()


def test_the_address_of_a_base_is_admitted_with_its_path() -> None:
    hosts = registry.hosts("1c", ("1c.our.example",))
    assert hosts.admit("https://1c.our.example/base") == "https://1c.our.example/base"
    assert registry.hosts("amocrm", ()).has_path is False


def test_what_is_not_published_is_told_by_its_name_and_the_rest_is_read(opened: Opened) -> None:
    out = {"Document_СчетНаОплатуПокупателю", "Document_ПриходныйКассовыйОрдер", "Catalog_Валюты"}
    _, crm = opened(unpublished=out)
    assert crm.about().warnings == (
        "1C does not publish Document_СчетНаОплатуПокупателю, so it is not read as invoice; "
        "if this base has none, set set.invoice=none",
        "1C does not publish Document_ПриходныйКассовыйОрдер, so it is not read as payment; "
        "if this base has none, set set.cash=none",
        "Catalog_Валюты is not published: all amounts are taken for RUB",
    )
    with pytest.raises(NoRights, match="Document_СчетНаОплатуПокупателю, so invoice is not read"):
        list(crm.pull(Noun.INVOICE, None))
    pages = list(crm.pull(Noun.PAYMENT, None))
    assert records(pages)
    assert not any(page.is_whole for page in pages)  # who does not come may be in the other set


def test_what_a_base_has_none_of_is_neither_read_nor_missed(opened: Opened) -> None:
    names = {"set.cash": "none", "field.cash.amount": "Сумма", "set.user": "none"}
    out = {"Document_ПриходныйКассовыйОрдер", "Catalog_Пользователи"}
    box, crm = opened(names, unpublished=out)
    assert crm.about().warnings == ()
    assert Noun.USER not in crm.nouns
    pages = list(crm.pull(Noun.PAYMENT, None))
    assert all(page.is_whole for page in pages)
    with pytest.raises(NoRights, match="does not publish cash"):
        list(crm.get_many(Noun.PAYMENT, ["cash/1"]))
    with pytest.raises(BadRecord, match="the base has none"):
        crm.translate(RawRecord(Noun.PAYMENT, "cash/1", {}))
    assert box.count("Catalog_Пользователи")


def test_what_is_unpublished_while_it_is_read_is_told_too(opened: Opened) -> None:
    box, crm = opened({"page_rows": "10"})
    pages = crm.pull(Noun.SHIPMENT, None)
    next(pages)
    box.unpublished = frozenset({box.names.shipment})
    with pytest.raises(NoRights, match="tick it in the composition"):
        list(pages)


@pytest.mark.parametrize("out", [True, False])
def test_a_base_without_a_company_of_ours_is_none_we_could_know_again(
    opened: Opened, out: bool
) -> None:
    box, crm = opened(unpublished={_OWN} if out else set())
    for key in box.ids(_OWN):
        box.remove(_OWN, key)
    with pytest.raises(NoRights, match=_OWN):
        crm.about()


def test_a_wrong_password_is_a_matter_for_a_person(opened: Opened) -> None:
    box, _ = opened()
    crm = OneC(Credentials(box.url, "Обмен:wrong", {"per_second": "0"}))
    with pytest.raises(NeedsReauth):
        crm.about()
    crm.close()
    with pytest.raises(ValueError, match="user:password"):
        OneC(Credentials(box.url, "no colon"))


def test_currencies_are_known_by_their_number_or_their_letters(opened: Opened) -> None:
    box, crm = opened()
    dollars = next(row for row in box.base.rows("Catalog_Валюты") if row["Code"].strip() == "840")
    box.change("Catalog_Валюты", dollars["Ref_Key"], Code="у.е.")
    found = [crm.translate(raw) for raw in records(crm.pull(Noun.INVOICE, None))]
    assert {one.currency for one in found if isinstance(one, Invoice)} == {"RUB", "USD"}


def test_currencies_that_our_user_may_not_read_are_those_of_the_books(opened: Opened) -> None:
    box, crm = opened({"currency": "KZT"})
    box.base.hide(box.ids("Catalog_Валюты")[0])
    raw = records(crm.pull(Noun.SHIPMENT, None))[0]
    assert raw.body["@currency"] == "KZT"


def test_renamed_attributes_are_told_and_can_be_named(opened: Opened) -> None:
    _, crm = opened(renamed={"ВидОперации": "Вид"})
    with pytest.raises(NoRights, match="set its name"):
        list(crm.pull(Noun.PAYMENT, None))
    names = {"only.bank": "any", "field.shipment.amount": "СуммаСНДС"}
    _, crm = opened(names, renamed={"СуммаДокумента": "СуммаСНДС"})
    raw = records(crm.pull(Noun.SHIPMENT, None))[0]
    found = crm.translate(raw)
    assert isinstance(found, Shipment)
    assert found.amount == raw.body["СуммаСНДС"]


def test_nothing_is_related_to_a_company_but_by_its_documents(opened: Opened) -> None:
    box, crm = opened()
    assert list(crm.get_related(Noun.COMPANY, box.ids("Catalog_Контрагенты")[0])) == []
