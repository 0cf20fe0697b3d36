"""Columns are told by their names, and by what stands in them."""

from datetime import date

import pytest

from connectors.kit.columns import Draft, guess, table_named, take
from connectors.kit.errors import BadRecord
from connectors.kit.records import Plan, Shipment


def guessed(table: str, header: str, *lines: str) -> Draft:
    names = header.split(";")
    rows = [
        {name: cell or None for name, cell in zip(names, line.split(";"), strict=True)}
        for line in lines
    ]
    return guess(table_named(table), rows)


@pytest.mark.parametrize(
    ("table", "header", "line", "expected"),
    [
        ("payments", "Дата;№ п/п;Контрагент;ИНН/КПП;Сумма, руб.;Назначение платежа",
         "01.02.2026;15;Ромашка;7707083893/770701001;1 500,50;Оплата по счёту 7",
         "paid_on number client.name client.inn amount purpose"),
        ("invoices", "Номер счёта;Дата;Клиент;Сумма;Оплачено;Срок оплаты",
         "7;01.02.2026;Ромашка;100;50;10.02.2026",
         "number issued_on client.name amount paid_amount due_on"),
        ("shipments", "Дата отгрузки;Номенклатура;Артикул;Покупатель;Кол-во;Выручка;Себестоимость",
         "01.01.2026;Болт;A1;Ромашка;10;100;80",
         "shipped_on product sku client.name quantity amount cost"),
        ("sell_out", "Месяц;SKU;Дистрибьютор;Кол-во", "01.01.2026;A1;Ромашка;10",
         "sold_on sku client.name quantity"),
        ("sell_out", "Период;Клиент;Продано, шт.;Выручка", "март 2026;Ромашка;5;700",
         "sold_on client.name quantity amount"),
        ("stock", "На дату;Склад;Артикул;Остаток", "01.01.2026;Основной;A1;10",
         "counted_on warehouse sku quantity"),
        ("nps_answers", "Дата;Клиент;Оценка;Комментарий", "01.01.2026;Ромашка;10;да",
         "answered_on client.name score comment"),
        ("plans", "Квартал;Клиент;Показатель;План", "01.01.2026;Ромашка;won_revenue;100000",
         "starts_on client.name kpi target"),
        ("budgets", "Статья;Клиент;Месяц;План;Факт", "Реклама;Ромашка;01.01.2026;100;50",
         "name client.name starts_on amount spent"),
        ("receivables", "На дату;Код контрагента;Долг;Просрочено;Договор",
         "01.01.2026;K1;100;50;Д1",
         "counted_on client.id amount overdue contract"),
        ("returns", "Дата возврата;№ документа;Клиент;Артикул;Возвращено;Сумма возврата;Причина;"
         "Себестоимость;Реализация", "01.02.2026;15;Ромашка;A1;2;1 500,50;брак;900;7",
         "returned_on number client.name sku quantity amount reason cost shipment_number"),
        ("costs", "Месяц;Клиент;Статья затрат;Сумма;Комментарий",
         "ноябрь 2026;Ромашка;Доставка;100;Казань",
         "spent_on client.name kind amount purpose"),
        ("contracts", "Договор;Контрагент;Действует с;Срок действия;Сумма договора;"
         "Отсрочка платежа;Кредитный лимит;Пролонгация;Ретробонус;Период бонуса;Срок уведомления",
         "Д-7;Ромашка;01.01.2026;31.12.2026;10 000 000;45;500 000;да;3 000 000: 2%;квартал;30",
         "number client.name starts_on ends_on amount payment_days credit_limit is_renewed "
         "rebate_steps rebate_period notice_days"),
        ("companies", "ID;Название;ИНН;Сегмент;Телефон;Сайт",
         "1;Ромашка;7707083893;A;+7 1;r.example",
         "client.id client.name client.inn segment phones website"),
        ("companies", "Код;Наименование;Город;Адрес;Адрес сайта",
         "1;Ромашка;Самара;Мира 1;r.example", "client.id client.name city address website"),
        ("contacts", "ФИО;Компания;Должность;Телефон;Email",
         "Анна;Ромашка;Директор;+7 1;a@r.example",
         "name client.name position phones emails"),
        ("deals", "Название;Компания;Этап;Бюджет;Дата создания;Дата закрытия",
         "Болты;Ромашка;Новая;100;01.01.2026;",
         "name client.name stage amount created_at closed_at"),
        ("payments", "payment date;customer;tax id;total", "2026-02-01;Rose;7707083893;5",
         "paid_on client.name client.inn amount"),
    ],
)  # fmt: skip
def test_columns_are_known_by_their_names(table, header, line, expected) -> None:
    draft = guessed(table, header, line)
    said = (
        {f"client.{part}": column for part, column in draft.said["client"].items()}
        if ("client" in draft.said)
        else {}
    )
    said |= {name: rule["from"] for name, rule in draft.said["fields"].items()}
    if said.get("ends_on") == said.get("starts_on"):  # a column of periods tells both
        said.pop("ends_on", None)
    assert said == dict(zip(expected.split(), header.split(";"), strict=True))
    assert draft.missing == []


