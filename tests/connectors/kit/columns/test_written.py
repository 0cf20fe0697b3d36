"""A mapping in YAML is read, and what is wrong in it is told with its line, in both languages."""

import pytest

from connectors.kit.columns import BadMap, read_map, table_named
from connectors.kit.door import spoken

_PAYMENTS = table_named("payments")
_GOOD = (
    "client: {inn: ИНН}\nfields:\n  paid_on: {from: Дата}\n  amount: {from: Сумма}\ncurrency: RUB\n"
)


@pytest.mark.parametrize(
    ("text", "english", "russian"),
    [
        (_GOOD.replace("fields", "feilds"),
         "line 2, column 1 (feilds): feilds is not known here (did you mean fields?); allowed: ",
         "строка 2, столбец 1 (feilds): feilds здесь не бывает (может быть, fields?); можно: "),
        (_GOOD.replace("amount", "amuont"),
         "line 4, column 3 (fields.amuont): a payment has no field 'amuont' (did you mean amount?)",
         "строка 4, столбец 3 (fields.amuont): у payment нет поля 'amuont' (может быть, amount?)"),
        (_GOOD.replace("RUB", "XXL"), "line 5, column 1 (currency): ", "'XXL': такого кода валюты"),
        (_GOOD.replace("Дата}", "Дата, as: month}"),
         "line 3, column 25 (fields.paid_on.as): a day is needed, and this is read as a month",
         "строка 3, столбец 25 (fields.paid_on.as): нужен день, а читается месяц"),
        ("table: stock\n" + _GOOD, "needs a rule for counted_on", "нужно правило: counted_on"),
        ("table: stock\nfields: {counted_on: {from: а}, quantity: {from: б}}",
         "this is a mapping of stock, not of payments", "разметка для stock, а не для payments"),
        ("- a", "this is no mapping", "это не разметка"),
        ("", "the text is empty", "текст пуст"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_mapping_is_told_with_its_line(
    text: str, english: str, russian: str
) -> None:
    with pytest.raises(BadMap) as caught:
        read_map(text, _PAYMENTS)
    assert english in str(caught.value)
    assert russian in spoken(caught.value, "ru")


def test_all_that_is_wrong_is_told_at_once() -> None:
    wrong = _GOOD.replace("paid_on", "payed_on").replace("amount", "amuont")
    with pytest.raises(BadMap) as caught:
        read_map(wrong, _PAYMENTS)
    assert [line.split(",")[0] for line in str(caught.value).splitlines()[-2:]] == [
        "line 3",
        "line 4",
    ]
    assert read_map(_GOOD, _PAYMENTS).fields["amount"].from_ == "Сумма"
