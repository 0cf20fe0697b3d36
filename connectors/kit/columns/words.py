"""How people call the columns of tables, in small letters and without punctuation."""

from collections.abc import Mapping

from connectors.kit.records import Noun

Words = Mapping[str, tuple[str, ...]]

_WHOSE = (
    "контрагента",
    "клиента",
    "покупателя",
    "плательщика",
    "заказчика",
    "партнера",
    "компании",
)

CLIENT: Words = {
    "client.id": (
        *(f"{mark} {whose}" for mark in ("id", "ид", "код", "guid", "номер") for whose in _WHOSE),
        "client id", "customer id", "company id", "account id", "partner id", "client code",
        "customer code",
    ),
    "client.inn": (
        "инн", "инн кпп", *(f"инн {whose}" for whose in _WHOSE), "inn", "tin", "tax id",
        "client inn", "customer inn", "company inn",
    ),
    "client.kpp": ("кпп", *(f"кпп {whose}" for whose in _WHOSE), "kpp", "client kpp"),
    "client.name": (
        "контрагент", "клиент", "покупатель", "плательщик", "заказчик", "партнер", "компания",
        "дистрибьютор", "дилер", "сеть", *(f"название {whose}" for whose in _WHOSE),
        *(f"наименование {whose}" for whose in _WHOSE), "client", "customer", "company", "account",
        "partner", "buyer", "payer", "client name", "customer name", "company name", "account name",
    ),
}  # fmt: skip
OF_ITSELF: Words = {
    "client.id": ("id", "ид", "код", "guid", "ссылка", *CLIENT["client.id"]),
    "client.name": (
        "наименование", "название", "организация", "наименование полное", "полное наименование",
        "юридическое лицо", "name", "title", *CLIENT["client.name"],
    ),
}  # fmt: skip
"""The client, in a table of companies."""
KEY = (
    "id", "ид", "guid", "uid", "uuid", "external id", "id строки", "id записи", "код строки",
    "id сделки", "номер сделки", "id платежа", "id контакта", "deal id", "contact id", "row id",
)  # fmt: skip
"""What tells a row from all others by itself."""

