"""The reference books of a base: customers in their folder, our own companies, money, goods."""

from collections.abc import Iterator

from connectors.sandbox.entities import World
from connectors.sandbox.onec import schema, values
from connectors.sandbox.onec.asked import Row
from connectors.sandbox.onec.schema import Schema
from connectors.sandbox.onec.values import EMPTY_KEY, guid, padded, row

_CURRENCIES = (("643", "руб."), ("840", "USD"), ("978", "EUR"))
_NUMBERS = {"RUB": 1, "USD": 2, "EUR": 3}
_ACCOUNTS = ("41", "41.01", "51", "62", "62.01", "62.02", "76.05", "90.01")
_WAREHOUSES = ("Основной склад", "Розничный склад")


def currency(code: str) -> str:
    """The key of a currency."""
    return guid(values.CURRENCY, _NUMBERS.get(code, 1))


def account(code: str) -> str:
    """The key of an account of the chart."""
    return guid(values.ACCOUNT, 1 + _ACCOUNTS.index(code))


def warehouse(place: int) -> str:
    """The key of a warehouse."""
    return guid(values.WAREHOUSE, 1 + place % len(_WAREHOUSES))


def catalogs(world: World, names: Schema) -> dict[str, list[Row]]:
    """All of them."""
    return {
        schema.COMPANIES: list(_companies(world)),
        schema.OWN: [
            row(guid(values.OWN, place), name, f"00-{place}", ИНН=inn, КПП="770101001")
            for place, (name, inn) in enumerate(
                (("Торговый дом", "7701000019"), ("Сервис", "7701000026")), 1
            )
        ],
        schema.CURRENCIES: [
            row(guid(values.CURRENCY, place), name, code, НаименованиеПолное=name)
            for place, (code, name) in enumerate(_CURRENCIES, 1)
        ],
        schema.USERS: [
            row(guid(values.USER, user.number), user.name, "", Недействителен=not user.is_active)
            for user in world.users
        ],
        schema.ITEMS: [
            row(
                guid(values.ITEM, item.number), item.name, str(item.number),
                Артикул=padded(f"A-{item.number}", 25), IsFolder=False, Parent_Key=EMPTY_KEY,
            )
            for item in world.products
        ],
        names.warehouses: [
            row(warehouse(place), name, str(place)) for place, name in enumerate(_WAREHOUSES)
        ],
        schema.ACCOUNTS: [
            row(account(code), f"Счет {code}", "") | {"Code": code} for code in _ACCOUNTS
        ],
        schema.PARTNER_KEYS: [
            {
                "Ref_Key": guid(values.PARTNER, company.number), "DataVersion": "",
                "Контрагент_Key": guid(values.COMPANY, company.number),
                "Организация_Key": guid(values.OWN, 1), "Партнер_Key": EMPTY_KEY,
            }
            for company in world.companies()
        ],
        schema.TURNOVER_ONLY: [],
    }  # fmt: skip


def _companies(world: World) -> Iterator[Row]:
    folder = guid(values.FOLDER, 1)
    yield row(
        folder, "Покупатели", "00-0", IsFolder=True, Parent_Key=EMPTY_KEY,
        НаименованиеПолное="", ИНН=padded("", 12), КПП=padded("", 9), Комментарий="",
    )  # fmt: skip
    for company in world.companies():
        yield row(
            guid(values.COMPANY, company.number), company.name, f"{company.number:09}",
            IsFolder=False, Parent_Key=folder, НаименованиеПолное=company.name,
            ИНН=padded(company.inn or "", 12), КПП=padded(company.kpp or "", 9), Комментарий="",
        )  # fmt: skip