def test_values_tell_what_names_do_not() -> None:
    draft = guessed("payments", "А;Б;В;Г", "7707083893;01.02.2026;100,50;да")
    assert draft.said["client"] == {"inn": "А"}
    assert draft.said["fields"] == {"paid_on": {"from": "Б"}, "amount": {"from": "В"}}


def test_a_column_whose_values_make_no_sense_is_not_taken_for_its_name() -> None:
    draft = guessed("payments", "Дата;Сумма;ИНН", "нет;много;-", "да;мало;-")
    assert draft.said.get("fields", {}) == {}
    assert draft.missing == ["paid_on", "amount", "client.inn"]


@pytest.mark.parametrize(
    ("days", "form"),
    [
        (("02/15/2026", "02/16/2026"), "%m/%d/%Y"),
        (("15/02/2026", "16/02/2026"), "%d/%m/%Y"),
        (("01/02/2026", "03/02/2026"), "%d/%m/%Y"),
        (("01.02.26", "03.02.2026"), None),
        (("01-02-2026", "03-02-2026"), "%d-%m-%Y"),
        (("01.02.2026", "03.02.2026 10:00"), None),
    ],
)
def test_how_days_are_written_is_seen_in_all_of_them(days, form) -> None:
    draft = guessed("payments", "Дата;Сумма;Клиент", *(f"{day};5;Ромашка" for day in days))
    assert draft.said["fields"]["paid_on"].get("format") == form


@pytest.mark.parametrize(
    ("name", "value", "currency"),
    [("Сумма, USD", "5", "USD"), ("Сумма", "5 €", "EUR"), ("Сумма", "5", "RUB"),
     ("Сумма, тенге", "5", "KZT")],
)  # fmt: skip
def test_the_currency_is_told_by_the_name_or_the_sign(name, value, currency) -> None:
    draft = guessed("payments", f"Дата;{name};Клиент", f"01.02.2026;{value};Ромашка")
    assert draft.said["currency"] == currency


@pytest.mark.parametrize(
    ("amounts", "sign"),
    [(("1,500.00", "2,000"), "."), (("1.500,00", "2.000"), ","), (("1,500", "99.5"), "."),
     (("1 500,50", "7"), None), (("1,500", "2.000"), None), (("1,50", "2.5"), None)],
)  # fmt: skip
def test_what_groups_thousands_is_told_by_all_amounts_of_a_column(amounts, sign) -> None:
    draft = guessed("payments", "Дата;Сумма;Клиент", *(f"2026-02-01;{one};R" for one in amounts))
    assert draft.said["fields"]["amount"].get("decimal") == sign


@pytest.mark.parametrize("months", [("Ноябрь 2026 г.", "дек. 2026"), ("Nov 2026", "ноя.26")])
def test_months_in_words_are_those_of_plans_and_no_days_of_payments(months) -> None:
    header, lines = "Период;Клиент;Показатель;План", [f"{one};Р;won_revenue;5" for one in months]
    draft = guessed("plans", header, *lines)
    assert draft.said["fields"]["starts_on"] == {"from": "Период", "as": "month"}
    row = dict(zip(header.split(";"), lines[0].split(";"), strict=True))
    plan = take(draft.finished([row]), row).record
    assert isinstance(plan, Plan)
    assert (plan.starts_on, plan.ends_on) == (date(2026, 11, 1), date(2026, 11, 30))
    paid = guessed("payments", "Дата;Клиент;Сумма", *(f"{one};Р;5" for one in months))
    assert paid.missing == ["paid_on"]


