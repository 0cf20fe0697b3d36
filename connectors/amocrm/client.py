"""The amoCRM account: who it is, its nouns page by page, and single records."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from connectors.amocrm import subscribing
from connectors.amocrm.changes import Changes
from connectors.amocrm.composing import Composer
from connectors.amocrm.finishing import Finishing
from connectors.amocrm.hooks import read_hook
from connectors.amocrm.lists import raw_records
from connectors.amocrm.mapping import Mapper
from connectors.amocrm.oauth import AmoGrants
from connectors.amocrm.reading import Reader
from connectors.amocrm.settings import Settings
from connectors.amocrm.writing import Writer
from connectors.kit import pick
from connectors.kit.auth import bearer
from connectors.kit.contract import (
    About,
    Credentials,
    Cursor,
    Deletions,
    Hook,
    NounFacts,
    Page,
    Subscribed,
)
from connectors.kit.door import Door
from connectors.kit.errors import NoRights
from connectors.kit.http import CrmHttp, OverHttp
from connectors.kit.options import is_zone
from connectors.kit.records import Noun, RawRecord, Record
from connectors.kit.writes import WritesBy

_SHORT = NounFacts(is_whole=True)
_ABSENT = NounFacts()
_ANNOUNCED = NounFacts(frozenset({Deletions.EVENT, Deletions.ABSENCE}))
_FLAGGED = NounFacts(frozenset(Deletions))
_KEPT = NounFacts(frozenset())
_NOT_ADMIN = (
    "the token is not an administrator's: what its user may not see is not read, and whether "
    "something was deleted cannot be told; allow us as an administrator"
)


class AmoCrm(OverHttp, WritesBy):
    """One amoCRM account."""

    kind = "amocrm"
    hosts: tuple[str, ...] = AmoGrants.hosts
    nouns: Mapping[Noun, NounFacts] = MappingProxyType(
        {
            Noun.GROUP: _SHORT,
            Noun.USER: _SHORT,
            Noun.FIELD: _ABSENT,
            Noun.PIPELINE: _SHORT,
            Noun.LOSS_REASON: _SHORT,
            Noun.PRODUCT: _FLAGGED,
            Noun.COMPANY: _FLAGGED,
            Noun.CONTACT: _FLAGGED,
            Noun.DEAL: _FLAGGED,
            Noun.CUSTOMER: _FLAGGED,
            Noun.PURCHASE: _ABSENT,
            Noun.INVOICE: _FLAGGED,
            Noun.TASK: _ANNOUNCED,
            Noun.NOTE: _ANNOUNCED,
            Noun.EVENT: _KEPT,  # a log only grows; that it forgets is no deletion
        }
    )
    door = Door(
        {"ru": "amoCRM", "en": "amoCRM"},
        "https://example.amocrm.ru",
        {
            "ru": "Администратор создаёт в amoCRM приватную интеграцию и копирует её долгосрочный "
            "токен. Продлить его нельзя; мы предупредим за 30 дней до конца.",
            "en": "An administrator makes a private integration in amoCRM and copies its "
            "long-lived token. Nobody can renew it; we warn 30 days before its end.",
        },
    )
    cards: Mapping[Noun, str] = MappingProxyType(
        {
            Noun.COMPANY: "companies/detail",
            Noun.CONTACT: "contacts/detail",
            Noun.DEAL: "leads/detail",
            Noun.CUSTOMER: "customers/detail",
        }
    )
    """Where people see a record; tasks have no page of their own."""

    hook_nouns = subscribing.TOLD
    hooks_come_within = subscribing.COME_WITHIN

    def __init__(self, credentials: Credentials) -> None:
        settings = Settings.model_validate(credentials.options)
        self._settings = settings
        self._http = CrmHttp.by(credentials, bearer, settings.per_second)
        self._reader = Reader(self._http)
        self._changes = Changes(self._reader, settings)
        self._mapper = Mapper(settings, credentials.fields)
        composer = Composer(self._http, settings.zone, credentials.fields)
        self._writer = Writer(self._http, composer, Finishing(self._reader))

    def about(self) -> About:
        """Who the account is, in what it counts, and what the token may see."""
        account, is_admin = self._reader.account, self._reader.is_admin()
        zone = str(pick.one(pick.one(account, "_embedded"), "datetime_settings").get("timezone"))
        facts = {
            "currency": account.get("currency"),
            "timezone": zone if is_zone(zone) else None,
            "customers_mode": account.get("customers_mode"),
            "invoices_catalog": pick.one(account, "invoices_settings").get("invoices_catalog_id"),
            "api_filter": "on" if self._reader.is_filter_on else "off",
            "is_admin": {True: "yes", False: "no", None: None}[is_admin],
        }
        return About(
            account=str(account["id"]),
            name=str(account.get("name") or ""),
            facts={key: str(value) for key, value in facts.items() if value},
            warnings=(_NOT_ADMIN,) if is_admin is False else (),
        )

    def pull(self, noun: Noun, cursor: Cursor | None) -> Iterator[Page]:
        """Everything when there is no cursor, then what has changed since; see `changes`."""
        if noun is Noun.GROUP:
            yield Page(tuple(self._groups()), is_whole=True)
            return
        yield from self._changes.pull(noun, cursor)

    def translate(self, raw: RawRecord) -> Record:
        """A raw record in our words."""
        return self._mapper.translate(raw)

    def get_many(self, noun: Noun, external_ids: Sequence[str]) -> Iterator[RawRecord]:
        """Those of the records that are there now."""
        if self.nouns[noun].is_whole or noun is Noun.FIELD:  # short lists are read to the end
            asked = set(external_ids)
            for page in self.pull(noun, None):
                yield from (raw for raw in page.records if raw.external_id in asked)
            return
        listings = self._reader.lists(noun)
        if not listings:
            raise NoRights(f"{self.kind} {noun}: the account shows no list of them")
        for listing in listings:
            ids = [
                id_.removeprefix(listing.prefix)
                for id_ in dict.fromkeys(external_ids)
                if id_.startswith(listing.prefix)
            ]
            yield from raw_records(listing, self._reader.some(listing, ids))

    def get_related(self, noun: Noun, external_id: str) -> Iterator[RawRecord]:
        """Tasks and notes about a record."""
        for listing, rows in self._reader.related(noun, external_id):
            yield from raw_records(listing, rows)

    def read_hook(self, headers: Mapping[str, str], body: bytes) -> Hook:
        """What a webhook tells, whether it is true or not."""
        return read_hook(headers, body, self._settings.invoices_catalog)

    def subscribed(self, url: str) -> Subscribed:
        """How the subscription of an address stands."""
        return subscribing.subscribed(self._http, url)

    def subscribe(self, url: str) -> None:
        """Have all told to an address that webhooks tell."""
        subscribing.subscribe(self._http, url)

    def unsubscribe(self, url: str) -> None:
        """Have nothing more told to an address."""
        subscribing.unsubscribe(self._http, url)

    def _groups(self) -> Iterator[RawRecord]:
        """They have no list of their own, and the first of them has the number 0."""
        embedded = pick.one(self._reader.account, "_embedded")
        for row in pick.many(embedded, "users_groups"):
            yield RawRecord(Noun.GROUP, str(row.get("id")), row)
