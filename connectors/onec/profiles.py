"""What the standard configurations call what we read; each name can be set otherwise.

BP names are those of the accounting base, UT those of trade (also KA and ERP), UNF those of the
small firm. Where a name of UT or UNF is wrong for a base, the base says so and an admin names it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.kit.records import Noun

ROLES: Mapping[Noun, tuple[str, ...]] = {
    Noun.USER: ("user",),
    Noun.COMPANY: ("company",),
    Noun.INVOICE: ("invoice",),
    Noun.PAYMENT: ("bank", "cash"),
    Noun.SHIPMENT: ("shipment", "return"),
    Noun.STOCK: ("stock",),
    Noun.RECEIVABLE: ("receivable",),
}
"""What a noun is read from, in its order."""
BALANCES = frozenset({Noun.STOCK, Noun.RECEIVABLE})
CATALOGS = frozenset({Noun.USER, Noun.COMPANY})

_FOLDERS_OUT = "IsFolder eq false"


@dataclass(frozen=True, slots=True)
class Table:
    """A set of a base, and what its fields are called."""

    name: str
    fields: Mapping[str, str] = field(default_factory=dict)
    """Our word -> the name in the base; of a reference without `_Key`."""
    only: str = ""
    """Rows count only where this holds: `Field=value`."""
    where: str = ""
    is_with_parts: bool = False
    """Its tabular parts are read, too."""


def _document(name: str, *, only: str = "", parts: bool = False, **fields: str) -> Table:
    usual = {
        "company": "Контрагент",
        "amount": "СуммаДокумента",
        "currency": "ВалютаДокумента",
        "author": "Ответственный",
    }
    return Table(name, usual | fields, only=only, is_with_parts=parts)


def _payment(name: str, *, only: str, **fields: str) -> Table:
    usual = {"purpose": "НазначениеПлатежа", "part": "РасшифровкаПлатежа"}
    usual |= {"invoice": "СчетНаОплату"}
    return _document(name, only=only, parts=True, **(usual | fields))


_ANY: Mapping[str, Table] = {
    "company": Table(
        "Catalog_Контрагенты",
        # an address is contact information, which has no field of its own here; a base may have one
        {"inn": "ИНН", "kpp": "КПП", "address": "", "city": ""},
        where=_FOLDERS_OUT,
    ),
    "user": Table("Catalog_Пользователи", {"left": "Недействителен"}),
    "own": Table("Catalog_Организации", {"inn": "ИНН"}),
    "currency": Table("Catalog_Валюты"),
    "item": Table("Catalog_Номенклатура", {"sku": "Артикул"}, where=_FOLDERS_OUT),
    "warehouse": Table("Catalog_Склады"),
    "shipment": _document("Document_РеализацияТоваровУслуг"),
}
_LEDGER = "AccountingRegister_Хозрасчетный"
_SUB = {"amount": "Сумма", "quantity": "Количество"}

PROFILES: Mapping[str, Mapping[str, Table]] = {
    "bp": {
        **_ANY,
        "invoice": _document("Document_СчетНаОплатуПокупателю", due="СрокОплаты"),
        "return": _document("Document_ВозвратТоваровОтПокупателя"),
        "bank": _payment(
            "Document_ПоступлениеНаРасчетныйСчет", only="ВидОперации=ОплатаПокупателя"
        ),
        "cash": _payment("Document_ПриходныйКассовыйОрдер", only="ВидОперации=ОплатаПокупателя"),
        "account": Table("ChartOfAccounts_Хозрасчетный"),
        "receivable": Table(_LEDGER, _SUB | {"accounts": "62", "company": "ExtDimension1"}),
        "stock": Table(
            _LEDGER,
            _SUB | {"accounts": "41", "item": "ExtDimension1", "warehouse": "ExtDimension3"},
        ),
    },
    "ut": {
        **_ANY,
        "shipment": _document("Document_РеализацияТоваровУслуг", currency="Валюта"),
        "invoice": _document("Document_СчетНаОплатуКлиенту", currency="Валюта"),
        "return": _document("Document_ВозвратТоваровОтКлиента", currency="Валюта"),
        "bank": _payment(
            "Document_ПоступлениеБезналичныхДенежныхСредств",
            only="ХозяйственнаяОперация=ПоступлениеОплатыОтКлиента", currency="Валюта",
        ),
        "cash": _payment(
            "Document_ПриходныйКассовыйОрдер",
            only="ХозяйственнаяОперация=ПоступлениеОплатыОтКлиента", currency="Валюта",
        ),
        "analytics": Table("Catalog_КлючиАналитикиУчетаПоПартнерам", {"company": "Контрагент"}),
        "receivable": Table(
            "AccumulationRegister_РасчетыСКлиентами",
            {"amount": "Сумма", "analytics": "АналитикаУчетаПоПартнерам", "currency": "Валюта"},
        ),
        "stock": Table(
            "AccumulationRegister_ТоварыНаСкладах",
            {"quantity": "ВНаличии", "item": "Номенклатура", "warehouse": "Склад"},
        ),
    },
    "unf": {
        **_ANY,
        "shipment": _document("Document_РасходнаяНакладная"),
        "invoice": _document("Document_СчетНаОплату"),
        "return": Table(
            "Document_ПриходнаяНакладная", _document("").fields,
            only="ВидОперации=ВозвратОтПокупателя",
        ),
        "bank": _payment("Document_ПоступлениеНаСчет", only="ВидОперации=ОтПокупателя"),
        "cash": _payment("Document_ПоступлениеВКассу", only="ВидОперации=ОтПокупателя"),
        "warehouse": Table("Catalog_СтруктурныеЕдиницы"),
        "receivable": Table(
            "AccumulationRegister_РасчетыСПокупателями",
            {"amount": "Сумма", "company": "Контрагент"},
        ),
        "stock": Table(
            "AccumulationRegister_ЗапасыНаСкладах",
            {"quantity": "Количество", "item": "Номенклатура", "warehouse": "СтруктурнаяЕдиница"},
        ),
    },
}  # fmt: skip