def test_each_column_has_its_own_sign_before_the_parts_of_a_whole() -> None:
    header, rows = "Дата;Сумма;Кол-во;Клиент", ("2026-02-01;1,500.00;2,000;R",) * 2
    draft = guessed("shipments", header, *rows)
    row = dict(zip(header.split(";"), rows[0].split(";"), strict=True))
    record = take(draft.finished([row]), row).record
    assert isinstance(record, Shipment)
    assert (record.amount, record.quantity) == (1500, 2)


def test_an_id_is_the_key_else_what_tells_rows_apart_by_nature() -> None:
    with_id = guessed("deals", "ID;Этап;Название", "1;Новая;А", "2;Новая;А")
    assert with_id.finished([{"ID": "1", "Этап": "Новая"}]).key == ["ID"]
    header, lines = "Номер;Дата;Клиент;Сумма", ("1;01.02.2026;Р;5", "1;01.02.2026;В;5")
    rows = [dict(zip(header.split(";"), line.split(";"), strict=True)) for line in lines]
    assert guessed("payments", header, *lines).finished(rows).key == ["number", "paid_on", "client"]
    assert guessed("payments", header, lines[0], lines[0]).finished([rows[0]] * 2).key == []
    assert guessed("payments", header, lines[0]).finished([rows[0] | {"Номер": None}]).key == []


def test_stages_are_judged_by_their_words() -> None:
    draft = guessed(
        "deals", "Сделка;Статус", "А;Новая", "Б;Успешно реализовано", "В;Закрыто и не реализовано"
    )
    assert draft.said["fields"]["stage"]["codes"] == {
        "Новая": "open", "Успешно реализовано": "won", "Закрыто и не реализовано": "lost",
        "*": "open",
    }  # fmt: skip


def test_a_file_without_rows_is_guessed_to_hold_nothing() -> None:
    assert guess(table_named("stock"), []).missing == ["counted_on", "quantity"]


def _key(*numbers: str, keyless: bool = False) -> list[str]:
    """The key of payments with these numbers, of one client on one day."""
    draft = guessed("payments", "Номер;Дата;Клиент;Сумма", "1;01.02.2026;Ромашка;100")
    rows = [
        {"Номер": number or None, "Дата": "01.02.2026", "Клиент": "Ромашка", "Сумма": at}
        for at, number in enumerate(numbers)
    ]
    return draft.finished(rows, keyless=keyless).key


def test_a_key_with_a_few_mistakes_is_one_and_what_tells_nothing_apart_is_none() -> None:
    natural = ["number", "paid_on", "client"]
    twenty = [str(n) for n in range(20)]
    assert _key("1", "2", "2") == natural
    assert _key("1", "2", "3", "1", "2") == natural
    assert _key("1", "2", "1", "2") == []  # as many mistakes as rows that are told apart
    assert _key(*twenty, "0", "1", "2") == natural
    assert _key(*twenty, "0", "1", "2", "3") == []  # 4 of 24
    assert _key(*twenty, *(str(n) for n in range(20, 40)), "0", "1", "2", "3") == natural
    assert _key("", *twenty) == natural  # one that is empty
    assert _key("1", "1") == []
    assert _key(*twenty, keyless=True) == []


def test_a_month_is_no_day_even_where_a_person_names_the_column() -> None:
    lines = "ноябрь 2026;Ромашка;7", "декабрь 2026;Ромашка;8"
    payments = guessed("payments", "Когда;Клиент;Сумма", *lines)
    payments.put_column("paid_on", "Когда")
    with pytest.raises(BadRecord, match="a day is needed, and 'ноябрь 2026' is a month"):
        take(payments.finished([]), {"Когда": "ноябрь 2026", "Клиент": "Ромашка", "Сумма": "7"})
    sold = guessed("sell_out", "Когда;Клиент;Кол-во", *lines)
    sold.put_column("sold_on", "Когда")
    assert sold.finished([]).fields["sold_on"].as_ == "month"
