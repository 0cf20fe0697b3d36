"""What three configurations call the same things; the names are theirs, the rows are made up."""

from collections.abc import Mapping
from dataclasses import dataclass

COMPANIES = "Catalog_Контрагенты"
OWN = "Catalog_Организации"
CURRENCIES = "Catalog_Валюты"
USERS = "Catalog_Пользователи"
ITEMS = "Catalog_Номенклатура"
ACCOUNTS = "ChartOfAccounts_Хозрасчетный"
PARTNER_KEYS = "Catalog_КлючиАналитикиУчетаПоПартнерам"
TURNOVER_ONLY = "AccumulationRegister_Продажи"


@dataclass(frozen=True, slots=True)
class Schema:
    """One configuration."""

    invoice: str
    bank: str
    cash: str
    returned: str
    debts: str
    stock: str
    currency: str
    """The field of a document that names its currency."""
    kind: str
    """The field of a payment that tells why it came, and what it says of a customer's."""
    from_customer: str
    shipment: str = "Document_РеализацияТоваровУслуг"
    warehouses: str = "Catalog_Склады"
    warehouse: str = "Склад"
    """The dimension of the register of stock."""

    @property
    def sets(self) -> Mapping[str, str]:
        """Every set of documents by what it is."""
        roles = ("invoice", "shipment", "returned", "bank", "cash")
        return {role: getattr(self, role) for role in roles}


SCHEMAS = {
    "bp": Schema(
        invoice="Document_СчетНаОплатуПокупателю",
        bank="Document_ПоступлениеНаРасчетныйСчет",
        cash="Document_ПриходныйКассовыйОрдер",
        returned="Document_ВозвратТоваровОтПокупателя",
        debts="AccountingRegister_Хозрасчетный",
        stock="AccountingRegister_Хозрасчетный",
        currency="ВалютаДокумента",
        kind="ВидОперации",
        from_customer="ОплатаПокупателя",
    ),
    "ut": Schema(
        invoice="Document_СчетНаОплатуКлиенту",
        bank="Document_ПоступлениеБезналичныхДенежныхСредств",
        cash="Document_ПриходныйКассовыйОрдер",
        returned="Document_ВозвратТоваровОтКлиента",
        debts="AccumulationRegister_РасчетыСКлиентами",
        stock="AccumulationRegister_ТоварыНаСкладах",
        currency="Валюта",
        kind="ХозяйственнаяОперация",
        from_customer="ПоступлениеОплатыОтКлиента",
    ),
    "unf": Schema(
        invoice="Document_СчетНаОплату",
        bank="Document_ПоступлениеНаСчет",
        cash="Document_ПоступлениеВКассу",
        returned="Document_ПриходнаяНакладная",
        debts="AccumulationRegister_РасчетыСПокупателями",
        stock="AccumulationRegister_ЗапасыНаСкладах",
        currency="ВалютаДокумента",
        kind="ВидОперации",
        from_customer="ОтПокупателя",
        shipment="Document_РасходнаяНакладная",
        warehouses="Catalog_СтруктурныеЕдиницы",
        warehouse="СтруктурнаяЕдиница",
    ),
}
