"""A 1C base: what it is, its nouns page by page, and single records."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from connectors.kit.auth import basic
from connectors.kit.contract import About, Credentials, Cursor, Deletions, NounFacts, Page
from connectors.kit.door import Asked, Door
from connectors.kit.errors import ErrorKind, NoRights
from connectors.kit.http import CrmHttp, OverHttp
from connectors.kit.records import Noun, RawRecord, Record
from connectors.onec.balances import Balances
from connectors.onec.mapping import translate
from connectors.onec.odata import Odata, meaning, split_address
from connectors.onec.profiles import BALANCES, ROLES
from connectors.onec.reading import Reading
from connectors.onec.settings import Settings

_MARKED = NounFacts(frozenset({Deletions.FLAG, Deletions.ABSENCE}))
_KEPT = NounFacts(frozenset())
_PATIENCE = 150.0
"""A base that was idle takes half a minute for its first answer, and a balance may take as long."""


class OneC(OverHttp):
    """One 1C base, by its standard OData interface."""

    kind = "1c"
    has_path = True
    """One server has many bases: an address goes on behind its host."""
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {noun: _KEPT if noun in BALANCES else _MARKED for noun in ROLES}
    )
    door = Door(
        {"ru": "1С (OData)", "en": "1C (OData)"},
        "https://1c.example.ru/base",
        {
            "ru": "Имя и пароль отдельного пользователя 1С с правами только на чтение, через "
            "двоеточие: имя:пароль. Базу с OData публикует администратор 1С.",
            "en": "Name and password of a separate 1C user who may only read, as user:password. "
            "The administrator of 1C publishes the base with OData.",
        },
        (
            Asked(
                "configuration",
                {"ru": "Конфигурация", "en": "Configuration"},
                default="bp",
                choices={
                    key: {"ru": called, "en": called}
                    for key, called in {
                        "bp": "Бухгалтерия предприятия 3.0",
                        "ut": "Управление торговлей 11, КА, ERP",
                        "unf": "Управление нашей фирмой",
                    }.items()
                },
            ),
            Asked(
                "timezone",
                {"ru": "Часовой пояс сервера 1С", "en": "Time zone of the 1C server"},
                default="Europe/Moscow",
            ),
        ),
    )

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(dict(credentials.options))
        self.nouns = MappingProxyType(
            {
                noun: facts
                for noun, facts in type(self).nouns.items()
                if settings.tables.keys() & {*ROLES[noun]}
            }
        )
        host, root = split_address(credentials.base_url)
        self._settings = settings
        self._http = CrmHttp.by(
            replace(credentials, base_url=host),
            basic,
            settings.per_second,
            root=root,
            special=meaning,
        )
        self._http.wait_for_answers(_PATIENCE)
        self._odata = Odata(
            self._http, page_rows=settings.page_rows, allowed_only=settings.allowed_only
        )
        self._reading = Reading(self._odata, settings)
        self._balances = Balances(self._odata, settings)

    def about(self) -> About:
        """Which base it is, and what of all we read its administrator has not published.

        A base has no number of its own: it is known by the key of one of our companies in it, the
        one that it was known by before, if that is still there.
        """
        own = self._settings.tables["own"]
        if own.name not in self._odata.published:
            raise NoRights(f"1C does not publish {own.name}", kind=ErrorKind.NOT_THERE)
        rows = sorted(self._odata.rows(own), key=lambda row: str(row.get("Ref_Key")))
        keys = [str(row.get("Ref_Key")) for row in rows]
        if not keys:
            raise NoRights(f"1C shows no rows of {own.name}", kind=ErrorKind.NO_RIGHTS)
        known = self._settings.base_id
        key = known if known in keys else keys[0]
        name = next(str(row.get("Description")) for row in rows if row.get("Ref_Key") == key)
        return About(key, name, {"base_id": key}, tuple(self._warnings()))

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since."""
        of = self._balances if noun in BALANCES else self._reading
        return of.pull(noun, cursor)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        return translate(raw, self._settings)

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        if noun in BALANCES:
            raise NoRights(f"1c {noun}: a balance is not asked for by its id")
        yield from self._reading.some(noun, external_ids)

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:  # noqa: ARG002 - the contract names them
        """Nothing: tasks and notes are not read."""
        yield from ()

    def _warnings(self) -> Iterator[str]:
        tables, published = self._settings.tables, self._odata.published
        for noun, roles in ROLES.items():
            for role in roles:
                if role in tables and tables[role].name not in published:
                    yield (
                        f"1C does not publish {tables[role].name}, so it is not read as {noun}; "
                        f"if this base has none, set set.{role}=none"
                    )
        if tables["currency"].name not in published:
            said = self._settings.currency
            yield f"{tables['currency'].name} is not published: all amounts are taken for {said}"