_AMOUNT = (
    "сумма", "сумма с ндс", "сумма документа", "сумма платежа", "сумма оплаты", "сумма счета",
    "сумма отгрузки", "стоимость", "выручка", "итого", "бюджет", "поступление", "приход",
    "amount", "sum", "total", "value", "revenue", "price",
)  # fmt: skip
_QUANTITY = ("количество", "кол во", "колво", "шт", "остаток", "штук", "quantity", "qty", "units")
_SKU = (
    "артикул", "код товара", "код номенклатуры", "штрихкод", "sku", "article", "product code",
    "item code", "ean",
)  # fmt: skip
_PRODUCT = (
    "товар", "номенклатура", "наименование товара", "продукт", "название товара", "услуга",
    "product", "item", "product name",
)  # fmt: skip
_NUMBER = (
    "номер", "номер документа", "документ", "номер счета", "номер накладной", "номер платежа",
    "счет", "накладная", "n документа", "no", "n", "number", "document", "document number",
    "invoice", "invoice number", "payment number", "номер п п", "doc no",
)  # fmt: skip
_FROM = ("начало", "начало периода", "дата начала", "период с", "с", "start", "from", "starts on")
_TO = ("конец", "конец периода", "дата окончания", "период по", "по", "end", "to", "ends on")
_PERIOD = ("период", "месяц", "квартал", "год", "month", "period", "quarter", "year")
_COMMON: Words = {
    "amount": _AMOUNT,
    "quantity": _QUANTITY,
    "sku": _SKU,
    "product": _PRODUCT,
    "number": _NUMBER,
    "currency": ("валюта", "код валюты", "currency", "currency code"),
    "created_at": ("дата создания", "создан", "создана", "created", "created at", "date created"),
    "updated_at": ("дата изменения", "изменен", "изменена", "updated at", "modified", "updated"),
    "comment": ("комментарий", "отзыв", "примечание", "comment", "feedback", "note"),
    "phones": ("телефон", "телефоны", "рабочий телефон", "phone", "phones", "phone number", "тел"),
    "emails": (
        "email",
        "e mail",
        "почта",
        "эл почта",
        "электронная почта",
        "рабочий email",
        "адрес электронной почты",
        "email адрес",
        "email address",
    ),
    "tags": ("теги", "тег", "метки", "tags"),
}
_DAY = ("дата", "date", "день", "day")
_OF: Mapping[Noun, Words] = {
    Noun.PAYMENT: {
        "paid_on": ("дата оплаты", "дата платежа", "дата поступления", "оплачено", *_DAY,
                    "payment date", "paid on", "paid at", "дата документа"),
        "purpose": ("назначение платежа", "назначение", "основание", "purpose", "details"),
    },
    Noun.INVOICE: {
        "issued_on": ("дата счета", "дата выставления", "выставлен", *_DAY, "invoice date",
                      "issued on", "дата документа"),
        "due_on": ("оплатить до", "срок оплаты", "дата оплаты план", "due date", "due on", "due"),
        "paid_at": ("дата оплаты", "оплачен", "paid at", "paid on", "payment date"),
        "paid_amount": ("оплачено", "сумма оплаты", "paid", "paid amount"),
        "status": ("статус", "состояние", "status", "state"),
        "name": ("наименование", "название", "name", "title"),
    },
    Noun.SHIPMENT: {
        "shipped_on": ("дата отгрузки", "дата реализации", "дата накладной", *_DAY,
                       "shipment date", "shipped on", "дата документа", "период", "месяц"),
        "ordered": ("заказано", "количество в заказе", "ordered"),
        "cost": ("себестоимость", "cost", "cogs"),
        "promised_on": ("обещанная дата", "плановая дата отгрузки", "срок поставки", "promised on"),
    },
    Noun.SELL_OUT: {
        "sold_on": ("дата продажи", "дата продаж", "дата реализации", *_DAY, *_TO, *_PERIOD,
                    "sold on", "sale date"),
        "since": _FROM,
        "quantity": (*_QUANTITY, "продано шт", "продажи шт"),
    },
    Noun.STOCK: {
        "counted_on": ("дата остатка", "дата остатков", "на дату", *_DAY, "counted on",
                       "stock date"),
        "warehouse": ("склад", "место хранения", "warehouse", "store", "магазин"),
    },
    Noun.NPS_ANSWER: {
        "answered_on": ("дата ответа", "дата опроса", *_DAY, "answered on", "response date"),
        "score": ("оценка", "балл", "nps", "score", "rating", "рекомендация"),
        "survey": ("опрос", "анкета", "survey"),
    },
    Noun.PLAN: {
        "kpi": ("показатель", "kpi", "метрика", "metric"),
        "starts_on": (*_FROM, *_PERIOD, *_DAY),
        "ends_on": _TO,
        "target": ("план", "цель", "значение", "сумма плана", "план продаж", "target", "plan",
                   "goal", *_AMOUNT),
    },
    Noun.BUDGET: {
        "name": ("статья", "название", "наименование", "бюджет", "name", "item", "budget"),
        "starts_on": (*_FROM, *_PERIOD, *_DAY),
        "ends_on": _TO,
        "amount": ("план", "лимит", "сумма бюджета", "plan", "limit", "budget amount", *_AMOUNT),
        "spent": ("факт", "израсходовано", "потрачено", "spent", "actual"),
    },
    Noun.RECEIVABLE: {
        "counted_on": ("на дату", "дата задолженности", *_DAY, "counted on", "as of", "period"),
        "amount": ("задолженность", "дебиторская задолженность", "долг", "дз", "debt",
                   "receivable", "balance", "конечный остаток", *_AMOUNT),
        "overdue": ("просрочено", "просроченная задолженность", "просрочка", "пдз", "overdue"),
        "contract": ("договор", "номер договора", "contract"),
    },
    Noun.RETURN: {
        "returned_on": ("дата возврата", *_DAY, "returned on", "return date", "дата документа"),
        "amount": ("сумма возврата", *_AMOUNT),
        "quantity": ("возвращено", "количество возврата", *_QUANTITY),
        "cost": ("себестоимость", "cost", "cogs"),
        "reason": ("причина", "причина возврата", "reason", "return reason"),
        "shipment_number": ("номер отгрузки", "номер реализации", "отгрузка", "реализация",
                            "документ отгрузки", "shipment", "shipment number"),
    },
    Noun.COST: {
        "spent_on": ("дата расхода", "дата затрат", *_DAY, *_PERIOD, "spent on", "cost date",
                     "дата документа"),
        "kind": ("вид", "вид затрат", "вид расхода", "тип", "тип затрат", "тип расхода", "статья",
                 "статья затрат", "статья расходов", "категория", "kind", "type", "category"),
        "amount": ("сумма расхода", "сумма затрат", "расход", "затраты", "cost", *_AMOUNT),
        "purpose": ("назначение", "основание", "описание", "комментарий", "purpose", "details",
                    "description"),
    },
    Noun.CONTRACT: {
        "number": ("номер договора", "договор", "номер контракта", "контракт", "contract number",
                   "contract", *_NUMBER),
        "starts_on": ("дата договора", "действует с", "начало действия", "дата заключения",
                      *_FROM, *_DAY, "contract date"),
        "ends_on": ("действует до", "действует по", "окончание действия", "срок действия",
                    "договор до", *_TO, "contract ends on"),
        "amount": ("сумма договора", *_AMOUNT),
        "payment_days": ("отсрочка", "отсрочка платежа", "отсрочка дней", "дней отсрочки",
                         "срок оплаты", "payment days", "payment terms", "terms"),
        "credit_limit": ("кредитный лимит", "лимит", "лимит задолженности", "credit limit"),
        "notice_days": ("срок уведомления", "дней уведомления", "уведомить за", "notice days",
                        "notice period"),
        "is_renewed": ("пролонгация", "автопролонгация", "автоматическая пролонгация",
                       "auto renewal", "is renewed"),
        "rebate_steps": ("ретробонус", "ретро бонус", "бонус", "шкала бонуса", "rebate",
                         "rebate steps"),
        "rebate_period": ("период бонуса", "период ретробонуса", "rebate period"),
    },
    Noun.COMPANY: {
        "ogrn": ("огрн", "огрнип", "ogrn"),
        "website": ("сайт", "веб сайт", "адрес сайта", "website", "site", "url"),
        "address": ("адрес", "фактический адрес", "почтовый адрес", "юридический адрес", "address",
                    "street address", "postal address", "legal address"),
        "city": ("город", "населенный пункт", "city", "town"),
        "segment": ("сегмент", "категория", "segment", "category"),
        "contract_ends_on": ("договор до", "дата окончания договора", "contract ends on"),
    },
    Noun.CONTACT: {
        "name": ("фио", "имя", "контакт", "контактное лицо", "наименование", "name", "full name",
                 "contact", "contact name"),
        "position": ("должность", "position", "job title", "title"),
        "consent": ("согласие", "согласие на обработку персональных данных", "consent"),
        "do_not_contact": ("не связываться", "отказ от рассылки", "отписан", "do not contact",
                           "unsubscribed"),
    },
    Noun.DEAL: {
        "name": ("сделка", "название сделки", "название", "наименование", "тема", "deal",
                 "deal name", "name", "title", "opportunity"),
        "stage": ("этап", "этап сделки", "стадия", "стадия сделки", "статус", "статус сделки",
                  "stage", "deal stage", "status"),
        "pipeline": ("воронка", "pipeline", "направление"),
        "closed_at": ("дата закрытия", "закрыта", "closed", "closed at", "close date", "closed on"),
    },
}  # fmt: skip

_STAGES = {
    "won": ("выигр", "успешн", "оплачен", "заверш", "won", "success", "closed won"),
    "lost": ("проигр", "отказ", "не реализован", "провал", "отмен", "lost", "fail", "cancel"),
}


def words(noun: Noun) -> Words:
    """How the columns of a table of a noun are called, by field."""
    whose = {**CLIENT, **OF_ITSELF} if noun is Noun.COMPANY else CLIENT
    return {**whose, **_COMMON, **_OF[noun]}


def outcome(stage: str) -> str:
    """How a deal stands at a stage, by its name; `open` where the name says nothing of it."""
    said = stage.casefold()
    for known in ("lost", "won"):  # «закрыто и не реализовано» before «успешно реализовано»
        if any(part in said for part in _STAGES[known]):
            return known
    return "open"
